//! The stores that every scenario runs over, and how each of them survives a crash.

use std::sync::Arc;

use bellwire_core::{
    crypt::{Key, Keyring},
    entropy::Entropy,
    ports::Store,
};
use bellwire_postgres::Postgres;
use bellwire_sqlite::Sqlite;
use bellwire_testkit::postgres::Server;

/// One test of each scenario for each store: `standard::sqlite::…` and `standard::postgres::…`. A
/// scenario that is not named here is not used, and the compiler says so.
macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::stores::On::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::stores::On::Postgres).await;
            })+
        }
    };
}
pub(crate) use scenarios;

/// A kind of store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

/// Where the data of one world is, whatever happens to the process.
pub(crate) enum Disk {
    /// A database file in a folder of its own.
    Sqlite(tempfile::TempDir),
    /// A database of its own in the server that all tests share.
    Postgres { server: Server, url: String },
}

impl Disk {
    /// An empty database with its schema.
    pub(crate) async fn new(on: On) -> Self {
        match on {
            On::Sqlite => Self::Sqlite(tempfile::tempdir().expect("a folder")),
            On::Postgres => {
                let server = Server::shared();
                let url = server.database();
                let options = bellwire_postgres::Options::new(&url);
                Postgres::migrate(&options).await.expect("it is migrated");
                Self::Postgres { server, url }
            }
        }
    }

    /// Opens the store; `None` while another process would still have it.
    pub(crate) async fn open(&self, entropy: &Arc<dyn Entropy>) -> Option<Arc<dyn Store>> {
        let keyring = Keyring::new(vec![Key::from_bytes([7; 32])]).expect("one key");
        let entropy = Arc::clone(entropy);
        match self {
            Self::Sqlite(folder) => {
                let path = folder.path().join("bellwire.db");
                let options = bellwire_sqlite::Options::new(path);
                Some(Arc::new(Sqlite::open(&options, keyring, entropy).ok()?))
            }
            Self::Postgres { url, .. } => {
                let options = bellwire_postgres::Options::new(url);
                let store = Postgres::open(&options, keyring, entropy).await;
                Some(Arc::new(store.expect("the store opens")))
            }
        }
    }

    /// Runs SQL beside whoever has the store open, in the words of each store.
    pub(crate) fn run(&self, sqlite: &str, postgres: &str) {
        match self {
            Self::Sqlite(folder) => {
                let path = folder.path().join("bellwire.db");
                let conn = rusqlite::Connection::open(path).expect("it is there");
                conn.execute_batch(sqlite).expect("it runs");
            }
            Self::Postgres { server, url } => drop(server.run(url, postgres)),
        }
    }

    /// The process that had the store open is gone, and has been for so long that others take it
    /// for dead.
    pub(crate) fn abandon(&self) {
        if let Self::Postgres { server, url } = self {
            server.run(url, "DELETE FROM nodes");
        }
    }
}
