//! Stage 7's numbers: counts, rates and latency of attempts, added up as records are written.
//!
//! What is counted, and how, is [`crate::statistics`].

use std::collections::HashSet;

use async_trait::async_trait;

use super::Result;
use crate::{
    ids::{OrganizationId, WebhookId},
    statistics::{Batch, Cell, GroupBy, Key, Range, Table, Types},
    time::Time,
};

/// Whose attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Of all organizations together.
    Platform,
    /// Of all organizations, each by itself.
    Organizations,
    /// Of all webhooks of an organization together.
    Organization(OrganizationId),
    /// Of all webhooks of an organization, each by itself.
    Webhooks(OrganizationId),
    /// Of these webhooks of an organization, each by itself.
    These(OrganizationId, Vec<WebhookId>),
}

/// Which counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Whose.
    pub whose: Whose,
    /// Of which time; parts that do not overlap.
    pub ranges: Vec<Range>,
    /// Of events of this type.
    pub event_type: Option<String>,
    /// Of attempts that failed, and no others.
    pub failures: bool,
}

impl Wanted {
    /// Everything of somebody within a time.
    #[must_use]
    pub fn new(whose: Whose, ranges: Vec<Range>) -> Self {
        Self {
            whose,
            ranges,
            event_type: None,
            failures: false,
        }
    }

    /// Which rows hold what a table is to be filled with.
    #[must_use]
    pub fn types(&self, table: &Table) -> Types {
        match self.event_type.is_some() || table.is_by_type() {
            true => Types::Apart,
            false => Types::Together,
        }
    }
}

/// Adds what is not folded to a table: the same choice that a store makes among its rows.
#[derive(Debug)]
pub struct Unfolded<'w> {
    wanted: &'w Wanted,
    webhooks: Option<HashSet<WebhookId>>,
}

impl<'w> Unfolded<'w> {
    /// For what is wanted.
    #[must_use]
    pub fn new(wanted: &'w Wanted) -> Self {
        let webhooks = match &wanted.whose {
            Whose::These(_, webhooks) => Some(webhooks.iter().copied().collect()),
            _ => None,
        };
        Self { wanted, webhooks }
    }

    /// Adds what of a batch is wanted. `is_there` says which organizations there are; it is asked
    /// only where all of them are wanted, each by itself.
    pub fn add(&self, batch: &Batch, is_there: impl Fn(OrganizationId) -> bool, table: &mut Table) {
        for (period, key, counts) in batch.groups() {
            let at = period.start();
            let range = self
                .wanted
                .ranges
                .iter()
                .find(|r| r.since <= at && at < r.until);
            let Some(range) = range.filter(|_| self.wants(key, &is_there)) else {
                continue;
            };
            table.add(range.span.floor(at), key, counts);
        }
    }

    fn wants(&self, key: &Key, is_there: &impl Fn(OrganizationId) -> bool) -> bool {
        let whose = match (&self.wanted.whose, key.organization_id) {
            (Whose::Platform, _) => true,
            (_, None) => false,
            (Whose::Organizations, Some(of)) => is_there(of),
            (Whose::Organization(id) | Whose::Webhooks(id) | Whose::These(id, _), Some(of)) => {
                *id == of
            }
        };
        let webhook = self
            .webhooks
            .as_ref()
            .is_none_or(|webhooks| key.webhook_id.is_some_and(|id| webhooks.contains(&id)));
        let event_type = self.wanted.event_type.as_deref();
        whose
            && webhook
            && event_type.is_none_or(|of| of == &*key.event_type)
            && !(self.wanted.failures && key.success)
    }
}

/// What one step of folding came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Folded {
    /// Rows of commits that are folded now.
    pub batches: u64,
    /// Rows of counts that were too old and are gone.
    pub removed: u64,
    /// There is more to do now.
    pub more: bool,
}

/// Counts of attempts.
#[async_trait]
pub trait Statistics: Send + Sync {
    /// One bounded step of folding what commits of records have left, and then of removing counts
    /// that are older than [`kept`](crate::statistics::Span::kept_us) at `now`. When several
    /// processes work on the same store, one of them does it at a time, and for the others there is
    /// nothing to do.
    ///
    /// Nobody need wait for it: what is not folded is read all the same.
    async fn fold(&self, now: Time) -> Result<Folded>;

    /// Adds the counts that are wanted to a table, of one moment: what was committed by then is in
    /// it, folded or not. Bounded by the number of periods, groups and kinds of results; never by
    /// the number of attempts. A table that [is full](Table::is_full) need not be all.
    async fn tabulate(&self, wanted: Wanted, table: Table) -> Result<Table>;

    /// Everything that was counted of an organization, or of one of its webhooks, from `since` to
    /// before `until`, whole minutes at both ends: as a full count of its attempts by the time they
    /// began would find it, for as long as the counts of the spans it takes are kept.
    async fn totals(
        &self,
        organization_id: OrganizationId,
        webhook_id: Option<WebhookId>,
        since: Time,
        until: Time,
    ) -> Result<Cell> {
        let whose = match webhook_id {
            Some(webhook_id) => Whose::These(organization_id, vec![webhook_id]),
            None => Whose::Organization(organization_id),
        };
        let wanted = Wanted::new(whose, Range::pieces(since, until));
        let no_groups: Option<GroupBy> = None;
        let table = Table::new(since, i64::MAX, no_groups);
        Ok(self.tabulate(wanted, table).await?.all)
    }
}
