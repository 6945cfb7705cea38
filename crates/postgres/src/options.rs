//! How the store is opened.

use std::time::Duration;

/// How the store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the database is: `postgresql://user:password@host1:5432,host2:5432/name?…`, with the
    /// usual parameters, `sslmode` up to `verify-full`, and `sslrootcert`. Of several hosts the
    /// first one that takes writes is used.
    pub url: String,
    /// Connections for reading.
    pub readers: usize,
    /// Connections for claims, the catalogue and bulk work.
    pub workers: usize,
    /// Transactions of enqueues that may be on their way at once; the same number again for
    /// records. One gathers the largest batches and costs the server the least; more shorten the
    /// way to a server that is far, or whose standby is.
    pub committers: usize,
    /// How long a transaction may go without an answer before its connection is given up.
    pub answer_timeout: Duration,
}

impl Options {
    /// What a server uses unless the operator says otherwise.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 4,
            workers: 3,
            committers: 1,
            answer_timeout: Duration::from_secs(10),
        }
    }
}

impl std::fmt::Debug for Options {
    /// Never shows the URL: there may be a password in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("readers", &self.readers)
            .field("workers", &self.workers)
            .field("committers", &self.committers)
            .finish_non_exhaustive()
    }
}
