//! Events that are not accepted, and why.

use axum::body::Body;
use bellwire_core::service::MAX_DEPTH;
use http::Method;
use serde_json::json;

use super::{EVENTS, Refused};
use crate::app::App;

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
        refused.post(EVENTS, body, "", "expected an object").await;
    }
    refused
        .post(EVENTS, json!([7]), "events[0]", "expected an object")
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
