//! `[store]`: where the database is and what it may use.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The PostgreSQL database of many nodes; empty: the file at `path`.
    pub url: String,
    /// The database file. Its key, unless configured, lies next to it.
    pub path: PathBuf,
    /// Connections that read.
    pub readers: usize,
    /// Page cache of the connection that writes, in MiB.
    pub cache_mib: u32,
    /// The database may not grow beyond this many MiB; 0: as large as the disk allows.
    pub max_size_mib: u32,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            url: String::new(),
            path: PathBuf::from("bellwire.db"),
            readers: 3,
            cache_mib: 16,
            max_size_mib: 0,
        }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::secret(
        "store.url",
        Kind::Text,
        "the database of many nodes: postgresql://user:password@host:5432/name",
    ),
    Setting::new("store.path", Kind::Text, "the database file"),
    Setting::new(
        "store.readers",
        Kind::Integer,
        "how many connections read, 1 or more",
    ),
    Setting::new(
        "store.cache_mib",
        Kind::Integer,
        "page cache of the connection that writes, in MiB",
    ),
    Setting::new(
        "store.max_size_mib",
        Kind::Integer,
        "the most the database may grow to, in MiB; 0: as the disk allows",
    ),
];
