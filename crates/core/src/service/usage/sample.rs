//! A callback to try a webhook with: as it would be sent for this developer and this plan, with the
//! numbers of the moment.

use bytes::Bytes;

use super::{Kept, texts};
use crate::{
    access::Actor,
    ids::{DeveloperPlanId, OrganizationId, WebhookId},
    ports::Window,
    service::{Error, Service, TestEvent, Tested},
    time::Time,
    usage::{
        Callback, Condition, Developer, DeveloperPlan, EVENT_TYPE, Package, Period, RatePlan,
        UsageTarget,
    },
};

/// The percentage of a sample, where no condition calls the webhook.
pub const SAMPLE_PERCENT: u32 = 80;
/// The target of a sample for a developer who has not bought the plan.
pub const SAMPLE_TARGET: u64 = 1000;

/// Of what a callback is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Whom it is for.
    pub webhook: WebhookId,
    /// E-mail address of the developer.
    pub developer: String,
    /// One of the developer's applications.
    pub application: String,
    /// One of the products of the plan's package.
    pub product: String,
    /// Id of the rate plan.
    pub rate_plan: String,
}

impl Service {
    /// The body of a callback: of the developer's plan as it is now. The percentage is the lowest at
    /// which a condition of the plan calls the webhook, or [`SAMPLE_PERCENT`]. For a developer who has
    /// not bought the plan it shows a target of [`SAMPLE_TARGET`] and periods from today on.
    ///
    /// # Errors
    /// [`Error::NotFound`] names what there is not: webhook, developer, application, product or rate
    /// plan.
    pub async fn sample_callback(&self, slug: &str, sample: Sample) -> Result<Bytes, Error> {
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        tenant
            .route(sample.webhook)
            .ok_or(Error::NotFound("webhook"))?;
        let email = texts::email(&sample.developer);
        let developer: Developer = self.kept(organization_id, &email).await?.document;
        if !developer.applications.contains(&sample.application) {
            return Err(Error::NotFound("application"));
        }
        let plan: RatePlan = self
            .kept(organization_id, &sample.rate_plan)
            .await?
            .document;
        let package: Package = self.kept(organization_id, &plan.package).await?.document;
        if !package.products.contains(&sample.product) {
            return Err(Error::NotFound("product"));
        }
        let now = self.now();
        let bought = self.latest(organization_id, &email, &plan.id, now).await?;
        let developer_plan = bought.unwrap_or_else(|| DeveloperPlan {
            id: DeveloperPlanId::from_bytes([0; 16]),
            developer: email.clone(),
            rate_plan: plan.id.clone(),
            quota_target: SAMPLE_TARGET,
            start: now,
            end: None,
        });
        // One that has yet to start shows its first period.
        let at = now.max(developer_plan.start);
        let period = Period::of(developer_plan.start, plan.months, at).ok_or_else(|| {
            Error::Internal(format!(
                "there is no period at {at} from {}",
                developer_plan.start
            ))
        })?;
        let percent = self
            .lowest_percentage(organization_id, &plan.id, sample.webhook)
            .await?
            .unwrap_or(SAMPLE_PERCENT);
        let callback = Callback {
            org_name: &tenant.organization.slug,
            developer: &developer,
            application: &sample.application,
            package: &package,
            plan: &plan,
            developer_plan: &developer_plan,
            percent,
            period,
            triggered_at: now,
        };
        Ok(Bytes::from(callback.to_json()))
    }

    /// Sends such a callback to the webhook: a test event, one attempt, counted by no counter.
    ///
    /// # Errors
    /// As [`sample_callback`](Self::sample_callback); [`Error::Conflict`] (`profile_missing`).
    pub async fn test_callback(
        &self,
        slug: &str,
        sample: Sample,
        by: &Actor,
    ) -> Result<Tested, Error> {
        let webhook = sample.webhook;
        let test = TestEvent {
            event_type: Some(EVENT_TYPE.to_owned()),
            data: Some(self.sample_callback(slug, sample).await?),
            user: None,
        };
        self.test_webhook(slug, webhook, test, by).await
    }

    /// The developer's plan that is in force; else the one that was or will be.
    async fn latest(
        &self,
        organization_id: OrganizationId,
        email: &str,
        plan: &str,
        now: Time,
    ) -> Result<Option<DeveloperPlan>, Error> {
        let pair = vec![(email.to_owned(), plan.to_owned())];
        let bought = self.store().bought(organization_id, pair).await?;
        let plans = bought.into_iter().flatten().map(|bought| bought.plan);
        Ok(plans.max_by_key(|plan| {
            let in_force = plan.start <= now && plan.end.is_none_or(|end| now < end);
            (in_force, plan.start)
        }))
    }

    /// The lowest percentage at which a condition of the plan calls the webhook.
    async fn lowest_percentage(
        &self,
        organization_id: OrganizationId,
        plan: &str,
        webhook: WebhookId,
    ) -> Result<Option<u32>, Error> {
        let all = Window {
            offset: 0,
            limit: super::MAX_CONDITIONS,
        };
        let of_plan = [Some(plan.to_owned()), None, None];
        let conditions = self
            .kept_list::<Condition>(organization_id, of_plan, all)
            .await?;
        let calls = conditions
            .items
            .iter()
            .map(|Kept { document, .. }| document)
            .filter(|condition| condition.webhooks.contains(&webhook));
        Ok(calls
            .flat_map(|condition| &condition.targets)
            .flat_map(UsageTarget::percentages)
            .min())
    }
}
