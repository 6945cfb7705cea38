//! A PostgreSQL server for tests: Debian's binaries, a temporary directory, a free port.
//!
//! [`Server::shared`] is one server for all tests of a run, whether they are threads of one process
//! (`cargo test`) or processes of their own (`cargo nextest`): the first one starts it, each holds a
//! lock on a file for as long as it lives, and a watchdog stops the server when nobody has held that
//! lock for a while. Each test makes a database of its own in it. [`Server::start`] is a server for
//! one test that stops it, breaks it, or sets it up in its own way.
//!
//! Nothing is installed; when the binaries are missing, the message is the line to run. `fsync` is
//! on, because the store refuses to work without it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// How long a start may take, in seconds.
const START_S: &str = "60";
/// A port can be taken between finding it free and using it.
const TRIES: usize = 5;
/// A user of the server whose password is asked for; see [`Server::guarded`].
const GUARDED: &str = "guarded";

/// How a server stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Connections are cut, everything is written out.
    Fast,
    /// As in a crash: nothing is written out, the next start recovers.
    Immediate,
}

impl Stop {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Immediate => "immediate",
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    place: PathBuf,
    port: u16,
    /// Stopped and removed when this goes.
    owned: bool,
}

/// What the whole process holds: the shared server, and the lock that keeps it running.
struct Held {
    place: PathBuf,
    port: u16,
    _users: File,
}

impl Server {
    /// The server that all tests share.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    #[must_use]
    pub fn shared() -> Self {
        static HELD: OnceLock<Held> = OnceLock::new();
        let held = HELD.get_or_init(|| join().expect("the shared PostgreSQL server"));
        Self {
            place: held.place.clone(),
            port: held.port,
            owned: false,
        }
    }

    /// A server of one's own, with these settings (`name = value` each); stopped when it is
    /// dropped.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    #[must_use]
    pub fn start(settings: &[&str]) -> Self {
        let (place, port) = launch(settings).expect("a PostgreSQL server");
        Self {
            place,
            port,
            owned: true,
        }
    }

    /// The same, offering TLS with this certificate.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_tls(certificate: &Certificate) -> Self {
        // Files that the server reads must be its user's, and nobody else's.
        let mine = |name: &str| {
            let path = certificate.place.join(name);
            if let Some((user, group)) = unprivileged() {
                chown(&path, Some(user), Some(group)).expect("the server may read it");
            }
            path.display().to_string()
        };
        let (cert, key) = (mine("server.pem"), mine("server.key"));
        Self::start(&[
            "ssl = on",
            &format!("ssl_cert_file = '{cert}'"),
            &format!("ssl_key_file = '{key}'"),
        ])
    }

    /// Where a database of this server is. The user is its superuser and needs no password.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The same for a user that does not exist until a test makes it, and whose password is asked
    /// for.
    #[must_use]
    pub fn guarded(&self, password: &str, database: &str) -> String {
        format!(
            "postgresql://{GUARDED}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A new, empty database; its URL.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let port = self.port.to_string();
        let mut createdb = Command::new(binaries().join("createdb"));
        createdb.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", &name]);
        run(&mut createdb).expect("a database");
        self.url(&name)
    }

    /// Stops it; [`resume`](Self::resume) goes on with what is on its disk.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self, how: Stop) {
        assert!(self.owned, "the shared server is not one test's to stop");
        stop(&self.place, how).expect("it stops");
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        start(&self.place, self.port).expect("it starts again");
    }
}

/// A certificate of an authority of its own, in files; removed when this is dropped.
#[derive(Debug)]
pub struct Certificate {
    place: PathBuf,
}

impl Certificate {
    /// For this name.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Relaxed);
        let place = std::env::temp_dir().join(format!(
            "bellwire-certificate-{}-{number}",
            std::process::id()
        ));
        let made = issue(name).expect("a certificate");
        write_certificate(&place, &made).expect("its files");
        Self { place }
    }

    /// The authority, in PEM.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.place.join("ca.pem")
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

/// Authority, certificate and key, in PEM.
fn issue(name: &str) -> Result<[String; 3], rcgen::Error> {
    let authority_key = rcgen::KeyPair::generate()?;
    let mut authority = rcgen::CertificateParams::new(Vec::new())?;
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key)?;
    let key = rcgen::KeyPair::generate()?;
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let certificate =
        rcgen::CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &issuer)?;
    Ok([root.pem(), certificate.pem(), key.serialize_pem()])
}

