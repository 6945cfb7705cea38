//! Quotas through the native API: who has bought what, what is used of it, and what fires.

mod bad_input;
mod conditions;
mod documents;
mod report;
mod visitors;

use serde_json::{Value, json};

use crate::app::{Answer, App};

/// Where `acme` is.
const ACME: &str = "/organizations/acme";

/// A shop: one developer who has bought one published plan with a target of 1000, from the first of
/// the month that the clock stands in.
struct Shop {
    app: App,
    /// The developer rate plan.
    plan: String,
}

impl Shop {
    async fn open() -> Self {
        let app = App::acme().await;
        for (path, body) in [
            (
                "developers",
                json!({"email": "ada@example.com", "first_name": "Ada", "applications": ["weather"]}),
            ),
            (
                "packages",
                json!({"name": "Location", "products": ["Maps"]}),
            ),
            (
                "rate-plans",
                json!({"package": "location", "name": "Adjustable", "published": true}),
            ),
        ] {
            app.post(&format!("{ACME}/{path}"), body).await.expect(201);
        }
        let bought = json!({
            "developer": "ada@example.com",
            "rate_plan": "location_adjustable",
            "quota_target": 1000,
            "start": "2025-11-01T00:00:00Z"
        });
        let made = app
            .post(&format!("{ACME}/developer-rate-plans"), bought)
            .await
            .expect(201);
        let plan = made["id"].as_str().unwrap().to_owned();
        Self { app, plan }
    }

    /// A webhook that receives only what is addressed to it.
    async fn direct(&self, url: &str) -> String {
        self.app.webhook(json!({"url": url, "direct": true})).await
    }

    /// A condition of the plan; its id.
    async fn condition(&self, thresholds: Value, webhooks: &[&str]) -> String {
        let body = json!({
            "rate_plan": "location_adjustable",
            "thresholds": thresholds,
            "webhooks": webhooks
        });
        let made = self
            .app
            .post(&format!("{ACME}/notification-conditions"), body)
            .await
            .expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    async fn report(&self, records: Value) -> Answer {
        let body = json!({"records": records});
        self.app.post(&format!("{ACME}/usage"), body).await
    }

    /// Reports so much in one record with this id.
    async fn used(&self, id: &str, count: u64) -> Value {
        self.report(json!([record(id, count)])).await.expect(200)
    }

    /// What is used in the present period.
    async fn usage(&self) -> Value {
        let path = format!("{ACME}/usage?developer=ADA@example.com");
        self.app.get(&path).await.expect(200)["items"][0].clone()
    }
}

fn record(id: &str, count: u64) -> Value {
    json!({
        "id": id,
        "developer": "ada@example.com",
        "rate_plan": "location_adjustable",
        "count": count
    })
}

/// The percentages that fired.
fn percents(receipt: &Value) -> Vec<u64> {
    receipt["fired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fired| fired["percent"].as_u64().unwrap())
        .collect()
}
