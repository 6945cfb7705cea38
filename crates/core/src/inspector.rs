//! The noun "inspector": a private URL that keeps what arrives there, for people to look at (EVI-16).
//!
//! What arrives comes from strangers, so everything about it has a limit, and these are they. Who may
//! look, how fast it may come and what the URL is made of is decided by `service/inspectors`.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    headers::HeaderList,
    ids::{InspectedId, InspectorId, OrganizationId},
    time::{DAY, DurationUs, Time},
};

/// How many requests are kept, the newest.
pub const MAX_KEPT: usize = 100;
/// How many bytes all kept requests of one inspector have together; older ones go. The newest stays
/// in any case.
pub const MAX_KEPT_BYTES: usize = 4 << 20;
/// The largest body, in bytes.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// The largest headers, names and values together, in bytes.
pub const MAX_HEADER_BYTES: usize = 16 << 10;
/// The longest method, in bytes.
pub const MAX_METHOD_BYTES: usize = 32;
/// How much of a path and a query is kept, in bytes.
pub const MAX_PATH_BYTES: usize = 2 << 10;
/// How long it lives without a request or a change.
pub const UNUSED_US: DurationUs = 7 * DAY;
/// The longest that an answer may be put off, in seconds.
pub const MAX_DELAY_S: u8 = 10;
/// The statuses that it can answer with: done, done without words, gone, and the two that are tried
/// again.
pub const STATUSES: [u16; 5] = [200, 204, 410, 500, 503];
/// How many there may be with the same channels: of one customer, or of the organization itself.
pub const MAX_ALIKE: usize = 10;
/// How many an organization may have, those of its customers included.
pub const MAX_IN_ORGANIZATION: usize = 100;

/// A private URL that keeps what arrives there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// Its id. The URL is made of it, and cannot be guessed from it.
    pub id: InspectorId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// For people; may be empty.
    pub name: String,
    /// The channels of whoever made it, in order: only who has all of them sees it. Empty: it belongs
    /// to the organization itself.
    pub channels: Vec<String>,
    /// What it answers.
    pub answering: Answering,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: String,
    /// When something last arrived, or it was last changed.
    pub used_at: Time,
}

impl Inspector {
    /// When it is gone, if nothing arrives until then.
    #[must_use]
    pub fn expires_at(&self) -> Time {
        self.used_at + UNUSED_US
    }
}

/// What is answered to each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    /// One of [`STATUSES`].
    pub status: u16,
    /// After so many seconds, [`MAX_DELAY_S`] at most.
    pub delay_s: u8,
}

impl Default for Answering {
    fn default() -> Self {
        Self {
            status: 200,
            delay_s: 0,
        }
    }
}

/// A request that arrived, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Its id, which sorts by time.
    pub id: InspectedId,
    /// Where it arrived.
    pub inspector_id: InspectorId,
    /// When it was there whole.
    pub at: Time,
    /// From where.
    pub address: Option<IpAddr>,
    /// `POST`.
    pub method: String,
    /// What stood behind the secret part of the URL, query included; `/` when nothing did.
    pub path: String,
    /// The headers, in order.
    pub headers: HeaderList,
    /// How long the body is, in bytes.
    pub body_bytes: u32,
    /// The status that it was answered with.
    pub answered: u16,
}

impl Inspected {
    /// What it counts for in [`MAX_KEPT_BYTES`].
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.headers.as_bytes().len()
            + self.method.len()
            + self.path.len()
            + self.body_bytes as usize
    }
}
