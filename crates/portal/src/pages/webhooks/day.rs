//! The last 24 hours of a webhook, hour by hour: what was delivered and what failed.

use std::collections::HashMap;

use bellwire_core::{
    access::Access,
    ids::WebhookId,
    service::{Error, Service, StatisticsQuery},
    snapshot::Tenant,
    statistics::{Cell, Group, GroupBy, Span},
};

use crate::{language::Text, spark};

/// Counts of a webhook.
#[derive(Debug, Clone, Default)]
pub(super) struct Day {
    pub(super) steps: Vec<spark::Step>,
    pub(super) all: Cell,
}

impl Day {
    /// The same in words, for those who do not see the picture.
    pub(super) fn words(&self, text: &Text) -> String {
        text.with(
            "day-label",
            [
                ("delivered", text.number(self.all.delivered).into()),
                ("failed", text.number(self.all.failed).into()),
            ],
        )
    }

    /// The picture in a row of the list.
    pub(super) fn spark(&self, text: &Text) -> String {
        spark::bars(&self.steps, "spark", 28, &self.words(text))
    }

    /// The picture on the webhook's own page.
    pub(super) fn chart(&self, text: &Text) -> String {
        spark::bars(&self.steps, "chart", 128, &self.words(text))
    }
}

/// The day of each of these webhooks; one without attempts has none.
pub(super) async fn each(
    service: &Service,
    tenant: &Tenant,
    access: &Access,
    webhooks: Vec<WebhookId>,
) -> Result<(usize, HashMap<WebhookId, Day>), Error> {
    let query = StatisticsQuery {
        step: Some(Span::Hour),
        among: Some(webhooks),
        group_by: Some(GroupBy::Webhook),
        ..StatisticsQuery::default()
    };
    let series = service.statistics(tenant, access, query).await?;
    let count = series.steps.len();
    let mut days = HashMap::with_capacity(series.groups.len());
    for (group, all, steps) in series.groups {
        let Group::Webhook(id) = group else {
            continue;
        };
        let mut day = blank(count);
        for (step, cell) in steps {
            if let Some(place) = usize::try_from(step)
                .ok()
                .and_then(|step| day.steps.get_mut(step))
            {
                *place = (cell.delivered, cell.failed);
            }
        }
        day.all = all;
        days.insert(id, day);
    }
    Ok((count, days))
}

/// A day on which nothing was sent.
pub(super) fn blank(steps: usize) -> Day {
    Day {
        steps: vec![(0, 0); steps],
        all: Cell::default(),
    }
}
