//! Events: accepted, repeated, listed, explained.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App};

const PATH: &str = "/organizations/acme/events";

#[tokio::test]
async fn one_event_is_answered_by_one_receipt_and_an_array_by_a_list() {
    let app = App::acme().await;
    app.webhook(json!({})).await;
    app.post("/event-types", json!({"name": "known.type"}))
        .await
        .expect(201);
    let one = app
        .post(PATH, json!({"type": "known.type", "data": 1}))
        .await
        .expect(202);
    let id = one["id"].as_str().unwrap();
    assert_eq!(one, json!({"id": id, "matched": 1}));
    let many = app
        .post(
            PATH,
            json!([{"type": "known.type", "data": 1}, {"type": "x", "data": 2, "id": "e2"}]),
        )
        .await
        .expect(202);
    let events = many["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(
        events[1],
        json!({"id": events[1]["id"], "external_id": "e2", "matched": 1, "unknown_type": true})
    );
    let single = app
        .post(PATH, json!([{"type": "x", "data": 1}]))
        .await
        .expect(202);
    assert_eq!(single["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn data_comes_back_as_it_was_written() {
    let app = App::acme().await;
    let data = r#"{"z": 1.10,"a":12345678901234567890, "e":1e400,"z":"\u00e9"}"#;
    let body = format!(r#"{{"type":"a.b","data": {data} }}"#);
    let accepted = app.raw(Method::POST, PATH, body).await.expect(202);
    let shown = app
        .get(&format!("{PATH}/{}", accepted["id"].as_str().unwrap()))
        .await;
    assert_eq!(shown.status, 200);
    assert!(
        shown.text.contains(&format!(r#""data":{data},"#)),
        "{}",
        shown.text
    );
}

async fn keyed(app: &App, key: &str, body: &str) -> Answer {
    let request = app
        .request(Method::POST, PATH)
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap();
    app.send(request).await
}

#[tokio::test]
async fn a_repeat_with_a_key_is_answered_as_the_first_and_with_another_body_refused() {
    let app = App::acme().await;
    let first = keyed(&app, "k1", r#"{"type":"a.b","data":1}"#)
        .await
        .expect(202);
    let stored = app.stored().await;
    let repeat = keyed(&app, "k1", r#"{"type":"a.b","data":1}"#)
        .await
        .expect(202);
    assert_eq!(repeat["id"], first["id"]);
    assert_eq!(repeat["repeated"], true);
    keyed(&app, "k1", r#"{"type":"a.b","data":2}"#)
        .await
        .problem(422, "idempotency_key_reused", "");
    assert_eq!(app.stored().await, stored);
    let second = keyed(&app, "k2", r#"{"type":"a.b","data":1}"#)
        .await
        .expect(202);
    assert_ne!(second["id"], first["id"]);
}

#[tokio::test]
async fn an_external_id_makes_a_repeat_too() {
    let app = App::acme().await;
    let body = json!({"type": "a.b", "data": {"n": 1}, "id": "e-1"});
    let first = app.post(PATH, body.clone()).await.expect(202);
    let stored = app.stored().await;
    let repeat = app.post(PATH, body).await.expect(202);
    assert_eq!(
        (&repeat["id"], &repeat["repeated"]),
        (&first["id"], &json!(true))
    );
    assert_eq!(repeat["external_id"], "e-1");
    let other = json!({"type": "a.b", "data": {"n": 2}, "id": "e-1"});
    app.post(PATH, other)
        .await
        .problem(422, "idempotency_key_reused", "");
    assert_eq!(app.stored().await, stored);
    // Remembered for 24 hours, and not longer.
    app.kit.clock.advance(24 * 3600 * 1_000_000 + 1);
    let later = app
        .post(PATH, json!({"type": "a.b", "data": {"n": 2}, "id": "e-1"}))
        .await;
    assert_ne!(later.expect(202)["id"], first["id"]);
}

/// ADV-6, ADV-7: filters combine with AND.
#[tokio::test]
async fn the_list_is_filtered_paged_and_newest_first() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({"event_types": ["a.b"]})).await;
    let first = app
        .event(json!({"type": "a.b", "data": 1, "channels": ["c:1"], "id": "x1"}))
        .await;
    app.kit.clock.advance(60_000_000);
    let second = app.event(json!({"type": "a.c", "data": 1})).await;
    app.kit.clock.advance(60_000_000);
    let third = app.event(json!({"type": "a.b", "data": 1})).await;

    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = async |query: &str| app.get(&format!("{PATH}{query}")).await.expect(200);
    assert_eq!(ids(&list("").await), [third.as_str(), &second, &first]);
    assert_eq!(ids(&list("?type=a.b").await), [third.as_str(), &first]);
    assert_eq!(ids(&list("?type=a.b&channel=c:1").await), [first.as_str()]);
    assert_eq!(ids(&list("?external_id=x1").await), [first.as_str()]);
    assert_eq!(
        ids(&list(&format!("?webhook={webhook}")).await),
        [third.as_str(), &first]
    );
    assert_eq!(ids(&list("?state=pending").await), [third.as_str(), &first]);
    assert_eq!(ids(&list("?state=delivered").await), Vec::<String>::new());
    assert_eq!(
        ids(&list("?updated_since=2025-11-21T08:01:00Z").await),
        [third.as_str(), &second]
    );
    let entry = &list("?external_id=x1").await["items"][0];
    assert_eq!(
        *entry,
        json!({
            "id": first, "external_id": "x1", "type": "a.b", "channels": ["c:1"],
            "time": "2025-11-21T08:00:00Z", "created_at": "2025-11-21T08:00:00Z",
            "updated_at": "2025-11-21T08:00:00Z", "unknown_type": true, "test": false,
            "deliveries": {
                "pending": 1, "delivered": 0, "failed": 0, "cancelled": 0, "filtered": 0, "held": 0
            }
        })
    );
    let page = list("?type=a.b&limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = list(&format!("?type=a.b&limit=1&cursor={cursor}")).await;
    assert_eq!(ids(&rest), [first.as_str()]);
    app.get(&format!("{PATH}?type=a.c&cursor={cursor}"))
        .await
        .problem(400, "invalid_cursor", "cursor");
}

/// ADV-9, APG-32: what became of an event, and why each other webhook did not match.
#[tokio::test]
async fn an_event_tells_why_each_webhook_did_or_did_not_get_it() {
    let app = App::acme().await;
    let matched = app.webhook(json!({"name": "matched"})).await;
    for (name, extra) in [
        ("type", json!({"event_types": ["other.*"]})),
        ("channel", json!({"channels": ["account:other"]})),
        ("direct", json!({"direct": true})),
        ("disabled", json!({"enabled": false})),
    ] {
        let mut body = extra;
        body["name"] = json!(name);
        app.webhook(body).await;
    }
    let addressed = app
        .webhook(json!({"name": "addressed", "direct": true}))
        .await;
    let id = app
        .event(json!({
            "type": "a.b", "data": {}, "channels": ["account:cool"], "webhooks": [addressed]
        }))
        .await;
    app.kit.clock.advance(1_000_000);
    app.webhook(json!({"name": "later"})).await;

    let event = app.get(&format!("{PATH}/{id}")).await.expect(200);
    let mut got: Vec<(&str, &str)> = event["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            (
                d["webhook_name"].as_str().unwrap(),
                d["kind"].as_str().unwrap(),
            )
        })
        .collect();
    got.sort_unstable();
    assert_eq!(got, [("addressed", "addressed"), ("matched", "matched")]);
    assert!(
        event["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d["webhook_id"] == *matched)
    );
    let not: Vec<(&str, &str, &str)> = event["not_matched"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| {
            let text = |field: &str| n[field].as_str().unwrap();
            (text("name"), text("reason"), text("sentence"))
        })
        .collect();
    assert_eq!(
        not,
        [
            (
                "type",
                "event_type",
                "It listens to `other.*`, and the event is a `a.b`."
            ),
            (
                "channel",
                "channel",
                "It listens to `account:other`, and the event is on `account:cool`."
            ),
            (
                "direct",
                "direct",
                "It receives only events that are addressed to it, and this one was not."
            ),
            (
                "disabled",
                "disabled",
                "It is disabled. It was switched off by hand."
            ),
            (
                "later",
                "later",
                "It would match, but it was made on 2025-11-21T08:00:01Z, after the event."
            ),
        ]
    );
}

#[tokio::test]
async fn an_event_is_sent_again_also_to_a_webhook_made_later() {
    let app = App::acme().await;
    let first = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let later = app.webhook(json!({"url": "https://hooks.example/b"})).await;
    let path = format!("{PATH}/{event}/resend");
    let all = app.raw(Method::POST, &path, "").await.expect(202);
    assert_eq!(all["delivery_ids"].as_array().unwrap().len(), 1);
    app.post(&path, json!({"webhook_id": later}))
        .await
        .expect(202);
    let shown = app.get(&format!("{PATH}/{event}")).await.expect(200);
    let kinds: Vec<(&Value, &Value)> = shown["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| (&delivery["webhook_id"], &delivery["kind"]))
        .collect();
    assert_eq!(
        kinds,
        [
            (&json!(first), &json!("matched")),
            (&json!(first), &json!("resent")),
            (&json!(later), &json!("resent"))
        ]
    );
    let other = json!({"webhook_id": event});
    app.post(&path, other).await.problem(404, "not_found", "");
    app.post(&format!("{PATH}/{later}/resend"), json!({}))
        .await
        .problem(404, "not_found", "");
}
