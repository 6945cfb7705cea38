//! Pausing, resuming, cancelling what is pending, and rate limits.

use bellwire_core::{access::Role, time::MINUTE};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    visitors::{self, send},
};

const PATH: &str = "/organizations/acme/webhooks";

async fn states(app: &App, event: &str) -> Value {
    let path = format!("/organizations/acme/events/{event}");
    let shown = app.get(&path).await.expect(200);
    shown["deliveries"][0]["state"].clone()
}

/// WNK-10: what is posted meanwhile is neither lost nor sent.
#[tokio::test]
async fn a_paused_webhook_shows_what_it_holds_until_it_is_resumed() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let path = format!("{PATH}/{id}");
    let before = app.get(&path).await.expect(200);
    assert_eq!(
        (&before["paused"], &before["drain"]),
        (&Value::Null, &Value::Null)
    );
    let paused = app
        .post(&format!("{path}/pause"), json!({}))
        .await
        .expect(200);
    let at = "2025-11-21T08:00:00Z";
    let none = json!({"count": 0, "or_more": false});
    assert_eq!(
        paused["paused"],
        json!({"at": at, "by": "ops", "held": none})
    );
    assert_eq!(
        (&paused["enabled"], &paused["revision"]),
        (&json!(true), &json!(2))
    );
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    assert_eq!(states(&app, &event).await, "held");
    let again = app
        .post(&format!("{path}/pause"), json!({}))
        .await
        .expect(200);
    assert_eq!(again["paused"]["at"], at, "it stays as it is");
    assert_eq!(again["paused"]["held"]["count"], 1);
    let listed = app.get(PATH).await.expect(200);
    assert_eq!(listed["items"][0]["paused"], json!({"at": at, "by": "ops"}));
    for (state, found) in [("held", 1), ("pending", 0)] {
        let path = format!("/organizations/acme/events?state={state}");
        let events = app.get(&path).await.expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), found, "{state}");
    }
    app.kit.clock.advance(MINUTE);
    let body = json!({"drain_per_second": 50});
    let resumed = app.post(&format!("{path}/resume"), body).await.expect(200);
    assert_eq!(resumed["paused"], Value::Null);
    let left = json!({"count": 1, "or_more": false});
    let drain = json!({"per_second": 50, "up_to": "2025-11-21T08:01:00Z", "left": left});
    assert_eq!(resumed["drain"], drain);
    assert_eq!(states(&app, &event).await, "pending");
    let faster = app
        .post(&format!("{path}/resume"), json!({}))
        .await
        .expect(200);
    assert_eq!(faster["drain"], Value::Null, "as fast as is allowed");
    let audit = app.get("/organizations/acme/audit").await.expect(200);
    let actions: Vec<&Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["action"])
        .take(3)
        .collect();
    let expected = ["webhook.resumed", "webhook.resumed", "webhook.paused"];
    assert_eq!(
        actions,
        expected
            .map(|action| json!(action))
            .iter()
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn everything_that_is_pending_is_cancelled() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let path = format!("{PATH}/{id}");
    app.post(&format!("{path}/pause"), json!({}))
        .await
        .expect(200);
    let held = app.event(json!({"type": "a.b", "data": 1})).await;
    app.event(json!({"type": "a.b", "data": 2})).await;
    let cancelled = app.post(&format!("{path}/cancel-pending"), json!({})).await;
    let pending = json!({"count": 2, "or_more": false});
    assert_eq!(cancelled.expect(200), json!({"pending": pending}));
    let shown = app.get(&format!("/organizations/acme/events/{held}")).await;
    let delivery = shown.expect(200)["deliveries"][0].clone();
    assert_eq!(delivery["state"], "cancelled");
    assert_eq!(delivery["cancel_reason"], "manual");
    let later = app.event(json!({"type": "a.b", "data": 3})).await;
    assert_eq!(states(&app, &later).await, "held");
    let audit = app.get("/organizations/acme/audit").await.expect(200);
    let entry = &audit["items"][0];
    assert_eq!(entry["action"], "webhook.pending_cancelled");
    assert_eq!(entry["after"], json!({"pending": 2, "or_more": false}));
}

