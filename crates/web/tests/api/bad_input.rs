//! Bad input: each is a clear problem document that names the field, and stores nothing.

mod events;
mod names;
mod webhooks;

use axum::body::Body;
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
