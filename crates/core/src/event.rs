//! One thing that happened, as it is stored and as envelopes see it.

use bytes::Bytes;

use crate::{
    ids::{EventId, OrganizationId},
    time::Time,
};

/// One thing that happened. Written once, never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Ours; `webhook-id` on the wire.
    pub id: EventId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The producer's own name for it.
    pub external_id: Option<String>,
    /// Its type, such as `booking.created`.
    pub event_type: String,
    /// What it is about.
    pub channels: Vec<String>,
    /// The producer's JSON, verbatim; empty once retention has removed it, which JSON never is.
    pub data: Bytes,
    /// When it happened, as the producer says; when it was accepted, otherwise.
    pub time: Time,
    /// When it was accepted.
    pub created_at: Time,
    /// Its type is not in the catalogue.
    pub unknown_type: bool,
    /// It was made by a test button; envelopes that say so, say so.
    pub test: bool,
}

impl Event {
    /// Whether retention has removed its data. Not to be asked of an event that was read without it.
    #[must_use]
    pub fn is_payload_removed(&self) -> bool {
        self.data.is_empty()
    }
}
