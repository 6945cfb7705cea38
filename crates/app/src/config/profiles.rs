//! `[profiles]`: the operator's own profiles, besides the embedded ones.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profiles {
    /// One TOML file each.
    pub files: Vec<PathBuf>,
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[Setting::new(
    "profiles.files",
    Kind::List,
    "TOML files, one profile each",
)];
