//! The store's traits, grouped by stage, and the other doors of the core: sending, lanes, passwords,
//! and who somebody is.
//!
//! Each method is a use case, not a generic transaction: a backend is free to gather the calls
//! that arrive while it is busy into one commit. Both backends pass the conformance suite in
//! `bellwire-testkit`.

mod audit;
mod catalogue;
mod changes;
mod claim;
mod copy;
mod enqueue;
mod identity;
mod inspectors;
mod jobs;
mod lanes;
mod outbox;
mod pace;
mod passwords;
mod people;
mod query;
mod record;
mod retain;
mod search;
mod send;
mod statistics;
mod usage;

use crate::said::Said;

pub use audit::Audit;
pub use catalogue::{
    Catalogue, DeleteOutcome, OrganizationRecord, Token, TokenScope, WebhookChange,
};
pub use changes::{Change, Changes, NoChanges};
pub use claim::{Claim, LaneAsk};
pub use copy::{
    CopySource, CopyTarget, ItemPage, Origin, PAGE_BYTES, PAGE_ITEMS, Position, Reached, Section,
};
pub use enqueue::{
    Asked, Enqueue, Idempotency, NewDelivery, NewEvent, Receipt, Repeats, Submission,
};
pub use identity::{Claims, IdentityError, IdentityProvider, Inbound, Outbound};
pub use inspectors::Inspectors;
pub use jobs::{Jobs, Stepped};
pub use lanes::{Lanes, Slot};
pub use outbox::{Outbox, TAKEN_US};
pub use pace::{MOST_WAITING, Pace, Waiting};
pub use passwords::{Busy, Passwords};
pub use people::{LinkUse, People};
pub use query::{
    DeliveryDetail, DeliveryView, EventDetail, EventSummary, Health, Page, Query, Statements,
    StoreStats, WebhookFilter,
};
pub use record::{Record, RecordPort, Recorded, Tally};
pub use retain::{
    Removed, Retain, Retained, Retention, SLACK_US, Size, Storage, StorageLine, Stored,
};
pub use search::{Corner, EventCursor, EventFilter, EventPage, SEARCH_TIME};
pub use send::{Request, Sender};
pub use statistics::{Folded, Statistics, Unfolded, Wanted, Whose};
pub use usage::{
    Bought, CHUNK, Chunk, Counted, Crossed, Fired, Group, ItemFilter, Listed, MAX_CALLS, MAX_FIRED,
    RECORD_IDS_US, Usage, UsageRecord, Used, Window,
};

/// What a store can answer instead of a result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The store cannot be reached or cannot write (full or read-only disk, database restarting).
    /// Nothing was stored; the same call can succeed later.
    #[error("the store cannot be used right now: {0}")]
    Unavailable(String),
    /// The organization's catalogue has changed since the caller looked. Look again and repeat.
    #[error("the catalogue of the organization has changed meanwhile")]
    Stale,
    /// The thing named does not exist (any more), or belongs to another organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another one with the same unique field exists.
    #[error("{0} is taken already")]
    Taken(&'static str),
    /// The idempotency key or external id was used for another body. The number is the index of
    /// the event whose external id it is; `None` means the request's `Idempotency-Key`.
    #[error("the key was used with another body")]
    KeyReused(Option<usize>),
    /// The state of the thing forbids the operation; the text says why.
    #[error("{0}")]
    Conflict(Said),
    /// The data of the event was removed when it was older than
    /// [`Retention::payloads`].
    #[error("the data of the event was removed, because it is older than `retention.payloads`")]
    PayloadRemoved,
    /// The store holds what this program does not understand, or answered nonsense. A bug, or
    /// damage; the text says where.
    #[error("the store is damaged or of another version: {0}")]
    Corrupt(String),
}

/// What a call to a store gives.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything a backend offers.
pub trait Store:
    Enqueue
    + Claim
    + RecordPort
    + Catalogue
    + Query
    + Retain
    + People
    + Audit
    + Jobs
    + Outbox
    + Pace
    + Statistics
    + Usage
    + Inspectors
    + 'static
{
}

impl<
    T: Enqueue
        + Claim
        + RecordPort
        + Catalogue
        + Query
        + Retain
        + People
        + Audit
        + Statistics
        + Jobs
        + Outbox
        + Pace
        + Usage
        + Inspectors
        + 'static,
> Store for T
{
}
