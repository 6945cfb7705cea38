//! What usage scenarios begin with: a package, a rate plan, developers who bought it, conditions.

use bellwire_core::{
    ids::{ConditionId, DeveloperPlanId, WebhookId},
    service::{
        NewCondition, NewDeveloper, NewDeveloperPlan, NewPackage, NewRatePlan, NewUsage,
        RatePlanPatch, Threshold, UsageReceipt,
    },
    time::Time,
    usage::Attribute,
};
use bellwire_testkit::service::by;

use crate::{
    stores::On,
    world::{ORG, START, World},
};

/// The rate plan of every scenario.
pub(crate) const PLAN: &str = "location_adjustable";
/// The developer of every scenario.
pub(crate) const ADA: &str = "ada@example.com";
/// Where the callbacks go.
pub(crate) const URL: &str = "https://operator.example/callback";

/// A world in which something is sold.
pub(crate) struct Shop {
    pub(crate) world: World,
    records: std::cell::Cell<u64>,
}

impl Shop {
    /// A package and a published rate plan of one month, which Ada has bought with this target.
    pub(crate) async fn new(on: On, target: u64) -> Self {
        let world = World::new(on).await;
        let package = NewPackage {
            name: "Location".to_owned(),
            products: Some(vec!["Maps".to_owned(), "Places".to_owned()]),
            ..NewPackage::default()
        };
        let plan = NewRatePlan {
            package: "location".to_owned(),
            name: "Adjustable".to_owned(),
            published: Some(true),
            ..NewRatePlan::default()
        };
        let service = world.service();
        service
            .create_package(ORG, package, &by("ann"))
            .await
            .unwrap();
        let plan = service
            .create_rate_plan(ORG, plan, &by("ann"))
            .await
            .unwrap();
        assert_eq!(plan.document.id, PLAN);
        let shop = Self {
            world,
            records: std::cell::Cell::new(0),
        };
        shop.developer(ADA).await;
        shop.sell(ADA, target).await;
        shop
    }

    /// Makes a developer with one application.
    pub(crate) async fn developer(&self, email: &str) {
        let new = NewDeveloper {
            email: email.to_owned(),
            first_name: Some("Ada".to_owned()),
            last_name: Some("Lovelace".to_owned()),
            company: Some("Analytical Engines".to_owned()),
            applications: Some(vec!["weather".to_owned()]),
            attributes: Some(vec![Attribute {
                name: "tier".to_owned(),
                value: "gold".to_owned(),
            }]),
        };
        let service = self.world.service();
        service
            .create_developer(ORG, new, &by("ann"))
            .await
            .unwrap();
    }

    /// Sells the rate plan to a developer, from the start of the scenario on.
    pub(crate) async fn sell(&self, email: &str, target: u64) -> DeveloperPlanId {
        let new = NewDeveloperPlan {
            developer: email.to_owned(),
            rate_plan: PLAN.to_owned(),
            quota_target: target,
            start: Some(START),
            end: None,
        };
        let service = self.world.service();
        let made = service.create_developer_plan(ORG, new, &by("ann")).await;
        made.unwrap().document.id
    }

    /// Has webhooks called at these percentages.
    pub(crate) async fn notify(&self, target: &str, webhooks: &[WebhookId]) -> ConditionId {
        let new = NewCondition {
            rate_plan: PLAN.to_owned(),
            targets: vec![target.parse().unwrap()],
            webhooks: webhooks.to_vec(),
        };
        let service = self.world.service();
        let made = service.create_condition(ORG, new, &by("ann")).await;
        made.unwrap().document.id
    }

    /// Makes the webhook of the callbacks.
    pub(crate) async fn hook(&self, url: &str) -> WebhookId {
        self.world.webhook("apigee", url, |_| {}).await
    }

    /// Publishes the rate plan, or takes it back.
    pub(crate) async fn publish(&self, published: bool) {
        let patch = RatePlanPatch {
            published: Some(published),
            ..RatePlanPatch::default()
        };
        let service = self.world.service();
        service
            .update_rate_plan(ORG, PLAN, patch, &by("ann"))
            .await
            .unwrap();
    }

    /// A record of Ada's that was never reported before.
    pub(crate) fn record(&self, count: u64) -> NewUsage {
        self.records.set(self.records.get() + 1);
        NewUsage {
            id: format!("record-{}", self.records.get()),
            developer: ADA.to_owned(),
            rate_plan: PLAN.to_owned(),
            application: Some("weather".to_owned()),
            count: Some(count),
            time: None,
        }
    }

    /// Reports records, and lets happen what follows.
    pub(crate) async fn report(&self, records: Vec<NewUsage>) -> UsageReceipt {
        let receipt = self
            .world
            .service()
            .report_usage(ORG, records)
            .await
            .unwrap();
        self.world.settle().await;
        receipt
    }

    /// Reports one record of Ada's; the percentages that it fires.
    pub(crate) async fn uses(&self, count: u64) -> Vec<u32> {
        let receipt = self.report(vec![self.record(count)]).await;
        assert_eq!((receipt.accepted, receipt.repeated), (1, 0));
        percentages(&receipt.fired)
    }

    /// Reports one record of Ada's that happened at another time; the percentages that it fires.
    pub(crate) async fn used_at(&self, count: u64, at: Time) -> Vec<u32> {
        let record = NewUsage {
            time: Some(at),
            ..self.record(count)
        };
        percentages(&self.report(vec![record]).await.fired)
    }

    /// The percentages that the endpoint at this URL was told of, in order.
    pub(crate) fn told(&self, url: &str) -> Vec<u64> {
        let told = self.world.got(url);
        let percent = |got: &crate::world::Got| got.json()["quotaPercentUsed"].as_u64().unwrap();
        told.iter().map(percent).collect()
    }
}

/// The percentages that fired, in order.
pub(crate) fn percentages(fired: &[Threshold]) -> Vec<u32> {
    fired.iter().map(|fired| fired.percent).collect()
}
