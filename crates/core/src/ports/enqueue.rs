//! Stage 3: events and their deliveries onto disk.

use std::sync::Arc;

use async_trait::async_trait;

use super::Result;
use crate::{
    delivery::Kind,
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    time::{DurationUs, Time},
};

/// One request of a producer: one event or an array, all or nothing.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The catalogue generation that the events were matched against.
    pub generation: u64,
    /// The request's `Idempotency-Key`.
    pub key: Option<Idempotency>,
    /// The events, in the order of the request.
    pub events: Vec<NewEvent>,
    /// When the request came.
    pub now: Time,
    /// How long a key or an external id makes a repeat return the first answer.
    pub idempotency_ttl: DurationUs,
}

/// A key and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key.
    pub key: String,
    /// SHA-256 of what it stands for.
    pub fingerprint: [u8; 32],
}

/// An event to store, with its deliveries.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// The event.
    pub event: Arc<Event>,
    /// The fingerprint of the event when it has an external id: a repeat of the id with the same
    /// fingerprint returns the first answer, with another one it is refused.
    pub fingerprint: Option<[u8; 32]>,
    /// One for each webhook that gets it.
    pub deliveries: Vec<NewDelivery>,
}

/// A delivery to store with its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// Why.
    pub kind: Kind,
    /// The caller has a lane with room for it and will send it once it is stored: no
    /// [`Claim::claim`](super::Claim::claim) may give it to anybody else until it is recorded,
    /// released, or its holder is dead.
    pub claimed: bool,
}

/// What became of one event of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The stored event: the first one's, for a repeat.
    pub event_id: EventId,
    /// How many webhooks it goes to.
    pub matched: u32,
    /// Its type is not in the catalogue.
    pub unknown_type: bool,
    /// This is the answer of an earlier request; nothing was stored now.
    pub repeated: bool,
}

/// A request that may have been accepted before.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The request's `Idempotency-Key`.
    pub key: Option<Idempotency>,
    /// External ids, each with the fingerprint of its event.
    pub ids: Vec<(String, [u8; 32])>,
    /// When the request came.
    pub now: Time,
    /// How long a key or an external id makes a repeat return the first answer.
    pub idempotency_ttl: DurationUs,
}

/// What of a request was accepted before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repeats {
    /// The answer that the key got, used for the same.
    pub answer: Option<Vec<Receipt>>,
    /// For each external id, in order, whether it names a stored event with the same fingerprint.
    pub ids: Vec<bool>,
}

/// Stage 3.
#[async_trait]
pub trait Enqueue: Send + Sync {
    /// Stores events and deliveries in one transaction; when it returns, they are on disk.
    /// One receipt for each event, in order.
    ///
    /// # Errors
    /// [`Error::Stale`](super::Error::Stale) when the organization's catalogue is at another
    /// generation, [`Error::NotFound`](super::Error::NotFound) when the organization is gone,
    /// [`Error::KeyReused`](super::Error::KeyReused),
    /// [`Error::Unavailable`](super::Error::Unavailable). In each case nothing was stored.
    async fn enqueue(&self, submission: Submission) -> Result<Vec<Receipt>>;

    /// What of a request was accepted before, by the same rules as [`enqueue`](Self::enqueue); a
    /// key or an id that was used for something else counts as unknown.
    async fn repeats(&self, asked: Asked) -> Result<Repeats>;

    /// Adds deliveries to a stored event (resend, test): one transaction. The event must belong to
    /// the organization, and each webhook must exist and, unless the kind is
    /// [`Kind::Test`], be enabled.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) for the event,
    /// [`Error::Conflict`](super::Error::Conflict) for a deleted or disabled webhook.
    async fn enqueue_again(
        &self,
        organization_id: OrganizationId,
        event_id: EventId,
        deliveries: Vec<NewDelivery>,
        now: Time,
    ) -> Result<Arc<Event>>;

    /// Forgets idempotency keys that have expired, in chunks; how many.
    async fn sweep_keys(&self, now: Time) -> Result<u64>;
}
