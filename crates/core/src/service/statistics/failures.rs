//! Failed attempts by webhook and result: since when, how often, and what to do about it.

use std::cmp::Reverse;

use super::{
    full,
    range::{bounds, finest, invalid},
};
use crate::{
    access::Access,
    delivery::Attempt,
    diagnosis::Diagnosis,
    ids::{EventId, OrganizationId, WebhookId},
    outcome::Answer,
    ports::Wanted,
    service::{Error, Service},
    snapshot::Tenant,
    statistics::{Cell, Class, Example, Group, GroupBy, Range, Table},
    time::{DurationUs, Time},
};

/// Steps of a trend, at most.
pub const TREND: i64 = 24;
/// Groups of an answer, at most.
pub const MAX_GROUPS: usize = 100;
/// Groups of an answer when nothing is said.
pub const DEFAULT_GROUPS: usize = 50;

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// What happened last.
    #[default]
    LastAt,
    /// What happened most often.
    Count,
}

/// Which failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureQuery {
    /// From this time on; otherwise 24 hours before the end.
    pub since: Option<Time>,
    /// Before this time; otherwise now.
    pub until: Option<Time>,
    /// Of one webhook.
    pub webhook: Option<WebhookId>,
    /// What comes first.
    pub sort: SortBy,
    /// How many groups, at most; [`DEFAULT_GROUPS`] when nothing is said.
    pub limit: Option<usize>,
}

/// Failures of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    /// Where the first step of a trend begins.
    pub since: Time,
    /// Where the time ends.
    pub until: Time,
    /// How long a step of a trend is.
    pub step_us: DurationUs,
    /// All of them.
    pub all: Cell,
    /// The groups that come first.
    pub groups: Vec<Failure>,
    /// How many groups there are, those that are left out included.
    pub total: usize,
}

/// Failures of one webhook with one result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// What came back.
    pub answer: Answer,
    /// The same in a few classes.
    pub class: Class,
    /// How often, since when, until when.
    pub cell: Cell,
    /// How often in each step.
    pub trend: Vec<u64>,
    /// The last of them.
    pub example: Example,
    /// Its event; `None` when retention has removed it.
    pub event_id: Option<EventId>,
    /// Why it failed and what to do; `None` when retention has removed it.
    pub diagnosis: Option<Diagnosis>,
}

impl Service {
    /// Failed attempts by webhook and result: of what somebody of this access sees.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range that is none; [`Error::NotFound`] for the webhook.
    pub async fn failures(
        &self,
        tenant: &Tenant,
        access: &Access,
        query: FailureQuery,
    ) -> Result<Failures, Error> {
        let limit = query.limit.unwrap_or(DEFAULT_GROUPS);
        if !(1..=MAX_GROUPS).contains(&limit) {
            let message = format!("a number from 1 to {MAX_GROUPS} is expected");
            return Err(invalid("limit", message));
        }
        let now = self.now();
        let (since, until) = bounds(query.since, query.until, now)?;
        let whose = self.whose(tenant, access, query.webhook, true).await?;
        // Read as finely as is kept and bounded, told in few steps.
        let span = finest(since, until, super::MAX_STEPS, now);
        let range = Range::new(span, since, until);
        let periods = range.until.since(range.since) / span.length_us();
        let mut steps_us = (periods + TREND - 1) / TREND * span.length_us();
        let mut wanted = Wanted::new(whose, vec![range]);
        wanted.failures = true;
        let table = Table::new(range.since, steps_us, Some(GroupBy::Result));
        let mut table = self.store().tabulate(wanted.clone(), table).await?;
        if table.is_full() {
            // So much fails that there is no room for a trend: what fails is more important.
            steps_us = range.until.since(range.since).max(1);
            let whole = Table::new(range.since, steps_us, Some(GroupBy::Result));
            table = self.store().tabulate(wanted, whole).await?;
        }
        let table = full(table, "since")?;
        let steps = (range.until.since(range.since) + steps_us - 1) / steps_us;
        let total = table.groups.len();
        let mut groups: Vec<Failure> = table
            .groups
            .into_iter()
            .filter_map(|(group, (cell, counts))| {
                let Group::Result(webhook_id, answer) = group else {
                    return None;
                };
                let failed = |step| counts.get(&step).map_or(0, |cell: &Cell| cell.failed);
                Some(Failure {
                    webhook_id,
                    answer,
                    class: Class::of(answer),
                    example: cell.last?,
                    cell,
                    trend: (0..steps).map(failed).collect(),
                    event_id: None,
                    diagnosis: None,
                })
            })
            .collect();
        groups.sort_by_key(|one| {
            let (count, at) = (one.cell.failed, one.example.at.as_micros());
            match query.sort {
                SortBy::LastAt => Reverse((at, count.cast_signed())),
                SortBy::Count => Reverse((count.cast_signed(), at)),
            }
        });
        groups.truncate(limit);
        self.explain_examples(tenant.organization.id, &mut groups)
            .await?;
        Ok(Failures {
            since: range.since,
            until: range.until,
            step_us: steps_us,
            all: table.all,
            groups,
            total,
        })
    }

    /// Finds each group's example and says why it failed.
    async fn explain_examples(
        &self,
        organization_id: OrganizationId,
        groups: &mut [Failure],
    ) -> Result<(), Error> {
        let mut found: Vec<(usize, Attempt)> = Vec::new();
        for (index, group) in groups.iter_mut().enumerate() {
            let id = group.example.delivery_id;
            let detail = self.store().delivery_detail(organization_id, id).await?;
            let Some(detail) = detail else { continue };
            group.event_id = Some(detail.event.id);
            let number = group.example.number;
            let mut attempts = detail.view.attempts.into_iter();
            found.extend(
                attempts
                    .find(|attempt| attempt.number == number)
                    .map(|attempt| (index, attempt)),
            );
        }
        let attempts: Vec<&Attempt> = found.iter().map(|(_, attempt)| attempt).collect();
        let diagnoses = self.diagnose(organization_id, &attempts).await?;
        for ((index, _), diagnosis) in found.iter().zip(diagnoses) {
            groups[*index].diagnosis = diagnosis;
        }
        Ok(())
    }
}
