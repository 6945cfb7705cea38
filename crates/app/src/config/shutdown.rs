//! `[shutdown]`: how the server ends.

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shutdown {
    /// Seconds that requests under way, in and out, are given to finish. What is not finished by
    /// then is sent again after the next start.
    pub grace_s: u32,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { grace_s: 20 }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[Setting::new(
    "shutdown.grace_s",
    Kind::Integer,
    "seconds that requests under way are given to finish",
)];
