//! A PostgreSQL server of the bench's own: Debian's binaries, a directory on the same disk as
//! everything else, a free port of the loopback address. It is a child process and ends with this
//! one, however this one ends.

use std::{
    fs,
    io::Read,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::failure::{Exit, Failure};

/// Where Debian keeps one directory for each major version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user that PostgreSQL runs as when the bench runs as root, which PostgreSQL refuses to.
const USER: &str = "postgres";
/// How long it may take until it takes connections.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end.
const END: Duration = Duration::from_secs(20);
/// How often is looked whether it has come up, or gone.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What docs/guide/scaling.md advises, as far as it concerns one machine that is shared with
/// everything else. `fsync` and `synchronous_commit` are on, as they are by default.
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 512MB
max_wal_size = 4GB
min_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = lz4
wal_buffers = 16MB
logging_collector = off
log_checkpoints = off
";

/// The running server. Dropping it stops it.
pub(super) struct Temporary {
    postmaster: Child,
    port: u16,
}

impl Temporary {
    /// Makes a cluster in this directory, which is made, and starts it.
    pub(super) fn start(directory: &Path) -> Result<Self> {
        let binaries = newest(Path::new(VERSIONS)).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "PostgreSQL's server is not installed here; run `sudo apt-get install -y \
                 postgresql`, or name a database with --database postgresql://…",
            )
        })?;
        fs::create_dir_all(directory)?;
        let user = unprivileged()?;
        if let Some((user, group)) = user {
            chown(directory, Some(user), Some(group))?;
            // The directory around it is ours alone; PostgreSQL's user must get through it.
            if let Some(around) = directory.parent() {
                fs::set_permissions(around, fs::Permissions::from_mode(0o711))?;
            }
        }
        let data = directory.join("data");
        let mut initdb = as_user(user, &binaries.join("initdb"));
        initdb
            .args(["--no-sync", "-A", "trust", "-U", USER, "-E", "UTF8"])
            .args(["--locale=C.UTF-8", "-D"])
            .arg(&data);
        finish(&mut initdb).context("cannot make a PostgreSQL cluster")?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let place = directory.display();
        let file = data.join("postgresql.conf");
        let defaults = fs::read_to_string(&file)?;
        let own = format!("{SETTINGS}port = {port}\nunix_socket_directories = '{place}'\n");
        fs::write(&file, defaults + &own)?;
        let log = fs::File::create(directory.join("log"))?;
        let mut postgres = as_user(user, &binaries.join("postgres"));
        let postmaster = postgres
            .arg("-D")
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .current_dir("/")
            .spawn()
            .context("cannot start PostgreSQL")?;
        let mut server = Self { postmaster, port };
        server.ready(&binaries, directory)?;
        Ok(server)
    }

    /// A database of it that is always there.
    pub(super) fn url(&self) -> String {
        format!("postgresql://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Its first process; the others are children of it.
    pub(super) fn pid(&self) -> u32 {
        self.postmaster.id()
    }

    fn ready(&mut self, binaries: &Path, directory: &Path) -> Result<()> {
        let began = Instant::now();
        let port = self.port.to_string();
        while began.elapsed() < START && self.postmaster.try_wait()?.is_none() {
            let mut ask = Command::new(binaries.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port]);
            if finish(&mut ask).is_ok() {
                return Ok(());
            }
            pause();
        }
        let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
        bail!("PostgreSQL does not start: {}", log.trim())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // SIGQUIT: at once, its children with it; what it leaves is removed with the directory.
        let pid = self.postmaster.id().to_string();
        let _ = Command::new("kill").args(["-s", "QUIT", &pid]).status();
        let began = Instant::now();
        while began.elapsed() < END {
            if matches!(self.postmaster.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            pause();
        }
        let _ = self.postmaster.kill();
        let _ = self.postmaster.wait();
    }
}

/// The one wait of this file: for a process that says nothing when it is done.
#[expect(
    clippy::disallowed_methods,
    reason = "another program's start and end give no signal, and the bench has nothing else to do"
)]
fn pause() {
    std::thread::sleep(LOOK_EVERY);
}

/// The binaries of the newest version with a server.
fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(versions).ok()?;
    entries
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let binaries = entry.path().join("bin");
            binaries
                .join("initdb")
                .exists()
                .then_some((version, binaries))
        })
        .max()
        .map(|(_, binaries)| binaries)
}

/// User and group to run as, when the bench runs as root.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let ids = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(USER) {
            return None;
        }
        let mut ids = fields.skip(1).filter_map(|id| id.parse().ok());
        Some((ids.next()?, ids.next()?))
    });
    let ids =
        ids.with_context(|| format!("PostgreSQL does not run as root, and no user {USER}"))?;
    Ok(Some(ids))
}

/// A program of PostgreSQL's, as a user that it accepts, and not for longer than this process.
fn as_user(user: Option<(u32, u32)>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = user {
        command
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={group}"))
            .arg("--clear-groups");
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
    command
}

/// Runs a program to its end; what it says is in the error.
fn finish(command: &mut Command) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .current_dir("/")
        .spawn()
        .with_context(|| format!("cannot run {:?}", command.get_program()))?;
    let mut told = String::new();
    if let Some(mut errors) = child.stderr.take() {
        errors.read_to_string(&mut told)?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{status}: {}", told.trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_has_a_server_is_taken() {
        let versions = tempfile::tempdir().unwrap();
        for (version, program) in [("9", "initdb"), ("15", "initdb"), ("17", "psql")] {
            let binaries = versions.path().join(version).join("bin");
            fs::create_dir_all(&binaries).unwrap();
            fs::write(binaries.join(program), "").unwrap();
        }
        let found = newest(versions.path()).unwrap();
        assert!(found.ends_with("15/bin"), "{}", found.display());
        assert_eq!(newest(&versions.path().join("missing")), None);
    }
}
