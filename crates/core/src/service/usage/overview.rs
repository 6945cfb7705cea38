//! How much was used: of each developer's rate plan in its present period, and of one in all of them.

use std::collections::HashMap;

use super::{Kept, texts};
use crate::{
    ids::{DeveloperPlanId, OrganizationId},
    ports::{Used, Window},
    service::{Error, Service},
    time::Time,
    usage::{DeveloperPlan, Months, Period, RatePlan, level},
};

/// Of which developers' rate plans usage is shown; all of them, by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// E-mail address of the developer.
    pub developer: Option<String>,
    /// Id of the rate plan.
    pub rate_plan: Option<String>,
}

/// A part of a list of plans and their usage, oldest first, and how long the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageListing {
    /// The part.
    pub items: Vec<PlanUsage>,
    /// All that the filter shows.
    pub total: u64,
}

/// What was used of a developer's rate plan in its present period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanUsage {
    /// The plan.
    pub plan: DeveloperPlan,
    /// The period; `None` before the plan starts and once it has ended.
    pub period: Option<Period>,
    /// How much.
    pub count: u64,
    /// How many whole percent of the target that is; `None` without a target.
    pub percent: Option<u64>,
    /// When something was last counted in the period.
    pub updated_at: Option<Time>,
}

/// What was used of a developer's rate plan in one of its periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodUsage {
    /// When the period begins.
    pub start: Time,
    /// When the next one does.
    pub end: Option<Time>,
    /// How much.
    pub count: u64,
    /// How many whole percent of the present target that is; `None` without a target.
    pub percent: Option<u64>,
    /// When something was last counted.
    pub updated_at: Time,
}

impl Service {
    /// How much is used of developers' rate plans, each in its present period.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn usage(
        &self,
        slug: &str,
        filter: UsageFilter,
        window: Window,
    ) -> Result<UsageListing, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let developer = filter.developer.map(|email| texts::email(&email));
        let wanted = [filter.rate_plan, developer, None];
        let listing = self
            .kept_list::<DeveloperPlan>(organization_id, wanted, window)
            .await?;
        let now = self.now();
        let mut months: HashMap<String, Option<Months>> = HashMap::new();
        let mut items = Vec::with_capacity(listing.items.len());
        for Kept { document: plan, .. } in listing.items {
            let months = match months.get(&plan.rate_plan) {
                Some(months) => *months,
                None => {
                    let found = self.months_of(organization_id, &plan.rate_plan).await?;
                    months.insert(plan.rate_plan.clone(), found);
                    found
                }
            };
            let period = months
                .filter(|_| plan.end.is_none_or(|end| now < end))
                .and_then(|months| Period::of(plan.start, months, now));
            items.push(PlanUsage {
                percent: level(0, plan.quota_target),
                plan,
                period,
                count: 0,
                updated_at: None,
            });
        }
        let periods: Vec<(DeveloperPlanId, Time)> = items
            .iter()
            .filter_map(|item| Some((item.plan.id, item.period?.start)))
            .collect();
        let used = self.store().used(organization_id, periods).await?;
        let used: HashMap<DeveloperPlanId, Used> =
            used.into_iter().map(|used| (used.plan, used)).collect();
        for item in &mut items {
            if let Some(used) = used.get(&item.plan.id) {
                item.count = used.count;
                item.percent = level(used.count, item.plan.quota_target);
                item.updated_at = Some(used.updated_at);
            }
        }
        Ok(UsageListing {
            items,
            total: listing.total,
        })
    }

    /// How much was used of a developer's rate plan in each of its periods, latest first; those in
    /// which nothing was are left out.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn plan_usage(
        &self,
        slug: &str,
        id: DeveloperPlanId,
        limit: usize,
    ) -> Result<Vec<PeriodUsage>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let plan = self
            .kept::<DeveloperPlan>(organization_id, &id.to_string())
            .await?
            .document;
        let months = self.months_of(organization_id, &plan.rate_plan).await?;
        let history = self
            .store()
            .usage_history(organization_id, id, limit)
            .await?;
        let shown = |used: Used| PeriodUsage {
            start: used.period_start,
            end: months
                .and_then(|months| Period::of(plan.start, months, used.period_start))
                .map(|period| period.end),
            count: used.count,
            percent: level(used.count, plan.quota_target),
            updated_at: used.updated_at,
        };
        Ok(history.into_iter().map(shown).collect())
    }

    /// How long the periods of a rate plan are; `None`, when it is gone.
    async fn months_of(
        &self,
        organization_id: OrganizationId,
        id: &str,
    ) -> Result<Option<Months>, Error> {
        let plan = self.named::<RatePlan>(organization_id, id).await?;
        Ok(plan.ok().map(|plan| plan.months))
    }
}
