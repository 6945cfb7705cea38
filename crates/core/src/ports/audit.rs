//! Beside the stages: the audit log.

use async_trait::async_trait;

use super::{Page, Result};
use crate::{
    audit::{AuditFilter, Entry},
    ids::AuditId,
    time::Time,
};

/// The audit log. Most entries are written with their change, by the call that makes it.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Writes entries of what has no change of its own in the store: a secret was shown.
    async fn note(&self, entries: Vec<Entry>) -> Result<()>;

    /// Entries newest first, before `before` when given; bounded work.
    async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Page<Entry, AuditId>>;

    /// Forgets the oldest entries from before a time, at most so many; how many there were.
    async fn forget_audit(&self, before: Time, limit: usize) -> Result<u64>;
}
