//! One event for one webhook, and the attempts made for it.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    coded::coded,
    event::Event,
    headers::HeaderList,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    outcome::{Answer, Timing},
    said::Said,
    say,
    time::Time,
};

/// Where a delivery stands.
///
/// ```text
///            ┌────────── retry at ──────────┐
///            ▼                              │
/// enqueue ► pending ── attempt ──► delivered│
///            │   └────────────────► failed  │
///            └─ disable, delete, by hand ──► cancelled
/// ```
///
/// What is pending while its webhook is paused is seen as held. No row says so: the pause of the
/// webhook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its first or next attempt.
    Pending,
    /// Arrived.
    Delivered,
    /// No further attempt will be made.
    Failed,
    /// Stopped before it arrived; the delivery says why.
    Cancelled,
    /// The webhook's filter left it out.
    Filtered,
    /// Pending, and its webhook is paused. Seen so and never stored so.
    Held,
}

coded!(State, "state":
    Pending = "pending",
    Delivered = "delivered",
    Failed = "failed",
    Cancelled = "cancelled",
    Filtered = "filtered",
    Held = "held",
);

impl State {
    /// For people, in their language.
    #[must_use]
    pub fn said(self) -> Said {
        match self {
            Self::Pending => say!("is-pending", "pending"),
            Self::Delivered => say!("is-delivered", "delivered"),
            Self::Failed => say!("is-failed", "failed"),
            Self::Cancelled => say!("is-cancelled", "cancelled"),
            Self::Filtered => say!("is-filtered", "filtered"),
            Self::Held => say!("is-held", "held"),
        }
    }

    /// The state of this number in a row; none for one that no row has.
    #[must_use]
    pub fn of_row(code: i64) -> Option<Self> {
        Self::from_code(code).filter(|state| *state != Self::Held)
    }
}

/// Why a delivery was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The webhook's event types and channels matched.
    Matched,
    /// The event named the webhook by id.
    Addressed,
    /// Somebody sent it again.
    Resent,
    /// A test: one attempt, also to a disabled webhook, counted by no counter.
    Test,
}

coded!(Kind, "kind":
    Matched = "matched",
    Addressed = "addressed",
    Resent = "resent",
    Test = "test",
);

/// Why a delivery was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The webhook was disabled (ADV-15).
    WebhookDisabled,
    /// The webhook was deleted.
    WebhookDeleted,
    /// Somebody cancelled it.
    Manual,
}

coded!(CancelReason, "reason":
    WebhookDisabled = "webhook_disabled",
    WebhookDeleted = "webhook_deleted",
    Manual = "manual",
);

/// One event for one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What to send.
    pub event_id: EventId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Where it stands.
    pub state: State,
    /// Why it was made.
    pub kind: Kind,
    /// Why it was cancelled, when it was.
    pub cancel_reason: Option<CancelReason>,
    /// Attempts made so far.
    pub attempts: u32,
    /// When the next attempt is due; meaningful while pending.
    pub due_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// The time of the last attempt or change of state (ADV-7).
    pub updated_at: Time,
}

/// A delivery on its way to be sent, with its event at hand.
#[derive(Debug, Clone)]
pub struct Job {
    /// The delivery's id.
    pub delivery_id: DeliveryId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// Why it was made.
    pub kind: Kind,
    /// Attempts made so far.
    pub attempts: u32,
    /// When it was made: a disable since then cancels it.
    pub created_at: Time,
    /// What to send.
    pub event: Arc<Event>,
}

/// One HTTP request of a delivery and what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose attempt it is.
    pub delivery_id: DeliveryId,
    /// Counts from 1 within the delivery.
    pub number: u32,
    /// The event that was sent.
    pub event_id: EventId,
    /// Where it was sent.
    pub webhook_id: WebhookId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The webhook's revision that was in force.
    pub revision: u32,
    /// When it began.
    pub at: Time,
    /// Status, or why there is none.
    pub answer: Answer,
    /// Where the time went.
    pub timing: Timing,
    /// The URL that was called.
    pub url: String,
    /// The address behind it.
    pub address: Option<SocketAddr>,
    /// The particulars of a failure.
    pub detail: Option<String>,
    /// SHA-256 of the body that was sent.
    pub body_sha256: [u8; 32],
    /// Headers as sent; custom and authentication values masked.
    pub request_headers: HeaderList,
    /// Headers of the response.
    pub response_headers: HeaderList,
    /// The beginning of the response's body.
    pub excerpt: Bytes,
    /// Whether the body went on after the excerpt.
    pub truncated: bool,
    /// When the next attempt is due, as decided after this one.
    pub retry_at: Option<Time>,
}
