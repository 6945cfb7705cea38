//! What the stores of the measured nodes have done, out of their metrics.

use std::{iter::Sum, ops::Sub};

use anyhow::Result;

use super::{Subject, server::scrape};

/// Counts of all nodes together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) commits: u64,
    /// What was committed, several calls to a commit.
    pub(super) calls: u64,
    /// Statements of stage 3.
    pub(super) enqueue_statements: u64,
    /// Statements of stages 4 and 6.
    pub(super) delivery_statements: u64,
}

impl Work {
    /// So far; `None` for what stores nothing.
    pub(super) async fn read(subject: &Subject) -> Result<Option<Self>> {
        if !subject.stores {
            return Ok(None);
        }
        let mut all = Vec::with_capacity(subject.doors.len());
        for door in &subject.doors {
            let metrics = scrape(door).await?;
            let statements = |stage: &str| {
                metrics.get(&format!(
                    "bellwire_store_statements_total{{stage=\"{stage}\"}}"
                ))
            };
            all.push(Self {
                commits: metrics.get("bellwire_store_commits_total")?,
                calls: metrics.get("bellwire_store_calls_total")?,
                enqueue_statements: statements("enqueue")?,
                delivery_statements: statements("claim")? + statements("record")?,
            });
        }
        Ok(Some(all.into_iter().sum()))
    }

    fn with(self, other: Self, each: fn(u64, u64) -> u64) -> Self {
        Self {
            commits: each(self.commits, other.commits),
            calls: each(self.calls, other.calls),
            enqueue_statements: each(self.enqueue_statements, other.enqueue_statements),
            delivery_statements: each(self.delivery_statements, other.delivery_statements),
        }
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| sum.with(one, u64::wrapping_add))
    }
}

impl Sub for Work {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        self.with(before, u64::saturating_sub)
    }
}
