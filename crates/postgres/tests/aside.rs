//! Rows that cannot be read stop nothing behind them.

mod database;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::ports::Store;
use bellwire_postgres::Postgres;
use bellwire_testkit::conformance::{Subject, aside, statistics::together};
use database::{Database, connect};
use tokio_postgres::Client;

struct Node {
    store: Postgres,
    client: Client,
}

impl Node {
    async fn new() -> Self {
        let database = Database::new().await;
        Self {
            store: database.open().await,
            client: connect(&database.url).await,
        }
    }
}

#[async_trait]
impl Subject for Node {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nothing crashes here");
    }
}

#[async_trait]
impl aside::Raw for Node {
    const BYTES: &'static str = "bytea";

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.expect("it is run");
    }

    async fn number(&self, sql: &str) -> i64 {
        let row = self.client.query_one(sql, &[]).await.expect("a row");
        row.get(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_of_a_commit_that_cannot_be_read_stop_no_others() {
    aside::counts_of_a_commit(Node::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_added_to_a_row_that_cannot_be_read() {
    aside::a_row_of_counts(Node::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_of_all_types_are_added_up_by_the_migration() {
    let migration = include_str!("../migrations/V13__all_types.sql");
    together::they_are_added_up_later(Node::new().await, migration).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_that_cannot_be_read_stops_no_others() {
    aside::a_notice(Node::new().await).await;
}