#[tokio::test]
async fn what_cannot_be_paused_or_resumed_says_why() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let path = format!("{PATH}/{id}");
    let resume = format!("{path}/resume");
    app.post(&resume, json!({}))
        .await
        .problem(409, "not_paused", "");
    app.post(&format!("{path}/pause"), json!({}))
        .await
        .expect(200);
    for rate in [json!(0), json!(10_001)] {
        let body = json!({"drain_per_second": rate});
        let problem = app.post(&resume, body).await;
        problem.problem(422, "invalid_request", "drain_per_second");
    }
    for body in [
        json!({"drain_per_second": -1}),
        json!({"drain_per_second": 1.5}),
        json!({"drain_per_second": "fast"}),
        json!({"rate": 1}),
    ] {
        let problem = app.post(&resume, body).await.expect(422);
        assert_eq!(problem["code"], "invalid_request");
    }
    app.patch(&path, json!({"enabled": false}))
        .await
        .expect(200);
    app.post(&format!("{path}/pause"), json!({}))
        .await
        .problem(409, "webhook_disabled", "");
    app.post(&resume, json!({}))
        .await
        .problem(409, "webhook_disabled", "");
    app.delete(&format!("{path}?force=true")).await;
    for act in ["pause", "resume", "cancel-pending"] {
        app.post(&format!("{path}/{act}"), json!({}))
            .await
            .problem(404, "not_found", "");
    }
    let unknown = "01890000-0000-7000-8000-000000000000";
    for act in ["pause", "resume", "cancel-pending"] {
        app.post(&format!("{PATH}/{unknown}/{act}"), json!({}))
            .await
            .problem(404, "not_found", "");
    }
}

#[tokio::test]
async fn a_customer_holds_back_only_what_is_theirs() {
    let app = App::acme().await;
    let own = app.webhook(json!({"channels": ["account:x"]})).await;
    let others = app.webhook(json!({"channels": ["account:y"]})).await;
    let customer = visitors::portal(&app, "acme", Role::Editor, &["account:x"]).await;
    for act in ["pause", "resume", "cancel-pending"] {
        let theirs = format!("{PATH}/{others}/{act}");
        let refused = send(&app, &customer, Method::POST, &theirs, &json!({})).await;
        refused.problem(404, "not_found", "");
        let mine = format!("{PATH}/{own}/{act}");
        let done = send(&app, &customer, Method::POST, &mine, &json!({})).await;
        done.expect(200);
    }
    let shown = app.get(&format!("{PATH}/{others}")).await.expect(200);
    assert_eq!(shown["revision"], 1);
}

#[tokio::test]
async fn a_rate_limit_is_kept_and_a_wrong_one_is_refused() {
    let app = App::acme().await;
    let with = |limit: Value| json!({"overrides": {"rate_limit": limit}});
    let id = app.webhook(with(json!({"per_second": 50}))).await;
    let path = format!("{PATH}/{id}");
    let shown = app.get(&path).await.expect(200);
    let limit = &shown["overrides"]["rate_limit"];
    assert_eq!(*limit, json!({"per_second": 50, "burst": null}));
    let burst = json!({"per_second": 10_000, "burst": 1});
    let changed = app.patch(&path, with(burst.clone())).await.expect(200);
    assert_eq!(changed["overrides"]["rate_limit"], burst);
    for (limit, field) in [
        (json!({"per_second": 0}), "overrides.rate_limit.per_second"),
        (
            json!({"per_second": 10_001}),
            "overrides.rate_limit.per_second",
        ),
        (
            json!({"per_second": 5, "burst": 0}),
            "overrides.rate_limit.burst",
        ),
        (
            json!({"per_second": 5, "burst": 10_001}),
            "overrides.rate_limit.burst",
        ),
        (json!({"per_second": -5}), ""),
        (json!({"burst": 5}), ""),
        (json!(50), ""),
        (json!({"per_second": 5, "per_minute": 5}), ""),
    ] {
        let problem = app.patch(&path, with(limit)).await;
        if field.is_empty() {
            assert_eq!(problem.expect(422)["code"], "invalid_request");
        } else {
            problem.problem(422, "invalid_request", field);
        }
    }
    let without = app.patch(&path, with(Value::Null)).await.expect(200);
    assert_eq!(without["overrides"]["rate_limit"], Value::Null);
}
