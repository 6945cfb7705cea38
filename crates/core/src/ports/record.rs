//! Stage 6: what happened, onto disk, with what follows from it.

use std::sync::Arc;

use async_trait::async_trait;

use super::Result;
use crate::{
    delivery::{Attempt, Delivery},
    ids::{DeliveryId, OrganizationId, WebhookId},
    own_event::Kinds,
    policy::{Class, DisableReason, DisableRule, Next},
    time::Time,
};

/// One attempt and what becomes of its delivery.
#[derive(Debug, Clone)]
pub struct Record {
    /// The attempt.
    pub attempt: Attempt,
    /// The type of the event, which attempts are counted by: a short copy, so that a record that
    /// waits does not hold the event's data.
    pub event_type: Arc<str>,
    /// What becomes of the delivery.
    pub next: Next,
    /// What it means for the webhook's counters; `None` for tests.
    pub tally: Option<Tally>,
    /// When the attempt ended.
    pub now: Time,
    /// Which of Bellwire's own events somebody listens to, of those that may follow: what nobody
    /// listens to is not written down.
    pub listened: Kinds,
    /// What was sent is one of Bellwire's own events.
    pub is_own: bool,
}

impl Record {
    /// Whether the attempt was a success: by its class, or for a test by what became of it.
    #[must_use]
    pub fn success(&self) -> bool {
        match &self.tally {
            Some(tally) => tally.class == Class::Success,
            None => self.next == Next::Deliver,
        }
    }
}

/// What the store needs to fold an attempt into the webhook's counters.
#[derive(Debug, Clone)]
pub struct Tally {
    /// The class of the outcome.
    pub class: Class,
    /// The webhook's thresholds.
    pub rule: Arc<DisableRule>,
}

/// What a commit of records changed beyond the deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Webhooks that reached a threshold and are disabled now.
    pub disabled: Vec<(WebhookId, DisableReason)>,
    /// How much there is to tell, in the outbox.
    pub notices: usize,
}

/// Stage 6.
#[async_trait]
pub trait RecordPort: Send + Sync {
    /// Writes attempts, moves their deliveries on and ends their claims, folds the counters of
    /// each webhook in order, and disables those that reach a threshold (which cancels their
    /// pending deliveries and raises the generation of their catalogue).
    ///
    /// A delivery that is not pending any more (cancelled meanwhile) keeps its state, except that
    /// a success makes it delivered: it did arrive. The attempt is kept either way.
    ///
    /// The caller keeps a share of the records: it may have to try again.
    async fn record(&self, records: Arc<[Record]>) -> Result<Recorded>;

    /// Cancels one pending delivery by hand.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) when it is not the organization's,
    /// [`Error::Conflict`](super::Error::Conflict) when it is not pending any more.
    async fn cancel(
        &self,
        organization_id: OrganizationId,
        delivery_id: DeliveryId,
        now: Time,
    ) -> Result<Delivery>;

    /// Marks deliveries as cancelled whose webhook was disabled or deleted, one chunk; true when
    /// there may be more. Readers and claims already treat them as cancelled.
    async fn sweep_cancelled(&self) -> Result<bool>;
}
