//! Two nodes on one database.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire_core::ports::Store;
use bellwire_postgres::Postgres;
use bellwire_testkit::conformance::{Subject, World};

use super::Database;

/// Far above what anything here takes, far below what a hanging test costs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One node of several.
pub(crate) struct Node(pub(crate) Postgres);

#[async_trait]
impl Subject for Node {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nodes are stopped one by one here");
    }
}

/// A database, a world over its first node, and its second node.
pub(crate) async fn two() -> (Database, World<Node>, Postgres) {
    let database = Database::new().await;
    let (one, two) = (database.open().await, database.open().await);
    (database, World::new(Node(one)), two)
}
