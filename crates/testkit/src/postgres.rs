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

mod certificate;
mod cluster;
mod shared;

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

pub use self::certificate::Certificate;
use self::{
    cluster::{binaries, copy, kill, launch, promote, run, start, stop},
    shared::Held,
};

/// How long a standby may take to catch up.
const PATIENCE: Duration = Duration::from_secs(60);
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

impl Server {
    /// The server that all tests share.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    #[must_use]
    pub fn shared() -> Self {
        static HELD: OnceLock<Held> = OnceLock::new();
        let held = HELD.get_or_init(|| shared::join().expect("the shared PostgreSQL server"));
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
        let [cert, key] = ["server.pem", "server.key"].map(|name| certificate.given(name));
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
        // A process id comes again in a long run, and finds what its former bearer left.
        let (port, taken) = (self.port.to_string(), "already exists");
        loop {
            let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
            let mut createdb = Command::new(binaries().join("createdb"));
            createdb.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", &name]);
            match run(&mut createdb) {
                Ok(_) => return self.url(&name),
                Err(error) if error.to_string().contains(taken) => {}
                Err(error) => panic!("no database: {error}"),
            }
        }
    }

    /// Runs SQL in a database, given by its URL; what it selects, a line for each row.
    ///
    /// # Panics
    /// When it fails; the message is the server's.
    pub fn run(&self, url: &str, sql: &str) -> String {
        let mut psql = Command::new(binaries().join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url])
            .args(["-c", sql]);
        let output = run(&mut psql).expect("it runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops it; [`resume`](Self::resume) goes on with what is on its disk.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn stop(&self, how: Stop) {
        assert!(self.owned, "the shared server is not one test's to stop");
        stop(&self.place, how).expect("it stops");
    }

    /// As when its machine loses power: every process of it is killed at once.
    ///
    /// # Panics
    /// When it cannot be.
    pub fn kill(&self) {
        assert!(self.owned, "the shared server is not one test's to kill");
        kill(&self.place, self.port).expect("it is killed");
    }

    /// Starts a copy of this server that follows it, reaching it on this port: its own, or that of a
    /// proxy before it. From then on a commit is answered when the copy has it on its disk too.
    ///
    /// # Panics
    /// When that does not work.
    #[must_use]
    pub fn standby(&self, port: u16) -> Self {
        assert!(self.owned, "all commits of the shared server would wait");
        let (place, port) = copy(port).expect("a standby");
        let standby = Self {
            place,
            port,
            owned: true,
        };
        // Only now: the copy must not wait for a standby of its own when it is promoted.
        let url = self.url("postgres");
        self.run(&url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.run(&url, "SELECT pg_reload_conf()");
        let deadline = Instant::now() + PATIENCE;
        let asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while self.run(&url, asked) != "1" {
            assert!(Instant::now() < deadline, "the standby does not follow");
        }
        standby
    }

    /// Makes a standby the primary.
    ///
    /// # Panics
    /// When it does not become one.
    pub fn promote(&self) {
        promote(&self.place).expect("it is promoted");
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&self) {
        start(&self.place, self.port).expect("it starts again");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.owned {
            // It may be stopped already. An orderly stop would take seconds.
            let _ = kill(&self.place, self.port);
            let _ = fs::remove_dir_all(&self.place);
        }
    }
}
