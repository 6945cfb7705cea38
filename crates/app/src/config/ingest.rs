//! `[ingest]`: what a producer may post.

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// The largest event, in bytes of its data.
    pub max_event_bytes: usize,
    /// For how many seconds a repeated key or external id returns the first answer.
    pub idempotency_ttl_s: u32,
}

impl Default for Ingest {
    fn default() -> Self {
        Self {
            max_event_bytes: 1 << 20,
            idempotency_ttl_s: 24 * 3600,
        }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "ingest.max_event_bytes",
        Kind::Integer,
        "the largest event, in bytes",
    ),
    Setting::new(
        "ingest.idempotency_ttl_s",
        Kind::Integer,
        "seconds for which a repeated key or id returns the first answer",
    ),
];
