//! What both stores write in the same form and decide in the same way, so that a row means the same
//! on either: addresses as bytes, sealed secrets, receipts, flags, what a webhook's
//! marks make of its deliveries. Pure; the stores do the reading and the writing.

pub mod address;
pub mod aside;
pub mod audit;
pub mod firsts;
pub mod people;
pub mod receipts;
pub mod refusals;
pub mod seal;
pub mod search;
pub mod standing;
pub mod usage;

use crate::{
    delivery::Attempt,
    ids::DeliveryId,
    outcome::{EXCERPT_FAILURE_BYTES, EXCERPT_SUCCESS_BYTES},
};

/// The flag of an event whose type is not in the catalogue.
pub const UNKNOWN_TYPE: i16 = 1;
/// The flag of an event that a test button made.
pub const TEST: i16 = 2;
/// The flag of an event to which deliveries were added later, in the embedded store.
pub const RESENT: i16 = 4;
/// Always set in the embedded store: a number that is never 0 has the same length with the flags above
/// as without, so that setting one later does not write the event's data anew.
pub const SIZED: i16 = 8;

/// Excerpts up to this length stay in the attempt's row; longer ones are stored once for all
/// attempts of a webhook that they are equal in.
pub const SHORT_EXCERPT_BYTES: usize = 48;

/// The ids in an event's list of deliveries.
pub fn listed(bytes: &[u8]) -> impl Iterator<Item = DeliveryId> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().map(|id| DeliveryId::from_bytes(*id))
}

/// What is kept of the response's body, and whether that is less than there was.
#[must_use]
pub fn excerpt(attempt: &Attempt, success: bool) -> (&[u8], bool) {
    let limit = if success {
        EXCERPT_SUCCESS_BYTES
    } else {
        EXCERPT_FAILURE_BYTES
    };
    let kept = &attempt.excerpt[..attempt.excerpt.len().min(limit)];
    (
        kept,
        attempt.truncated || kept.len() < attempt.excerpt.len(),
    )
}
