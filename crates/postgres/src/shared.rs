//! What every part of the store has at hand.

use std::{sync::Arc, time::Duration};

use bellwire_core::{
    ids::{EventId, WebhookId},
    ports::Change,
    stored::firsts,
};
use deadpool_postgres::{Object, Transaction};
use tokio::{
    sync::{Semaphore, broadcast},
    time::Instant,
};

use crate::{
    connect::{Connector, Pools},
    fault::Fault,
    lease::Lease,
    owners::Owners,
    partitions::Partitions,
    stats::Stats,
};

/// Changes kept for a feed that is behind; one that is further behind is told that anything may
/// have changed.
const FEED: usize = 1024;
/// Reports of usage that are counted at a time: one less than there are workers.
const COUNTING: usize = 2;

/// First deliveries of events by webhook.
pub(crate) type Firsts = firsts::Firsts<EventId, WebhookId>;

pub(crate) struct Shared {
    pub(crate) connector: Arc<Connector>,
    pub(crate) pools: Pools,
    pub(crate) partitions: Partitions,
    pub(crate) lease: Lease,
    pub(crate) owners: Owners,
    pub(crate) stats: Stats,
    pub(crate) firsts: Firsts,
    /// Turns of reports of usage: they leave a worker to claims and to the catalogue.
    pub(crate) counting: Semaphore,
    /// Turns of what strangers send to inspectors.
    pub(crate) inspecting: Semaphore,
    pub(crate) answer_timeout: Duration,
    changes: broadcast::Sender<Change>,
}

impl Shared {
    pub(crate) fn new(connector: Arc<Connector>, pools: Pools, answer_timeout: Duration) -> Self {
        Self {
            connector,
            pools,
            partitions: Partitions::default(),
            lease: Lease::new(),
            owners: Owners::default(),
            stats: Stats::default(),
            firsts: Firsts::default(),
            counting: Semaphore::new(COUNTING),
            inspecting: Semaphore::new(1),
            answer_timeout,
            changes: broadcast::channel(FEED).0,
        }
    }

    /// A connection for claims, the catalogue, bulk work.
    pub(crate) async fn worker(&self) -> Result<Object, Fault> {
        Ok(self.pools.work.get().await?)
    }

    /// A connection for reading.
    pub(crate) async fn reader(&self) -> Result<Object, Fault> {
        Ok(self.pools.readers.get().await?)
    }

    /// Commits one call's own transaction.
    pub(crate) async fn commit(
        &self,
        transaction: Transaction<'_>,
        began: Instant,
    ) -> Result<(), Fault> {
        match transaction.commit().await {
            Ok(()) => {
                self.stats.committed(1, began.elapsed());
                Ok(())
            }
            Err(error) => {
                self.stats.failed();
                Err(error.into())
            }
        }
    }

    /// Tells the feeds of this process.
    pub(crate) fn announce(&self, change: Change) {
        // Nobody listens: nobody need be told.
        let _ = self.changes.send(change);
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }
}
