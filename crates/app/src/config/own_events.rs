//! `[own_events]`: who hears what Bellwire tells of webhooks.

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnEvents {
    /// The slug of the organization whose webhooks hear of every organization's webhooks: the
    /// operator's own. Empty: there is none.
    pub organization: String,
}

impl OwnEvents {
    /// The organization, if one is named.
    #[must_use]
    pub fn operator(&self) -> Option<String> {
        (!self.organization.is_empty()).then(|| self.organization.clone())
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[Setting::new(
    "own_events.organization",
    Kind::Text,
    "the slug of the organization whose webhooks hear of everybody's webhooks",
)];
