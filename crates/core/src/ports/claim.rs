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
    /// Only its owner may have it ([`Settings::is_exclusive`](crate::webhook::Settings::is_exclusive)).
    pub exclusive: bool,
}

/// Stage 4.
#[async_trait]
pub trait Claim: Send + Sync {
    /// Gives due deliveries of these lanes to the caller, oldest due first, at most `room` each;
    /// fewer, where their payloads would take too much memory: [`Claim::next_due`] tells of the rest.
    /// A claim is a lease: it ends when the delivery is recorded or released, or when its holder
    /// is dead. Deliveries that a disable has cancelled are never given.
    ///
    /// An exclusive lane is given to its owner only. Who asks for one that nobody owns becomes its
    /// owner, until its process ends; who asks for one that another process owns gets nothing, and
    /// the owner hears [`Change::Due`](super::Change::Due).
    async fn claim(&self, asks: &[LaneAsk], now: Time) -> Result<Vec<Job>>;

    /// Gives claims back unsent (graceful stop, a lane that went away).
    async fn release(&self, deliveries: &[DeliveryId]) -> Result<()>;

    /// Gives claims back unsent as [`Claim::release`] does, because this process is about to end and
    /// asks for nothing any more: others hear [`Change::Freed`](super::Change::Freed) at once. What it
    /// owns stays its own until it has ended: requests may still be under way.
    async fn retire(&self, deliveries: &[DeliveryId]) -> Result<()> {
        self.release(deliveries).await
    }

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

    /// Whether this process owns the lane of this webhook: of an exclusive lane, nobody else may
    /// send or hold anything. Good for as long as the lease is the same one. Reads memory only.
    ///
    /// A process that has a store to itself owns every lane.
    fn owns(&self, _webhook_id: WebhookId) -> bool {
        true
    }
}
