//! Counts, rates and latency of attempts, for whoever asks: of an organization, of a webhook, of the
//! platform. Failures by webhook and result are in `failures.rs`, what makes a range in `range.rs`,
//! what each webhook or organization came to in `standings.rs`.

mod failures;
mod range;
mod standings;

pub use failures::{DEFAULT_GROUPS, Failure, FailureQuery, Failures, MAX_GROUPS, SortBy, TREND};
pub use range::MAX_STEPS;

use std::collections::BTreeMap;

use crate::{
    access::Access,
    ids::WebhookId,
    ports::{Wanted, Whose},
    service::{Error, FieldError, Service},
    snapshot::Tenant,
    statistics::{Cell, Group, GroupBy, MAX_CELLS, Range, Span, Table},
    time::Time,
};

/// What is asked for. What is left out has a default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatisticsQuery {
    /// From this time on; otherwise 24 hours before the end.
    pub since: Option<Time>,
    /// Before this time; otherwise now.
    pub until: Option<Time>,
    /// In steps of this length; otherwise one that suits the range.
    pub step: Option<Span>,
    /// Of one webhook.
    pub webhook: Option<WebhookId>,
    /// Of these webhooks, and of no deleted one.
    pub among: Option<Vec<WebhookId>>,
    /// Of events of this type.
    pub event_type: Option<String>,
    /// Each of these by itself.
    pub group_by: Option<GroupBy>,
}

/// Counts of a time, in steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Where the first step begins.
    pub since: Time,
    /// Where the last step ends.
    pub until: Time,
    /// How long a step is.
    pub step: Span,
    /// All of it.
    pub all: Cell,
    /// Each step, those without attempts included.
    pub steps: Vec<Cell>,
    /// Each group, the one with most attempts first; of its steps those with attempts, by number.
    pub groups: Vec<(Group, Cell, BTreeMap<i64, Cell>)>,
}

impl Service {
    /// Counts of an organization, or of one of its webhooks: of what somebody of this access sees.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range that is none, has too many steps, or begins before what is
    /// kept; [`Error::NotFound`] for the webhook.
    pub async fn statistics(
        &self,
        tenant: &Tenant,
        access: &Access,
        query: StatisticsQuery,
    ) -> Result<Series, Error> {
        let (span, range) = range::of_steps(&query, self.now())?;
        let each = query.group_by == Some(GroupBy::Webhook);
        let whose = match &query.among {
            Some(among) => Whose::These(
                tenant.organization.id,
                among
                    .iter()
                    .copied()
                    .filter(|id| {
                        let route = tenant.route(*id);
                        route.is_some_and(|route| access.sees(&route.webhook))
                    })
                    .collect(),
            ),
            None => self.whose(tenant, access, query.webhook, each).await?,
        };
        self.series(whose, span, range, query).await
    }

    /// Counts of all organizations together.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range that is none, has too many steps, or begins before what is
    /// kept.
    pub async fn platform_statistics(&self, query: StatisticsQuery) -> Result<Series, Error> {
        let (span, range) = range::of_steps(&query, self.now())?;
        let whose = match query.group_by {
            Some(GroupBy::Organization) => Whose::Organizations,
            _ => Whose::Platform,
        };
        self.series(whose, span, range, query).await
    }

    async fn series(
        &self,
        whose: Whose,
        step: Span,
        range: Range,
        query: StatisticsQuery,
    ) -> Result<Series, Error> {
        let mut wanted = Wanted::new(whose, vec![range]);
        wanted.event_type = query.event_type;
        let table = Table::new(range.since, step.length_us(), query.group_by);
        let table = full(self.store().tabulate(wanted, table).await?, "step")?;
        let count = range.until.since(range.since) / step.length_us();
        let mut steps = table.steps;
        let mut groups: Vec<_> = table
            .groups
            .into_iter()
            .map(|(group, (cell, steps))| (group, cell, steps))
            .collect();
        groups.sort_by_key(|(_, cell, _)| std::cmp::Reverse(cell.attempts()));
        Ok(Series {
            since: range.since,
            until: range.until,
            step,
            all: table.all,
            steps: (0..count)
                .map(|step| steps.remove(&step).unwrap_or_default())
                .collect(),
            groups,
        })
    }

    /// Whose counts somebody gets who asks for those of an organization or of one of its webhooks.
    /// Who sees some webhooks only gets those of these, never the whole organization's.
    async fn whose(
        &self,
        tenant: &Tenant,
        access: &Access,
        webhook: Option<WebhookId>,
        each: bool,
    ) -> Result<Whose, Error> {
        let id = tenant.organization.id;
        if let Some(webhook) = webhook {
            // Also a deleted one: what it did is still told of.
            let found = self.store().webhook(id, webhook).await?;
            found
                .filter(|found| access.sees(found))
                .ok_or(Error::NotFound("webhook"))?;
            return Ok(Whose::These(id, vec![webhook]));
        }
        Ok(match self.corner(tenant, access) {
            Some(corner) => Whose::These(id, corner.webhooks),
            None if each => Whose::Webhooks(id),
            None => Whose::Organization(id),
        })
    }
}

/// A table that holds all that was asked for.
fn full(table: Table, field: &str) -> Result<Table, Error> {
    if !table.is_full() {
        return Ok(table);
    }
    Err(Error::Invalid(vec![FieldError::new(
        field,
        format!(
            "the answer would have more than {MAX_CELLS} entries; take longer steps, a shorter \
             time, or one webhook or type"
        ),
    )]))
}
