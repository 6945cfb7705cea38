//! The store for many nodes: every port of the core on PostgreSQL.
//!
//! ```text
//!   enqueue ──► committers ──┐ one transaction per batch: a read, a decision in memory,
//!   record  ──► committers ──┤ one statement per table
//!   claims, catalogue, bulk ─┤ pooled connections, a transaction each
//!   queries ─────────────────┤ pooled connections
//!   heartbeat ── lease ──────┤ one row per node, renewed each second; frees what the dead held
//!   listener ── changes ◄────┘ notifications, and a counter behind them
//! ```
//!
//! **Invariants.** An answer is sent after the commit was answered; without that answer nothing is
//! acknowledged. No transaction is open while anybody waits for anything but the database. A delivery
//! is held by one node at a time, and a node knows when it may no longer think so. No query of the
//! hot path scans a table, and what it reads does not grow with history (`plans.rs` holds their plans
//! to that). PostgreSQL does the distributed part: its locks, its transactions, its clock.

mod again;
mod aside;
mod attempts;
mod audit;
mod catalogue;
mod changes;
mod claim;
mod columns;
mod committer;
mod connect;
pub mod copy;
mod counters;
mod enqueue;
mod event_types;
mod fault;
mod inspectors;
mod jobs;
mod keep;
mod lease;
mod links;
mod locks;
mod open;
mod options;
mod organizations;
mod outbox;
mod owners;
mod pace;
mod partitions;
mod people;
mod plan;
#[cfg(test)]
mod plans;
mod query;
mod record;
mod repeats;
mod retain;
mod revisions;
mod rows;
mod scratch;
mod sessions;
mod settle;
mod shared;
mod statistics;
mod stats;
mod sweep;
mod tls;
mod tokens;
mod url;
mod usage;
mod users;
mod webhooks;

use std::sync::Arc;

use bellwire_core::{
    crypt::Keyring,
    entropy::Entropy,
    ports::Result,
    stored::{audit::Ids, seal::Seal},
};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

pub use open::OpenError;
pub use options::Options;
pub use scratch::Scratch;

use crate::{committer::Committers, enqueue::Enqueues, record::Records, shared::Shared};

/// The store. A cheap clone.
#[derive(Clone)]
pub struct Postgres {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    enqueues: Committers<Enqueues>,
    records: Committers<Records>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    shared: Arc<Shared>,
    seal: Arc<Seal>,
    swept: sweep::Position,
    pass: tokio::sync::Mutex<retain::Pass>,
}

impl Postgres {
    /// Opens a database whose schema is up to date, and joins it as a node.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub async fn open(
        options: &Options,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
    ) -> std::result::Result<Self, OpenError> {
        let ids = Ids::new(Arc::clone(&entropy));
        let inner = open::open(options, Seal::new(keyring, entropy), ids).await?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Brings the schema of a database up to date, from nothing if need be; from which version to
    /// which. Nodes of the former version may go on working on it.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub async fn migrate(options: &Options) -> std::result::Result<(i64, i64), OpenError> {
        open::migrate(options).await
    }

    /// Makes the days that come, as the store does by itself every minute.
    ///
    /// # Errors
    /// [`Error::Unavailable`](bellwire_core::ports::Error::Unavailable).
    pub async fn maintain(&self) -> Result<()> {
        Ok(keep::maintain(self.shared()).await?)
    }

    /// Finishes what was asked and leaves: other nodes take over at once what this one still held.
    /// Without it, they do so ten seconds after the last clone is gone.
    pub async fn close(&self) {
        self.inner.enqueues.close().await;
        self.inner.records.close().await;
        for task in std::mem::take(&mut *self.inner.tasks.lock()) {
            task.abort();
        }
        // Another node may go on with retention.
        if let Ok(mut pass) = self.inner.pass.try_lock() {
            *pass = retain::Pass::default();
        }
        let shared = self.shared();
        if let Ok(conn) = shared.worker().await
            && let Err(fault) = lease::leave(&conn, shared.lease.number()).await
        {
            tracing::debug!(?fault, "this node could not say that it leaves");
        }
        shared.pools.work.close();
        shared.pools.readers.close();
    }

    /// Statements that enqueues, claims and records have sent so far, `BEGIN` and `COMMIT` included.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.shared().stats.statements()
    }

    /// The number of this node in the table of nodes.
    #[must_use]
    pub fn node(&self) -> i64 {
        self.shared().lease.number()
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres")
            .field("node", &self.node())
            .finish_non_exhaustive()
    }
}
