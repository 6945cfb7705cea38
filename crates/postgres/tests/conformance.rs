//! The store passes the suite that every store must pass.

mod database;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::ports::Store;
use bellwire_postgres::Postgres;
use bellwire_testkit::conformance::Subject;
use database::{Database, connect};

struct OnServer {
    database: Database,
    store: Option<Postgres>,
}

async fn fresh() -> OnServer {
    let database = Database::new().await;
    let store = Some(database.open().await);
    OnServer { database, store }
}

#[async_trait]
impl Subject for OnServer {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone().expect("it is open"))
    }

    /// The node is gone without a word, and so long ago that it is taken for dead.
    async fn reopen(&mut self) {
        self.store = None;
        let client = connect(&self.database.url).await;
        client
            .execute("DELETE FROM nodes", &[])
            .await
            .expect("the heartbeat is gone");
        self.store = Some(self.database.open().await);
    }
}

bellwire_testkit::store_conformance!(fresh);
