//! Rows that cannot be read stop nothing behind them.

mod fixture;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::ports::Store;
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::conformance::{Subject, aside, statistics::together};
use fixture::{entropy, keyring};
use rusqlite::Connection;
use tempfile::TempDir;

struct OnDisk {
    store: Sqlite,
    place: TempDir,
}

impl OnDisk {
    fn new() -> Self {
        let place = TempDir::new().expect("a directory");
        let path = place.path().join("bellwire.db");
        let store = Sqlite::open(&Options::new(path), keyring(), entropy()).expect("it opens");
        Self { store, place }
    }

    fn beside(&self) -> Connection {
        Connection::open(self.place.path().join("bellwire.db")).expect("a second connection")
    }
}

#[async_trait]
impl Subject for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nothing crashes here");
    }
}

#[async_trait]
impl aside::Raw for OnDisk {
    const BYTES: &'static str = "BLOB";

    async fn run(&self, sql: &str) {
        self.beside().execute_batch(sql).expect("it is run");
    }

    async fn number(&self, sql: &str) -> i64 {
        let number = self.beside().query_row(sql, [], |row| row.get(0));
        number.expect("a number")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_of_a_commit_that_cannot_be_read_stop_no_others() {
    aside::counts_of_a_commit(OnDisk::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_added_to_a_row_that_cannot_be_read() {
    aside::a_row_of_counts(OnDisk::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_of_all_types_are_added_up_by_the_migration() {
    let migration = include_str!("../migrations/V13__all_types.sql");
    together::they_are_added_up_later(OnDisk::new(), migration).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_cannot_be_read_stops_no_others() {
    aside::a_notice(OnDisk::new()).await;
}
