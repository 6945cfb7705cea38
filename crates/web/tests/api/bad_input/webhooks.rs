//! Webhooks, rotations, tests and resends that are not accepted, and why.

use serde_json::{Value, json};

use super::{EVENTS, Refused, WEBHOOKS};
use crate::app::App;

#[tokio::test]
async fn a_webhook_with_a_wrong_field() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let refused = Refused::new(app).await;
    let url = "https://hooks.example/a";
    for (body, field, message) in [
        (json!({}), "url", "missing field"),
        (json!({"url": 7}), "url", "expected a string"),
        (json!({"url": ""}), "url", "a URL is required"),
        (json!({"url": "/hook"}), "url", "begins with https://"),
        (
            json!({"url": "ftp://hooks.example/"}),
            "url",
            "cannot be called",
        ),
        (
            json!({"url": "https://a:b@hooks.example/"}),
            "url",
            "password",
        ),
        (
            json!({"url": format!("https://hooks.example/{}", "x".repeat(2048))}),
            "url",
            "2048",
        ),
        (
            json!({"url": url, "name": "x".repeat(256)}),
            "name",
            "255 characters",
        ),
        (
            json!({"url": url, "event_types": ["*"]}),
            "event_types[0]",
            "leave the list empty",
        ),
        (
            json!({"url": url, "event_types": ["a..b"]}),
            "event_types[0]",
            "not a pattern",
        ),
        (
            json!({"url": url, "event_types": "a.b"}),
            "event_types",
            "expected a sequence",
        ),
        (
            json!({"url": url, "channels": ["a b"]}),
            "channels[0]",
            "without blanks",
        ),
        (
            json!({"url": url, "profile": "nope"}),
            "profile",
            "there is no profile",
        ),
        (
            json!({"url": url, "headers": {"host": "x"}}),
            "headers.host",
            "made from the URL",
        ),
        (
            json!({"url": url, "headers": {"x-a": "a\nb"}}),
            "headers.x-a",
            "control character",
        ),
        (
            json!({"url": url, "headers": {"x-a": "****"}}),
            "headers.x-a",
            "is the mask",
        ),
        (
            json!({"url": url, "enabled": "yes"}),
            "enabled",
            "expected a boolean",
        ),
        (json!({"url": url, "secret": "short"}), "secret", ""),
        (json!({"url": url, "urls": []}), "urls", "unknown field"),
        (json!({"url": url, "id": "x"}), "id", "unknown field"),
        (
            json!({"url": url, "overrides": {"max_concurrency": 0}}),
            "overrides.max_concurrency",
            "1 to 256",
        ),
        (
            json!({"url": url, "overrides": {"timeouts": {"connect_ms": 1, "first_byte_ms": 1}}}),
            "overrides.timeouts.total_ms",
            "missing field",
        ),
        (
            json!({"url": url, "overrides": {"retry": {"kind": "never"}}}),
            "overrides.retry.kind",
            "unknown variant",
        ),
        (
            json!({"url": url, "overrides": {"retry": {
                "kind": "fixed", "interval_s": 0, "max_attempts": 2
            }}}),
            "overrides.retry",
            "a delay is",
        ),
    ] {
        refused.post(WEBHOOKS, body.clone(), field, message).await;
        if body == json!({}) || body.get("secret").is_some() {
            continue;
        }
        let answer = refused
            .app
            .patch(&format!("{WEBHOOKS}/{id}"), body.clone())
            .await;
        let what = format!("PATCH {body}");
        refused
            .check(&answer, 422, "invalid_request", field, message, &what)
            .await;
    }
    for (field, value) in [
        ("url", Value::Null),
        ("name", Value::Null),
        ("enabled", Value::Null),
        ("revision", json!(1)),
        ("created_at", json!("2025-11-21T08:00:00Z")),
        ("health", json!({})),
        ("secret", json!("x")),
    ] {
        let answer = refused
            .app
            .patch(&format!("{WEBHOOKS}/{id}"), json!({field: value}))
            .await;
        refused
            .check(&answer, 422, "invalid_request", field, "", field)
            .await;
    }
}

/// WNK-6, WNK-8: Wink wants https and an account. APG-4: Apigee wants a name.
#[tokio::test]
async fn a_webhook_without_what_its_profile_requires() {
    let app = App::acme().await;
    let refused = Refused::new(app).await;
    let body = json!({"profile": "wink", "name": "n", "url": "http://hooks.example/"});
    let answer = refused.app.post(WEBHOOKS, body).await;
    let errors = answer.expect(422)["errors"].clone();
    let fields: Vec<&str> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["url", "channels"]);
    let body = json!({"profile": "apigee", "url": "https://hooks.example/"});
    refused
        .post(WEBHOOKS, body, "name", "requires a name")
        .await;
}

#[tokio::test]
async fn a_rotation_a_test_or_a_resend_with_a_wrong_field() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let refused = Refused::new(app).await;
    let (rotate, test) = (
        format!("{WEBHOOKS}/{id}/secret/rotate"),
        format!("{WEBHOOKS}/{id}/test"),
    );
    let resend = format!("{EVENTS}/{event}/resend");
    refused
        .post(&rotate, json!({"grace_s": -1}), "grace_s", "expected u32")
        .await;
    refused
        .post(&rotate, json!({"grace_s": 2_592_001}), "grace_s", "30 days")
        .await;
    refused
        .post(&rotate, json!({"secret": "x"}), "secret", "")
        .await;
    refused
        .post(&rotate, json!({"grace": 1}), "grace", "unknown field")
        .await;
    refused
        .post(
            &test,
            json!({"type": "a b"}),
            "type",
            "is not an event type",
        )
        .await;
    refused
        .post(&test, json!({"channels": []}), "channels", "unknown field")
        .await;
    refused
        .post(
            &resend,
            json!({"webhook_id": "x"}),
            "webhook_id",
            "is not an id",
        )
        .await;
    refused
        .post(&resend, json!({"webhook": id}), "webhook", "unknown field")
        .await;
}
