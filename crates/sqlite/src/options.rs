//! How the store is opened.

use std::path::PathBuf;

/// Who opens the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The server: the only one that dispatches and changes the catalogue. One per database.
    Server,
    /// A local command beside a running server: it reads, and it makes and revokes tokens.
    Tool,
}

/// How the store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database file. Its directory must exist; the file is made when it does not.
    pub path: PathBuf,
    /// Who opens it.
    pub role: Role,
    /// Connections for reading.
    pub readers: usize,
    /// Page cache of the writer, in MiB. Readers have 2 MiB each.
    pub cache_mib: u32,
    /// The database may not grow beyond this many MiB; then it answers as a full disk does.
    pub max_size_mib: Option<u32>,
}

impl Options {
    /// What a server uses unless the operator says otherwise.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            role: Role::Server,
            readers: 3,
            cache_mib: 16,
            max_size_mib: None,
        }
    }

    /// The same, for a local command.
    #[must_use]
    pub fn tool(path: impl Into<PathBuf>) -> Self {
        Self {
            role: Role::Tool,
            readers: 1,
            cache_mib: 2,
            ..Self::new(path)
        }
    }
}
