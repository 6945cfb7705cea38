//! Who gets an event, and which clause keeps the others out.

use bellwire_core::{access::Role, time::SECOND};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    visitors::{portal, send},
};

const EXPLAIN: &str = "/organizations/acme/events/explain";

/// Webhooks of every kind: their ids by name.
async fn webhooks(app: &App) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    for (name, mut body) in [
        ("all", json!({})),
        ("bookings", json!({"event_types": ["booking.*"]})),
        ("users", json!({"event_types": ["user.*"]})),
        ("cool", json!({"channels": ["account:cool"]})),
        ("direct", json!({"direct": true})),
        ("off", json!({"enabled": false})),
    ] {
        body["name"] = json!(name);
        body["url"] = json!(format!("https://hooks.example/{name}"));
        made.push((name, app.webhook(body).await));
    }
    made
}

/// Name, whether it receives, and reason of each.
fn verdicts(answer: &Value) -> Vec<(String, bool, String)> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    answer["webhooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let receives = item["receives"].as_bool().unwrap();
            (text(item, "name"), receives, text(item, "reason"))
        })
        .collect()
}

fn expected(list: &[(&str, bool, &str)]) -> Vec<(String, bool, String)> {
    list.iter()
        .map(|(name, receives, reason)| ((*name).to_owned(), *receives, (*reason).to_owned()))
        .collect()
}

/// EVI-13: who would get an event, and which clause keeps each other one out; nothing is stored.
#[tokio::test]
async fn an_event_is_explained_before_it_is_posted() {
    let app = App::acme().await;
    let made = webhooks(&app).await;
    let before = app.stored().await;
    let direct = &made[4].1;
    let answer = app
        .post(
            EXPLAIN,
            json!({
                "type": "booking.created", "data": {"id": 1}, "channels": ["account:other"],
                "webhooks": [direct]
            }),
        )
        .await
        .expect(200);
    assert_eq!(
        verdicts(&answer),
        expected(&[
            ("all", true, "matched"),
            ("bookings", true, "matched"),
            ("users", false, "event_type"),
            ("cool", false, "channel"),
            ("direct", true, "addressed"),
            ("off", false, "disabled"),
        ])
    );
    assert_eq!(answer["receives"], 3);
    assert_eq!(answer["event_id"], Value::Null);
    assert_eq!(answer["unknown_type"], true);
    assert_eq!(
        answer["webhooks"][2]["sentence"],
        "It listens to `user.*`, and the event is a `booking.created`."
    );
    assert_eq!(app.stored().await, before);
    // Without data, and without anything else.
    let answer = app.post(EXPLAIN, json!({"type": "user.new"})).await;
    let answer = answer.expect(200);
    assert_eq!(answer["webhooks"][4]["reason"], "direct");
    assert_eq!(answer["receives"], 2);
}

/// A paused webhook receives the event; its delivery would be held.
#[tokio::test]
async fn a_paused_webhook_receives_what_waits() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    app.post(
        &format!("/organizations/acme/webhooks/{webhook}/pause"),
        json!({}),
    )
    .await
    .expect(200);
    let answer = app.post(EXPLAIN, json!({"type": "a.b"})).await.expect(200);
    assert_eq!(answer["webhooks"][0]["receives"], true);
    let waits = answer["webhooks"][0]["waits"].as_str().unwrap();
    assert!(
        waits.starts_with("It is paused since 2025-11-21T08:00:00Z"),
        "{waits}"
    );
}

#[tokio::test]
async fn what_could_not_be_posted_is_refused_as_posting_does() {
    let app = App::acme().await;
    let schema = json!({"name": "strict.one", "schema": {"type": "object", "required": ["id"]}});
    app.post("/organizations/acme/event-types", schema)
        .await
        .expect(201);
    let refused = [
        (json!({}), "type"),
        (json!({"type": "a b"}), "type"),
        (json!({"type": "a.b", "channels": ["a b"]}), "channels[0]"),
        (json!({"type": "a.b", "payload": 1}), "payload"),
        (json!({"type": "a.b", "time": "noon"}), "time"),
        (json!({"type": "strict.one", "data": {}}), "data"),
        (
            json!({"type": "a.b", "webhooks": ["00000000-0000-7000-8000-000000000000"]}),
            "webhooks[0]",
        ),
    ];
    for (body, field) in refused {
        let answer = app.post(EXPLAIN, body).await;
        answer.problem(422, "invalid_request", field);
    }
    // What is left out is not looked at.
    let answer = app.post(EXPLAIN, json!({"type": "strict.one"})).await;
    assert_eq!(answer.expect(200)["unknown_type"], false);
}

