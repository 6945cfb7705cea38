//! `[secrets]`: the keys that webhook secrets and custom headers are encrypted with at rest.

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Secrets {
    /// Keys of 32 bytes in base64. The first encrypts, all decrypt, so a key is replaced by
    /// putting a new one in front. Empty: a key file next to the database is used, and made when
    /// the database is new.
    pub keys: Vec<String>,
}

impl std::fmt::Debug for Secrets {
    /// Never shows a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets {{ {} keys }}", self.keys.len())
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[Setting::secret(
    "secrets.keys",
    Kind::List,
    "keys of 32 bytes in base64; the first encrypts, all decrypt; none: <database>.key is used",
)];
