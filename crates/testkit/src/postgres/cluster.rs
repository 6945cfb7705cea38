//! A cluster on disk and the programs that make, start and stop it.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use super::{GUARDED, Stop};

/// How long a start may take, in seconds.
const START_S: &str = "60";
/// A port can be taken between finding it free and using it.
const TRIES: usize = 5;

/// Where Debian keeps the newest server.
pub(super) fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    match found.pop() {
        Some((_, bin)) => bin,
        None => panic!("PostgreSQL is not installed; run: sudo apt-get install -y postgresql"),
    }
}

/// PostgreSQL does not run as root: then it runs as the user of Debian's package.
pub(super) fn unprivileged() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// A command of the server's, as the user that it runs as.
fn as_server(program: &Path) -> Command {
    match unprivileged() {
        None => Command::new(program),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={user}"))
                .arg(format!("--regid={group}"));
            command.args(["--clear-groups", "--"]).arg(program);
            command
        }
    }
}

pub(super) fn run(command: &mut Command) -> io::Result<Output> {
    let output = command.stdin(Stdio::null()).current_dir("/").output()?;
    if output.status.success() {
        return Ok(output);
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    Err(io::Error::other(format!("{command:?}: {}", told.trim())))
}

/// Like [`run`], for what leaves a process behind that would keep a pipe open.
fn run_detached(command: &mut Command) -> io::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{command:?}: {status}"))),
    }
}

pub(super) fn is_ready(port: u16) -> bool {
    let mut ask = Command::new(binaries().join("pg_isready"));
    ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
    run(&mut ask).is_ok()
}

/// Makes a cluster in a new directory and starts it.
pub(super) fn launch(settings: &[&str]) -> io::Result<(PathBuf, u16)> {
    start_new(|place| create(place, settings))
}

/// The same with a copy of the running cluster on this port, which follows it.
pub(super) fn copy(primary: u16) -> io::Result<(PathBuf, u16)> {
    start_new(|place| {
        make_room(place)?;
        let data = place.join("data");
        let mut backup = as_server(&binaries().join("pg_basebackup"));
        backup.args(["-h", "127.0.0.1", "-p", &primary.to_string()]);
        backup.args(["-U", "postgres", "-R", "-c", "fast", "-X", "stream"]);
        run(backup.arg("--no-sync").arg("-D").arg(&data))?;
        add_settings(&data, &sockets(place))
    })
}

fn start_new(make: impl Fn(&Path) -> io::Result<()>) -> io::Result<(PathBuf, u16)> {
    let mut last = None;
    for _ in 0..TRIES {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let place =
            std::env::temp_dir().join(format!("bellwire-postgres-{}-{port}", std::process::id()));
        match make(&place).and_then(|()| start(&place, port)) {
            Ok(()) => return Ok((place, port)),
            Err(error) => {
                let log = fs::read_to_string(place.join("log")).unwrap_or_default();
                let _ = fs::remove_dir_all(&place);
                last = Some(io::Error::other(format!("{error}\n{log}")));
            }
        }
    }
    Err(last.unwrap_or_else(|| io::Error::other("no port is free")))
}

/// A directory of the server's user.
fn make_room(place: &Path) -> io::Result<()> {
    fs::create_dir_all(place)?;
    match unprivileged() {
        Some((user, group)) => chown(place, Some(user), Some(group)),
        None => Ok(()),
    }
}

fn create(place: &Path, settings: &[&str]) -> io::Result<()> {
    make_room(place)?;
    let data = place.join("data");
    let mut initdb = as_server(&binaries().join("initdb"));
    initdb.args([
        "--no-sync",
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]);
    run(initdb.arg("-D").arg(&data))?;
    let mut text = String::from(
        "listen_addresses = '127.0.0.1'\nmax_connections = 500\nshared_buffers = 128MB\n\
         fsync = on\nsynchronous_commit = on\nmax_wal_size = 1GB\nlogging_collector = off\n",
    );
    text.push_str(&sockets(place));
    for setting in settings {
        text.push_str(setting);
        text.push('\n');
    }
    add_settings(&data, &text)?;
    let file = data.join("pg_hba.conf");
    let rules = fs::read_to_string(&file)?;
    fs::write(
        &file,
        format!("host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{rules}"),
    )
}

fn sockets(place: &Path) -> String {
    format!("unix_socket_directories = '{}'\n", place.display())
}

/// The last one of a name counts. The file is owned by the server's user, and writable by root.
fn add_settings(data: &Path, text: &str) -> io::Result<()> {
    let file = data.join("postgresql.conf");
    let former = fs::read_to_string(&file)?;
    fs::write(&file, former + text)
}

fn control(place: &Path) -> Command {
    let mut control = as_server(&binaries().join("pg_ctl"));
    control.arg("-D").arg(place.join("data"));
    control
}

pub(super) fn start(place: &Path, port: u16) -> io::Result<()> {
    let mut control = control(place);
    control
        .args(["-w", "-t", START_S, "-l"])
        .arg(place.join("log"));
    run_detached(control.arg("-o").arg(format!("-p {port}")).arg("start"))
}

pub(super) fn stop(place: &Path, how: Stop) -> io::Result<()> {
    run(control(place).args(["-w", "-m", how.as_str(), "stop"])).map(drop)
}

pub(super) fn promote(place: &Path) -> io::Result<()> {
    run(control(place).args(["-w", "-t", START_S, "promote"])).map(drop)
}

/// Kills the first process and all that it has started.
pub(super) fn kill(place: &Path, port: u16) -> io::Result<()> {
    let note = place.join("data/postmaster.pid");
    let text = fs::read_to_string(&note)?;
    let first = text.lines().next().unwrap_or_default();
    let name = fs::read_to_string(format!("/proc/{first}/comm"))?;
    if name.trim() != "postgres" {
        return Err(io::Error::other(
            "the number belongs to another process by now",
        ));
    }
    let signal =
        |name: &str, pids: &[&str]| run(Command::new("kill").args(["-s", name]).args(pids));
    // Stopped first, so that it starts no more of them meanwhile.
    signal("STOP", &[first])?;
    let started = fs::read_to_string(format!("/proc/{first}/task/{first}/children"))?;
    let all: Vec<&str> = [first]
        .into_iter()
        .chain(started.split_whitespace())
        .collect();
    signal("KILL", &all)?;
    while is_ready(port) {}
    fs::remove_file(note)
}
