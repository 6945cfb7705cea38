//! The embedded store: every port of the core on SQLite, for one process.
//!
//! ```text
//!   calls that write ──► writer thread ── one transaction per batch ──► WAL, synced ──► answers
//!                          │ caches: generations, marks, counters
//!   claims ── readers ─────┤ claims in memory: who holds what
//!   queries ── readers     │
//!                          └─► checkpoint thread: WAL into the database file
//! ```
//!
//! **Invariants.** One thread writes. An answer is sent after the commit is on disk. Claims never
//! touch the database: a crash forgets them. No query of the hot path scans a table, and what it
//! reads does not grow with history (`plans.rs` holds their plans to that).

mod aside;
mod audit;
mod catalogue;
mod checkpoint;
mod claim;
mod claims;
pub mod copy;
mod enqueue;
mod event_types;
mod fault;
#[cfg(test)]
mod fixture;
mod inspectors;
mod jobs;
mod links;
mod open;
mod options;
mod organizations;
mod outbox;
mod pace;
mod people;
#[cfg(test)]
mod plans;
mod query;
mod readers;
mod record;
mod repeats;
mod retain;
mod revisions;
mod rows;
mod sessions;
mod state;
mod statistics;
mod stats;
mod sweep;
mod tokens;
mod usage;
mod users;
mod webhooks;
mod work;
mod writer;

use std::{fs::File, sync::Arc};

use bellwire_core::{
    crypt::Keyring,
    entropy::Entropy,
    ports::{Error, Result},
    stored::{audit::Ids, seal::Seal},
};
use parking_lot::Mutex;

pub use open::OpenError;
pub use options::{Options, Role};

use crate::{claims::Claims, readers::Readers, stats::Stats, writer::Writer};

/// First deliveries of events by webhook, both as rows name them.
type Firsts = bellwire_core::stored::firsts::Firsts<i64, i64>;

/// The store. A cheap clone; the last one to go closes the database.
#[derive(Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
}

// Dropped in this order: the writer's end needs the readers gone or idle, and the lock goes last.
pub(crate) struct Inner {
    readers: Readers,
    writer: Writer,
    claims: Arc<Claims>,
    stats: Arc<Stats>,
    firsts: Arc<Firsts>,
    pass: Mutex<retain::Pass>,
    turns: usage::Turns,
    sieve: Arc<usage::Sieve>,
    seal: Arc<Seal>,
    /// For entries of the log that nobody else makes.
    ids: Arc<Ids>,
    role: Role,
    lock: Mutex<Option<File>>,
}

impl Sqlite {
    /// Opens a database, makes it when there is none, and brings its schema up to date. Blocks for
    /// as long as that takes.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub fn open(
        options: &Options,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
    ) -> std::result::Result<Self, OpenError> {
        let ids = Ids::new(Arc::clone(&entropy));
        open::open(options, Seal::new(keyring, entropy), ids).map(|inner| Self {
            inner: Arc::new(inner),
        })
    }

    /// Finishes what was asked, copies the log into the database file and lets go of both. Calls
    /// that come later are refused. Without it, dropping the last clone does the same.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
        self.inner.lock.lock().take();
    }

    fn readers(&self) -> &Readers {
        &self.inner.readers
    }

    fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    /// A local command beside a running server must not change what the server has in memory.
    fn as_server(&self) -> Result<()> {
        match self.inner.role {
            Role::Server => Ok(()),
            Role::Tool => Err(Error::Conflict(
                "only the server changes this; ask it through its API".into(),
            )),
        }
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite")
            .field("role", &self.inner.role)
            .finish_non_exhaustive()
    }
}
