//! Deliveries: their attempts, sending again, cancelling.

use bellwire_core::{
    delivery::Attempt,
    headers::HeaderList,
    outcome::{Answer, Cause, Timing},
    policy::{Class, DisableRule, Next},
    ports::{Query as _, Record, RecordPort as _, Tally},
    time::SECOND,
};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::app::App;

const EVENTS: &str = "/organizations/acme/events";

pub(crate) async fn first_delivery(app: &App, event: &str) -> Value {
    let shown = app.get(&format!("{EVENTS}/{event}")).await.expect(200);
    shown["deliveries"][0].clone()
}

/// Writes an attempt as stage 6 does.
pub(crate) async fn attempted(
    app: &App,
    delivery: &Value,
    number: u32,
    answer: Answer,
    next: Next,
) {
    let text = |field: &str| delivery[field].as_str().unwrap().to_owned();
    let at = app.kit.service.now();
    let attempt = Attempt {
        delivery_id: text("id").parse().unwrap(),
        number,
        event_id: text("event_id").parse().unwrap(),
        webhook_id: text("webhook_id").parse().unwrap(),
        organization_id: app.kit.service.tenant("acme").unwrap().organization.id,
        revision: 1,
        at,
        answer,
        timing: Timing {
            dns_us: Some(1_500),
            first_byte_us: Some(20_000),
            total_us: 30_250,
            ..Timing::default()
        },
        url: "https://hooks.example/a".to_owned(),
        address: Some("203.0.113.7:443".parse().unwrap()),
        detail: matches!(answer, Answer::None(_)).then(|| "nobody answered".to_owned()),
        body_sha256: [0xab; 32],
        request_headers: [("x-key", "****")].into_iter().collect(),
        response_headers: HeaderList::default(),
        excerpt: Bytes::from_static(b"\xffno"),
        truncated: false,
        retry_at: match next {
            Next::RetryAt(time) => Some(time),
            Next::Deliver | Next::Fail => None,
        },
    };
    let class = match answer {
        Answer::Status(200) => Class::Success,
        Answer::Status(_) => Class::ServerError,
        Answer::None(_) => Class::NoAnswer,
    };
    let tally = Some(Tally {
        class,
        rule: DisableRule::default().into(),
    });
    let found = app.store.event(attempt.organization_id, attempt.event_id);
    let event_type = found.await.unwrap().unwrap().event.event_type;
    let record = Record {
        attempt,
        event_type: event_type.as_str().into(),
        next,
        tally,
        now: at,
        listened: bellwire_core::own_event::Kinds::NONE,
        is_own: false,
    };
    app.store.record([record].into()).await.unwrap();
}

