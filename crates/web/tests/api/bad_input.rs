//! Bad input: each is a clear problem document that names the field, and stores nothing.

use axum::body::Body;
use bellwire_core::service::MAX_DEPTH;
use http::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App};

const EVENTS: &str = "/organizations/acme/events";
const WEBHOOKS: &str = "/organizations/acme/webhooks";

/// Sends bodies that are all refused in the same way, and checks that nothing was stored.
struct Refused {
    app: App,
    before: String,
}

impl Refused {
    async fn new(app: App) -> Self {
        let before = app.stored().await;
        Self { app, before }
    }

    async fn post(&self, path: &str, body: Value, field: &str, message: &str) {
        let answer = self.app.post(path, body.clone()).await;
        self.check(
            &answer,
            422,
            "invalid_request",
            field,
            message,
            &body.to_string(),
        )
        .await;
    }

    async fn raw(&self, path: &str, body: impl Into<Body>, problem: (u16, &str), message: &str) {
        let answer = self.app.raw(Method::POST, path, body).await;
        self.check(&answer, problem.0, problem.1, "", message, path)
            .await;
    }

    async fn check(
        &self,
        answer: &Answer,
        status: u16,
        code: &str,
        field: &str,
        message: &str,
        what: &str,
    ) {
        let said = answer.problem(status, code, field);
        assert!(
            said.contains(message),
            "{what}: `{message}` is not in `{said}`"
        );
        assert_eq!(self.app.stored().await, self.before, "{what}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json() {
    let refused = Refused::new(App::acme().await).await;
    for path in [
        EVENTS,
        WEBHOOKS,
        "/organizations",
        "/event-types",
        "/tokens",
    ] {
        for body in [
            "{",
            "",
            "type=a",
            "{\"type\":}",
            "{\"type\":\"a\",\"data\":1} x",
        ] {
            refused
                .raw(path, body, (400, "malformed_json"), "The body is")
                .await;
        }
    }
    refused
        .raw(
            EVENTS,
            "[{\"type\":\"a\",\"data\":1},",
            (400, "malformed_json"),
            "line 1 column 23",
        )
        .await;
    refused
        .raw(
            EVENTS,
            &b"{\"type\":\"a\",\"data\":\"\xff\"}"[..],
            (400, "malformed_json"),
            "",
        )
        .await;
}

#[tokio::test]
async fn a_body_that_says_it_is_something_else() {
    let refused = Refused::new(App::acme().await).await;
    for path in [EVENTS, WEBHOOKS] {
        let request = refused
            .app
            .request(Method::POST, path)
            .header("content-type", "text/xml")
            .body(Body::from(r#"{"type":"a","data":1}"#))
            .unwrap();
        let answer = refused.app.send(request).await;
        let code = "unsupported_media_type";
        refused
            .check(&answer, 415, code, "Content-Type", "application/json", path)
            .await;
    }
}

#[tokio::test]
async fn an_event_with_a_wrong_field() {
    let refused = Refused::new(App::acme().await).await;
    let other = "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f";
    for (event, field, message) in [
        (json!({"data": 1}), "type", "missing field"),
        (json!({"type": "a.b"}), "data", "missing field"),
        (json!({"type": 7, "data": 1}), "type", "expected a string"),
        (
            json!({"type": "a.b", "data": 1, "payload": 2}),
            "payload",
            "unknown field",
        ),
        (
            json!({"type": "a b", "data": 1}),
            "type",
            "is not an event type",
        ),
        (json!({"type": "", "data": 1}), "type", "may not be empty"),
        (
            json!({"type": "a.*", "data": 1}),
            "type",
            "is not an event type",
        ),
        (
            json!({"type": "x".repeat(129), "data": 1}),
            "type",
            "at most 128 bytes",
        ),
        (
            json!({"type": "a.b", "data": 1, "channels": "c"}),
            "channels",
            "expected a sequence",
        ),
        (
            json!({"type": "a.b", "data": 1, "channels": ["a b"]}),
            "channels[0]",
            "without blanks",
        ),
        (
            json!({"type": "a.b", "data": 1, "time": "noon"}),
            "time",
            "RFC 3339",
        ),
        (
            json!({"type": "a.b", "data": 1, "time": "1969-12-31T00:00:00Z"}),
            "time",
            "before 1970",
        ),
        (
            json!({"type": "a.b", "data": 1, "time": "2035-01-01T00:00:00Z"}),
            "time",
            "future",
        ),
        (
            json!({"type": "a.b", "data": 1, "id": ""}),
            "id",
            "1 to 255 bytes",
        ),
        (
            json!({"type": "a.b", "data": 1, "id": "x".repeat(256)}),
            "id",
            "1 to 255 bytes",
        ),
        (
            json!({"type": "a.b", "data": 1, "id": 7}),
            "id",
            "expected a string",
        ),
        (
            json!({"type": "a.b", "data": 1, "webhooks": ["x"]}),
            "webhooks[0]",
            "is not an id",
        ),
        (
            json!({"type": "a.b", "data": 1, "webhooks": [other]}),
            "webhooks[0]",
            "no webhook",
        ),
    ] {
        refused.post(EVENTS, event.clone(), field, message).await;
        let good = json!({"type": "a.b", "data": 1});
        let nested = format!("events[1].{field}");
        refused
            .post(EVENTS, json!([good, event]), &nested, message)
            .await;
        let nested = format!("events[0].{field}");
        refused.post(EVENTS, json!([event]), &nested, message).await;
    }
    for body in [json!(7), json!("x"), json!(null)] {
        refused.post(EVENTS, body, "", "expected an event").await;
    }
    refused
        .post(EVENTS, json!([7]), "events[0]", "expected an event")
        .await;
}

#[tokio::test]
async fn an_array_that_is_empty_or_too_long_or_nested_too_deep() {
    let refused = Refused::new(App::acme().await).await;
    refused
        .post(EVENTS, json!([]), "events", "1 to 1000 events")
        .await;
    let event = json!({"type": "a.b", "data": 1});
    refused
        .post(
            EVENTS,
            json!(vec![event; 1001]),
            "events",
            "1 to 1000 events",
        )
        .await;
    let (open, close) = ("[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    let deep = format!("{{\"type\":\"a.b\",\"data\":{open}{close}}}");
    let answer = refused.app.raw(Method::POST, EVENTS, deep).await;
    refused
        .check(
            &answer,
            422,
            "invalid_request",
            "data",
            "nested deeper",
            "deep",
        )
        .await;
    let abyss = format!("{{\"type\":\"a.b\",\"data\":{}", "[".repeat(1_000_000));
    refused
        .raw(
            EVENTS,
            abyss,
            (400, "malformed_json"),
            "The body is not JSON",
        )
        .await;
}

#[tokio::test]
async fn data_that_does_not_fit_its_schema() {
    let app = App::acme().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    app.post("/event-types", json!({"name": "n.made", "schema": schema}))
        .await
        .expect(201);
    let refused = Refused::new(app).await;
    let event = json!({"type": "n.made", "data": {"n": "x"}});
    refused
        .post(
            EVENTS,
            event.clone(),
            "data.n",
            "does not fit the schema of `n.made`",
        )
        .await;
    refused
        .post(EVENTS, json!([event]), "events[0].data.n", "schema")
        .await;
}

#[tokio::test]
async fn a_type_that_is_not_in_the_catalogue_of_a_strict_organization() {
    let app = App::acme().await;
    app.patch("/organizations/acme", json!({"strict_event_types": true}))
        .await
        .expect(200);
    let refused = Refused::new(app).await;
    let event = json!({"type": "a.b", "data": 1});
    refused
        .post(EVENTS, event, "type", "not in the catalogue")
        .await;
}

#[tokio::test]
async fn a_payload_that_is_too_large() {
    let refused = Refused::new(App::acme().await).await;
    let event = json!({"type": "a.b", "data": "x".repeat(1 << 20)}).to_string();
    refused
        .raw(EVENTS, event.clone(), (413, "too_large"), "1048576 bytes")
        .await;
    refused
        .raw(EVENTS, format!("[{event}]"), (413, "too_large"), "1048576")
        .await;
    let batch = vec![b' '; (16 << 20) + 1];
    refused
        .raw(EVENTS, batch, (413, "too_large"), "16777216 bytes")
        .await;
    let webhook = vec![b' '; (1 << 20) + 1];
    refused
        .raw(WEBHOOKS, webhook, (413, "too_large"), "1048576 bytes")
        .await;
}

#[tokio::test]
async fn an_idempotency_key_that_is_none() {
    let refused = Refused::new(App::acme().await).await;
    for key in ["", "a b", &"k".repeat(256)] {
        let request = refused
            .app
            .request(Method::POST, EVENTS)
            .header("idempotency-key", key)
            .body(Body::from(r#"{"type":"a.b","data":1}"#))
            .unwrap();
        let answer = refused.app.send(request).await;
        let header = "Idempotency-Key";
        refused
            .check(&answer, 400, "invalid_header", header, "visible ASCII", key)
            .await;
    }
}

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
async fn an_organization_event_type_channel_or_token_with_a_wrong_field() {
    let refused = Refused::new(App::acme().await).await;
    for (path, body, field, message) in [
        ("/organizations", json!({}), "id", "missing field"),
        ("/organizations", json!({"id": "A b"}), "id", "a slug is"),
        (
            "/organizations",
            json!({"id": "x".repeat(64)}),
            "id",
            "a slug is",
        ),
        (
            "/organizations",
            json!({"id": "x", "name": "n".repeat(256)}),
            "name",
            "255 characters",
        ),
        (
            "/organizations",
            json!({"id": "x", "name": ""}),
            "name",
            "may not be empty",
        ),
        (
            "/organizations",
            json!({"id": "x", "default_profile": "y"}),
            "default_profile",
            "`y`",
        ),
        (
            "/organizations",
            json!({"id": "x", "slug": "x"}),
            "slug",
            "unknown field",
        ),
        (
            "/event-types",
            json!({"name": "a b"}),
            "name",
            "is not an event type",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": {"type": "no"}}),
            "schema",
            "",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": 7}),
            "schema",
            "",
        ),
        (
            "/event-types",
            json!({"name": "a", "schema": {"type": "string"}, "example": 1}),
            "example",
            "does not fit the schema",
        ),
        (
            "/event-types",
            json!({"name": "a", "scope": "platform"}),
            "scope",
            "unknown field",
        ),
        (
            "/organizations/acme/channels",
            json!({"key": "a b"}),
            "key",
            "without blanks",
        ),
        (
            "/organizations/acme/channels",
            json!({"key": "a", "kind": ""}),
            "kind",
            "one word",
        ),
        (
            "/organizations/acme/channels",
            json!({"label": "a"}),
            "key",
            "missing field",
        ),
        ("/tokens", json!({"name": ""}), "name", "may not be empty"),
        (
            "/tokens",
            json!({"name": "a", "organization": "x"}),
            "organization",
            "no organization",
        ),
        (
            "/tokens",
            json!({"name": "a", "scope": "x"}),
            "scope",
            "unknown field",
        ),
    ] {
        refused.post(path, body, field, message).await;
    }
    for body in [
        json!({"name": null}),
        json!({"id": "x"}),
        json!({"created_at": 1}),
    ] {
        let answer = refused.app.patch("/organizations/acme", body.clone()).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    assert_eq!(refused.app.stored().await, refused.before);
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

#[tokio::test]
async fn a_query_that_is_misspelt_or_out_of_range() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    for (path, field) in [
        (format!("{EVENTS}?tpye=a.b"), "tpye"),
        (format!("{EVENTS}?state=lost"), "state"),
        (format!("{EVENTS}?updated_since=noon"), "updated_since"),
        (format!("{EVENTS}?webhook=x"), "webhook"),
        (format!("{EVENTS}?limit=0"), "limit"),
        (format!("{EVENTS}?limit=101"), "limit"),
        (format!("{EVENTS}?type=a&type=b"), "type"),
        (format!("{WEBHOOKS}?enabled=yes"), "enabled"),
        (format!("{WEBHOOKS}?Q=x"), "Q"),
        (format!("{WEBHOOKS}/{id}/attempts?limit=x"), "limit"),
        ("/organizations?page=2".to_owned(), "page"),
        ("/tokens?organization=nobody".to_owned(), "organization"),
    ] {
        app.get(&path).await.problem(400, "invalid_query", field);
    }
    let before = app.stored().await;
    app.delete(&format!("{WEBHOOKS}/{id}?force=maybe"))
        .await
        .problem(400, "invalid_query", "force");
    app.post(
        &format!("{EVENTS}?dry_run=1"),
        json!({"type": "a.b", "data": 1}),
    )
    .await
    .problem(400, "invalid_query", "dry_run");
    assert_eq!(app.stored().await, before);
}

#[tokio::test]
async fn an_organization_or_id_that_is_unknown_or_somebody_elses() {
    let app = App::acme().await;
    let id = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    app.kit.organization("other", "standard").await;
    let before = app.stored().await;
    let unknown = "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f";
    for path in [
        "/organizations/nobody".to_owned(),
        "/organizations/%FF".to_owned(),
        "/organizations/nobody/webhooks".to_owned(),
        format!("{WEBHOOKS}/{unknown}"),
        format!("{WEBHOOKS}/x"),
        format!("{WEBHOOKS}/{event}"),
        format!("{WEBHOOKS}/{unknown}/attempts"),
        format!("{WEBHOOKS}/{unknown}/secret"),
        format!("{EVENTS}/{unknown}"),
        format!("{EVENTS}/x"),
        format!("/organizations/other/webhooks/{id}"),
        format!("/organizations/other/events/{event}"),
        "/event-types/nope".to_owned(),
        "/organizations/acme/event-types/nope".to_owned(),
        "/organizations/acme/channels/nope".to_owned(),
    ] {
        app.get(&path).await.problem(404, "not_found", "");
    }
    let posted = json!({"type": "a.b", "data": 1});
    app.post("/organizations/nobody/events", posted)
        .await
        .problem(404, "not_found", "");
    for path in [
        format!("/organizations/other/webhooks/{id}/test"),
        format!("/organizations/other/webhooks/{id}/secret/rotate"),
        format!("/organizations/other/events/{event}/resend"),
        format!("{WEBHOOKS}/{unknown}/test"),
    ] {
        app.post(&path, json!({}))
            .await
            .problem(404, "not_found", "");
    }
    for path in [
        format!("/organizations/other/webhooks/{id}"),
        "/organizations/nobody".to_owned(),
        "/tokens/x".to_owned(),
        format!("/tokens/{unknown}"),
    ] {
        app.delete(&path).await.problem(404, "not_found", "");
    }
    let other = json!({"type": "a.b", "data": 1, "webhooks": [id]});
    app.post("/organizations/other/events", other)
        .await
        .problem(422, "invalid_request", "webhooks[0]");
    assert_eq!(app.stored().await, before);
}
