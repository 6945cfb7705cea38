//! Stage 4: due deliveries out of the store, each to one holder at a time.

use async_trait::async_trait;

use super::Result;
use crate::{
    delivery::Job,
    ids::{DeliveryId, WebhookId},
    time::Time,
};

/// A lane with room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneAsk {
    /// Whose lane.
    pub webhook_id: WebhookId,
    /// How many deliveries it can take.
    pub room: usize,
}

/// Stage 4.
#[async_trait]
pub trait Claim: Send + Sync {
    /// Gives due deliveries of these lanes to the caller, oldest due first, at most `room` each;
    /// fewer, where their payloads would take too much memory: [`Claim::next_due`] tells of the rest.
    /// A claim is a lease: it ends when the delivery is recorded or released, or when its holder
    /// is dead. Deliveries that a disable has cancelled are never given.
    async fn claim(&self, asks: &[LaneAsk], now: Time) -> Result<Vec<Job>>;

    /// Gives claims back unsent (graceful stop, a lane that went away).
    async fn release(&self, deliveries: &[DeliveryId]) -> Result<()>;

    /// For each webhook with unclaimed pending deliveries: when its earliest one is due.
    /// Walks an index by webhook; its cost grows with webhooks that have pending work, not with
    /// the length of a backlog.
    async fn due_lanes(&self) -> Result<Vec<(WebhookId, Time)>>;

    /// The same for one webhook.
    async fn next_due(&self, webhook_id: WebhookId) -> Result<Option<Time>>;

    /// The lease under which this process holds what it was given and what it enqueued as claimed.
    /// `None` while the lease cannot be renewed in time: nothing may be sent then, because another
    /// process may hold it by now. Another number than before: everything held under the former
    /// lease is lost, and the store gives it out anew.
    ///
    /// A store that one process has to itself has one lease for ever.
    fn lease(&self) -> Option<u64> {
        Some(0)
    }
}
