//! The readers: a few read-only connections, each call a snapshot on a blocking thread.

use std::sync::Arc;

use bellwire_core::ports::{Error, Result};
use parking_lot::Mutex;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::Semaphore;

use crate::fault::{Fault, told};

/// A pool of read-only connections.
pub(crate) struct Readers {
    shared: Arc<Shared>,
    count: usize,
}

struct Shared {
    idle: Mutex<Vec<Connection>>,
    /// As many permits as connections.
    free: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(connections: Vec<Connection>) -> Self {
        Self {
            count: connections.len(),
            shared: Arc::new(Shared {
                free: Arc::new(Semaphore::new(connections.len())),
                idle: Mutex::new(connections),
            }),
        }
    }

    /// Runs a closure on a snapshot.
    pub(crate) async fn read<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    {
        let closed = || Error::Unavailable("the store is closed".to_owned());
        let free = Arc::clone(&self.shared.free);
        let permit = free.acquire_owned().await.map_err(|_| closed())?;
        let shared = Arc::clone(&self.shared);
        let task = tokio::task::spawn_blocking(move || {
            // Held until the connection is back, even when the caller is gone by then.
            let _permit = permit;
            let mut lent = Lent::take(&shared).ok_or_else(closed)?;
            match lent.conn.as_mut() {
                Some(conn) => snapshot(conn, body),
                None => Err(closed()),
            }
        });
        match task.await {
            Ok(result) => result,
            Err(error) => Err(Error::Corrupt(format!("a reader failed: {error}"))),
        }
    }

    /// Waits for running readers and lets go of the connections.
    pub(crate) async fn close(&self) {
        let all = u32::try_from(self.count).unwrap_or(u32::MAX);
        let permits = self.shared.free.acquire_many(all).await;
        self.shared.free.close();
        self.shared.idle.lock().clear();
        drop(permits);
    }
}

/// A connection that goes back to the pool whatever happens to who uses it.
struct Lent<'s> {
    shared: &'s Shared,
    conn: Option<Connection>,
}

impl<'s> Lent<'s> {
    fn take(shared: &'s Shared) -> Option<Self> {
        let conn = shared.idle.lock().pop()?;
        Some(Self {
            shared,
            conn: Some(conn),
        })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.shared.idle.lock().extend(self.conn.take());
    }
}

fn snapshot<T>(
    conn: &mut Connection,
    body: impl FnOnce(&Connection) -> std::result::Result<T, Fault>,
) -> Result<T> {
    let tx = conn
        .transaction_with_behavior(TransactionBehavior::Deferred)
        .map_err(|error| told(&error))?;
    let result = body(&tx);
    // Ends the snapshot; there is nothing to commit.
    tx.finish().map_err(|error| told(&error))?;
    Ok(result?)
}
