//! `[store]`: where the database is and what it may use.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The database file. Its key, unless configured, lies next to it.
    pub path: PathBuf,
    /// Connections that read.
    pub readers: usize,
    /// Page cache of each connection, in MiB.
    pub cache_mib: u32,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            path: PathBuf::from("bellwire.db"),
            readers: 2,
            cache_mib: 4,
        }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("store.path", Kind::Text, "the database file"),
    Setting::new(
        "store.readers",
        Kind::Integer,
        "how many connections read, 1 or more",
    ),
    Setting::new(
        "store.cache_mib",
        Kind::Integer,
        "page cache of each connection, in MiB",
    ),
];
