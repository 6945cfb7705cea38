//! Directories, databases and processes of these tests.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use bellwire_testkit::postgres;
use tempfile::TempDir;

use crate::support::{Running, bellwire, run};

/// The key of the target, as setting.
pub(crate) const KEY: &str = "secrets.keys=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// A directory with an embedded database, and an empty database of PostgreSQL.
pub(crate) struct Places {
    pub(crate) directory: TempDir,
    pub(crate) server: postgres::Server,
    /// The empty database.
    pub(crate) url: String,
}

impl Places {
    /// With a schema in the database of PostgreSQL.
    pub(crate) fn new() -> Self {
        let server = postgres::Server::shared();
        let places = Self {
            directory: tempfile::tempdir().expect("a directory"),
            url: server.database(),
            server,
        };
        places.migrate(&places.url);
        places
    }

    pub(crate) fn migrate(&self, url: &str) {
        let store = format!("store.url={url}");
        let output = run(self.path(), &["migrate", "--set", &store]);
        assert!(output.status.success(), "{output:?}");
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The embedded database.
    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("bellwire.db")
    }

    /// The command that copies from the embedded database to PostgreSQL.
    pub(crate) fn copy(&self) -> Command {
        let from = format!("sqlite:{}", self.file().display());
        self.copy_with(&["--from", &from, "--to", &self.url, "--set", KEY])
    }

    pub(crate) fn copy_with(&self, arguments: &[&str]) -> Command {
        let mut command = bellwire(self.path());
        command.arg("copy").args(arguments);
        command
    }

    /// What a query says, by `psql`.
    pub(crate) fn ask(&self, sql: &str) -> String {
        self.server.run(&self.url, sql).trim().to_owned()
    }

    /// A server on the database of PostgreSQL; its URL.
    pub(crate) fn serve(&self) -> (Running, String) {
        let store = format!("store.url={}", self.url);
        serve(self.path(), &["--set", &store, "--set", KEY])
    }
}

/// A server that may send to this machine; its URL.
pub(crate) fn serve(directory: &Path, arguments: &[&str]) -> (Running, String) {
    let mut command = bellwire(directory);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    for setting in [
        "delivery.allow_networks=127.0.0.0/8",
        "delivery.allow_http_loopback=true",
        "shutdown.grace_s=1",
        "log.level=error",
    ] {
        command.args(["--set", setting]);
    }
    command.args(arguments);
    let process = Running::start(command);
    let url = process.after("Listening on");
    (process, url)
}

/// What a command prints; it must succeed.
pub(crate) fn done(mut command: Command) -> String {
    let output = command.output().expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}
