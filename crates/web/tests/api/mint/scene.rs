//! What most tests here begin with: a developer who has bought a published rate plan, and a webhook.

use http::Method;
use serde_json::Value;

use super::{WEBHOOKS, send, started};
use crate::app::{Answer, App};

pub(super) const ROOT: &str = "/v1/mint/organizations/acme";
pub(super) const DEVELOPERS: &str = "/v1/mint/organizations/acme/developers";
pub(super) const PACKAGES: &str = "/v1/mint/organizations/acme/monetization-packages";
pub(super) const PLANS: &str =
    "/v1/mint/organizations/acme/monetization-packages/location/rate-plans";
pub(super) const BOUGHT: &str =
    "/v1/mint/organizations/acme/developers/dev@example.com/developer-rateplans";
pub(super) const CONDITIONS: &str = "/v1/mint/organizations/acme/notification-conditions";
pub(super) const USAGE: &str = "/v1/mint/organizations/acme/usage";

pub(super) const DEVELOPER: &str = r#"{"email":"Dev@Example.com","firstName":"Grace","lastName":"Hopper","companyName":"Compilers Ltd","applications":["weather-app"],"customAttributes":[{"name":"tier","value":"gold"}]}"#;
pub(super) const PACKAGE: &str = r#"{"name":"Location","description":"Where things are","product":[{"id":"Maps"},{"id":"Places"}]}"#;
pub(super) const PLAN: &str =
    r#"{"name":"Adjustable","type":"USAGE_TARGET","duration":1,"published":"true"}"#;
pub(super) const PURCHASE: &str = r#"{"developer":{"id":"dev@example.com"},"ratePlan":{"id":"location_adjustable"},"startDate":"2025-11-01","quotaTarget":1000}"#;

/// A developer with a target of 1000 transactions a month.
pub(super) struct Scene {
    pub(super) app: App,
    /// An enabled webhook.
    pub(super) webhook: String,
    /// The developer's rate plan.
    pub(super) bought: String,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let app = started().await;
        for (path, body) in [(DEVELOPERS, DEVELOPER), (PACKAGES, PACKAGE), (PLANS, PLAN)] {
            send(&app, Method::POST, path, body).await.expect(200);
        }
        let bought = send(&app, Method::POST, BOUGHT, PURCHASE).await;
        let bought = id(&bought.expect(200));
        let webhook = enabled(&app, "callback1").await;
        Self {
            app,
            webhook,
            bought,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        send(&self.app, Method::GET, path, "").await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Answer {
        send(&self.app, Method::POST, path, body).await
    }

    pub(super) async fn put(&self, path: &str, body: &str) -> Answer {
        send(&self.app, Method::PUT, path, body).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        send(&self.app, Method::DELETE, path, "").await
    }

    /// Makes a condition on the plan, and gives back its id.
    pub(super) async fn condition(&self, target: &str, webhooks: &[&str]) -> String {
        let made = self.post(CONDITIONS, &condition(target, webhooks)).await;
        id(&made.expect(200))
    }

    /// Reports one record.
    pub(super) async fn used(&self, record: &str, count: u64) -> Value {
        let body = format!(
            r#"{{"records":[{{"id":"{record}","developer":"dev@example.com","ratePlan":"location_adjustable","application":"weather-app","count":{count}}}]}}"#
        );
        self.post(USAGE, &body).await.expect(200)
    }
}

/// An enabled webhook of this name.
pub(super) async fn enabled(app: &App, name: &str) -> String {
    let body =
        format!(r#"{{"name":"{name}","postURL":"https://example.com/{name}","enabled":"true"}}"#);
    id(&send(app, Method::POST, WEBHOOKS, &body).await.expect(200))
}

pub(super) fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// The body of a condition, as the original's documentation gives it.
pub(super) fn condition(target: &str, webhooks: &[&str]) -> String {
    let actions: Vec<String> = webhooks
        .iter()
        .map(|id| format!(r#"{{"actionAttribute":"WEBHOOK","value":"{id}"}}"#))
        .collect();
    format!(
        r#"{{"notificationCondition":[{{"attribute":"RATEPLAN","value":"location_adjustable"}},{{"attribute":"PUBLISHED","value":"TRUE"}},{{"attribute":"UsageTarget","value":"{target}"}}],"actions":[{}]}}"#,
        actions.join(",")
    )
}