fn write_certificate(place: &Path, [root, certificate, key]: &[String; 3]) -> io::Result<()> {
    fs::create_dir_all(place)?;
    for (name, text) in [
        ("ca.pem", root),
        ("server.pem", certificate),
        ("server.key", key),
    ] {
        let path = place.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.owned {
            // It may be stopped already.
            let _ = stop(&self.place, Stop::Immediate);
            let _ = fs::remove_dir_all(&self.place);
        }
    }
}

/// Where Debian keeps the newest server.
fn binaries() -> PathBuf {
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
fn unprivileged() -> Option<(u32, u32)> {
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

fn run(command: &mut Command) -> io::Result<Output> {
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

/// Where everything of the shared server is.
fn home() -> io::Result<PathBuf> {
    let user = fs::metadata("/proc/self")?.uid();
    let home = std::env::temp_dir().join(format!("bellwire-postgres-{user}"));
    fs::create_dir_all(&home)?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755))?;
    Ok(home)
}

fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

/// Takes part in the shared server; starts it if there is none.
fn join() -> io::Result<Held> {
    let home = home()?;
    // While the watchdog stops a server, this waits.
    let users = lock_file(&home.join("users.lock"))?;
    users.lock_shared()?;
    let starting = lock_file(&home.join("start.lock"))?;
    starting.lock()?;
    let note = home.join("server");
    let running = fs::read_to_string(&note).ok().and_then(|text| {
        let (port, place) = text.trim().split_once(' ')?;
        let (port, place) = (port.parse().ok()?, PathBuf::from(place));
        is_ready(port).then_some((place, port))
    });
    let (place, port) = match running {
        Some(running) => running,
        None => {
            let (place, port) = launch(&[])?;
            fs::write(&note, format!("{port} {}", place.display()))?;
            watch(&home, &place)?;
            (place, port)
        }
    };
    Ok(Held {
        place,
        port,
        _users: users,
    })
}

fn is_ready(port: u16) -> bool {
    let mut ask = Command::new(binaries().join("pg_isready"));
    ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
    run(&mut ask).is_ok()
}

/// Makes a cluster in a new directory and starts it.
fn launch(settings: &[&str]) -> io::Result<(PathBuf, u16)> {
    let mut last = None;
    for _ in 0..TRIES {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let place =
            std::env::temp_dir().join(format!("bellwire-postgres-{}-{port}", std::process::id()));
        match create(&place, settings).and_then(|()| start(&place, port)) {
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

fn create(place: &Path, settings: &[&str]) -> io::Result<()> {
    fs::create_dir_all(place)?;
    if let Some((user, group)) = unprivileged() {
        chown(place, Some(user), Some(group))?;
    }
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
    text.push_str(&format!(
        "unix_socket_directories = '{}'\n",
        place.display()
    ));
    for setting in settings {
        text.push_str(setting);
        text.push('\n');
    }
    // Owned by the server's user, and writable by root.
    let file = data.join("postgresql.conf");
    let defaults = fs::read_to_string(&file)?;
    fs::write(&file, defaults + &text)?;
    let file = data.join("pg_hba.conf");
    let rules = fs::read_to_string(&file)?;
    fs::write(
        &file,
        format!("host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{rules}"),
    )
}

fn control(place: &Path) -> Command {
    let mut control = as_server(&binaries().join("pg_ctl"));
    control.arg("-D").arg(place.join("data"));
    control
}

fn start(place: &Path, port: u16) -> io::Result<()> {
    let mut control = control(place);
    control
        .args(["-w", "-t", START_S, "-l"])
        .arg(place.join("log"));
    run_detached(control.arg("-o").arg(format!("-p {port}")).arg("start"))
}

fn stop(place: &Path, how: Stop) -> io::Result<()> {
    run(control(place).args(["-w", "-m", how.as_str(), "stop"])).map(drop)
}

/// Leaves a process behind that stops the server once nobody has held the lock of its users twice in
/// a row, and removes what it leaves.
fn watch(home: &Path, place: &Path) -> io::Result<()> {
    let script = format!(
        "idle=0\n\
         while sleep 5; do\n\
           if flock -n -x {users} true; then idle=$((idle + 1)); else idle=0; fi\n\
           if [ $idle -ge 3 ] && flock -n -x {users} sh -c \
             'kill -INT $(head -n 1 {place}/data/postmaster.pid); sleep 2; rm -rf {place}'; then exit; fi\n\
         done",
        users = home.join("users.lock").display(),
        place = place.display(),
    );
    Command::new("setsid")
        .args(["sh", "-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .map(drop)
}