/// EVI-13, ADV-9: why each webhook did not get a stored event, by its present settings, and when it
/// was changed since.
#[tokio::test]
async fn a_stored_event_is_explained_by_present_settings() {
    let app = App::acme().await;
    let made = webhooks(&app).await;
    let event = app
        .event(json!({"type": "booking.created", "data": 1}))
        .await;
    app.kit.clock.advance(SECOND);
    let hook = |index: usize| format!("/organizations/acme/webhooks/{}", made[index].1);
    app.patch(&hook(2), json!({"event_types": ["booking.*"]}))
        .await
        .expect(200);
    app.patch(&hook(3), json!({"channels": ["account:warm"]}))
        .await
        .expect(200);
    let late = json!({"name": "late", "url": "https://hooks.example/late"});
    app.webhook(late).await;
    let path = format!("/organizations/acme/events/{event}/explain");
    let answer = app.get(&path).await.expect(200);
    assert_eq!(
        verdicts(&answer),
        expected(&[
            ("all", true, "sent"),
            ("bookings", true, "sent"),
            ("users", false, "later"),
            ("cool", false, "channel"),
            ("direct", false, "direct"),
            ("off", false, "disabled"),
            ("late", false, "later"),
        ])
    );
    assert_eq!(answer["event_id"], *event);
    let webhooks = &answer["webhooks"];
    assert_eq!(webhooks[0]["delivery"]["state"], "pending");
    assert_eq!(webhooks[0]["changed_at"], Value::Null);
    assert_eq!(webhooks[3]["changed_at"], "2025-11-21T08:00:01Z");
    let sentence = webhooks[3]["sentence"].as_str().unwrap();
    assert!(sentence.contains("It was changed on 2025-11-21T08:00:01Z, after the event"));
    let shown = app
        .get(&format!("/organizations/acme/events/{event}"))
        .await
        .expect(200);
    assert_eq!(shown["not_matched"][1]["sentence"], *sentence);
}

/// Who came for one channel sees their own webhooks, and nothing tells that there are others.
#[tokio::test]
async fn a_restricted_customer_is_told_of_their_own_webhooks_only() {
    let app = App::acme().await;
    let made = webhooks(&app).await;
    let event = app
        .event(json!({"type": "a.b", "data": 1, "channels": ["account:cool"]}))
        .await;
    let hidden = app
        .event(json!({"type": "a.b", "data": 1, "channels": ["account:warm"]}))
        .await;
    let customer = portal(&app, "acme", Role::Viewer, &["account:cool"]).await;
    let body = json!({"type": "a.b", "channels": ["account:cool"]});
    let answer = send(&app, &customer, Method::POST, EXPLAIN, &body).await;
    assert_eq!(
        verdicts(&answer.expect(200)),
        expected(&[("cool", true, "matched")])
    );
    let path = format!("/organizations/acme/events/{event}/explain");
    let answer = send(&app, &customer, Method::GET, &path, &Value::Null).await;
    assert_eq!(
        verdicts(&answer.expect(200)),
        expected(&[("cool", true, "sent")])
    );
    let path = format!("/organizations/acme/events/{hidden}/explain");
    let answer = send(&app, &customer, Method::GET, &path, &Value::Null).await;
    answer.problem(404, "not_found", "");
    let mut told = Vec::new();
    for id in [made[0].1.as_str(), "00000000-0000-7000-8000-000000000000"] {
        let body = json!({"type": "a.b", "webhooks": [id]});
        let answer = send(&app, &customer, Method::POST, EXPLAIN, &body).await;
        let message = answer.problem(422, "invalid_request", "webhooks[0]");
        told.push(message.replace(id, ""));
    }
    assert_eq!(told[0], told[1]);
}