/// ADV-10: every attempt's time, status, and whether it timed out; no status without an answer.
/// EVI-15: newest first, ten by default.
#[tokio::test]
async fn attempts_show_everything_that_explains_them() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let delivery = first_delivery(&app, &event).await;
    for number in 1..=12 {
        let answer = if number == 12 {
            Answer::None(Cause::FirstByteTimeout)
        } else {
            Answer::Status(503)
        };
        let retry = Next::RetryAt(app.kit.service.now() + SECOND);
        attempted(&app, &delivery, number, answer, retry).await;
        app.kit.clock.advance(SECOND);
    }
    let path = format!("/organizations/acme/webhooks/{webhook}/attempts");
    let page = app.get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 10);
    assert_eq!(
        page["items"][0],
        json!({
            "number": 12, "delivery_id": delivery["id"], "event_id": event,
            "webhook_id": webhook, "at": "2025-11-21T08:00:11Z",
            "status": null, "cause": "first_byte_timeout", "timed_out": true,
            "duration_ms": {
                "dns": 1.5, "connect": null, "tls": null, "first_byte": 20.0, "total": 30.25
            },
            "url": "https://hooks.example/a", "address": "203.0.113.7:443", "revision": 1,
            "body_sha256": "ab".repeat(32),
            "request_headers": [{"name": "x-key", "value": "****"}], "response_headers": [],
            "response_body": "\u{fffd}no", "response_body_base64": "/25v",
            "truncated": false, "detail": "nobody answered", "retry_at": "2025-11-21T08:00:12Z",
            "diagnosis": page["items"][0]["diagnosis"]
        })
    );
    assert_eq!(page["items"][0]["diagnosis"]["code"], "first_byte_timeout");
    assert_eq!(page["items"][1]["status"], 503);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .get(&format!("{path}?cursor={cursor}"))
        .await
        .expect(200);
    let numbers: Vec<&Value> = rest["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["number"])
        .collect();
    assert_eq!(numbers, [2, 1]);

    let shown = first_delivery(&app, &event).await;
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 12);
    assert_eq!(
        (&shown["state"], &shown["attempt_count"]),
        (&json!("pending"), &json!(12))
    );
    let health = &app.get(&path.replace("/attempts", "")).await.expect(200)["health"];
    assert_eq!(health["state"], "failing");
    assert_eq!(health["counters"]["failures"], 12);
    assert_eq!(health["counters"]["server_errors"], 11);
    assert_eq!(health["failing_since"], "2025-11-21T08:00:00Z");
    assert_eq!(health["last_attempt"]["timed_out"], true);

    attempted(&app, &delivery, 13, Answer::Status(200), Next::Deliver).await;
    let shown = first_delivery(&app, &event).await;
    assert_eq!(
        (&shown["state"], &shown["due_at"]),
        (&json!("delivered"), &Value::Null)
    );
    let listed = app.get("/organizations/acme/webhooks").await.expect(200);
    assert_eq!(listed["items"][0]["health"]["state"], "healthy");
}

#[tokio::test]
async fn a_delivery_is_cancelled_once_and_can_be_sent_again() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let id = first_delivery(&app, &event).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/organizations/acme/deliveries/{id}");
    let cancelled = app
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        cancelled,
        json!({
            "id": id, "event_id": event, "webhook_id": webhook, "state": "cancelled",
            "kind": "matched", "cancel_reason": "manual", "attempt_count": 0, "due_at": null,
            "created_at": "2025-11-21T08:00:00Z", "updated_at": "2025-11-21T08:00:00Z"
        })
    );
    app.post(&format!("{path}/cancel"), json!({}))
        .await
        .problem(409, "delivery_not_pending", "");
    let resent = app
        .post(&format!("{path}/resend"), json!({}))
        .await
        .expect(202);
    assert_ne!(resent["delivery_id"], *id);
}

/// Resending to a disabled or deleted webhook is 409 and stores nothing.
#[tokio::test]
async fn nothing_is_sent_again_to_a_disabled_or_deleted_webhook() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let id = first_delivery(&app, &event).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let hook = format!("/organizations/acme/webhooks/{webhook}");
    app.patch(&hook, json!({"enabled": false}))
        .await
        .expect(200);
    let refused = async |code: &str| {
        let before = app.stored().await;
        let again = format!("/organizations/acme/deliveries/{id}/resend");
        app.post(&again, json!({})).await.problem(409, code, "");
        let again = format!("{EVENTS}/{event}/resend");
        app.post(&again, json!({"webhook_id": webhook}))
            .await
            .problem(409, code, "");
        app.post(&again, json!({}))
            .await
            .problem(409, "no_webhook", "");
        assert_eq!(app.stored().await, before);
    };
    refused("webhook_disabled").await;
    app.delete(&hook).await.expect(204);
    refused("webhook_deleted").await;
    for path in ["cancel", "resend"] {
        for unknown in [webhook.as_str(), "x"] {
            app.post(
                &format!("/organizations/acme/deliveries/{unknown}/{path}"),
                json!({}),
            )
            .await
            .problem(404, "not_found", "");
        }
    }
}
