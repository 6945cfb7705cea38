//! A migrated database of its own for each test of this crate.

#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod nodes;
pub(crate) mod proxy;

use std::sync::Arc;

use bellwire_core::{
    crypt::{Key, Keyring},
    entropy::Entropy,
};
use bellwire_postgres::{Options, Postgres};
use bellwire_testkit::{entropy::SeededEntropy, postgres::Server};
use tokio_postgres::{Client, NoTls};

pub(crate) fn keyring() -> Keyring {
    Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key")
}

pub(crate) fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(7))
}

/// A database that is up to date.
pub(crate) struct Database {
    pub(crate) url: String,
}

impl Database {
    /// In the server that all tests share.
    pub(crate) async fn new() -> Self {
        Self::within(&Server::shared()).await
    }

    pub(crate) async fn within(server: &Server) -> Self {
        let url = server.database();
        Postgres::migrate(&Options::new(&url))
            .await
            .expect("it is migrated");
        Self { url }
    }

    /// One more node on it.
    pub(crate) async fn open(&self) -> Postgres {
        Postgres::open(&Options::new(&self.url), keyring(), entropy())
            .await
            .expect("it opens")
    }
}

/// A plain connection, for what no port offers.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
}
