//! The log over HTTP: its filters, its pages, and what is no filter.

use bellwire_core::{
    outcome::{Answer, Cause},
    policy::Next,
    time::{DAY, HOUR},
};
use serde_json::{Value, json};

use crate::{
    app::App,
    deliveries::{attempted, first_delivery},
};

const EVENTS: &str = "/organizations/acme/events";

async fn ids(app: &App, query: &str) -> Vec<String> {
    let list = app.get(&format!("{EVENTS}?{query}")).await.expect(200);
    let items = list["items"].as_array().expect("items").iter();
    items
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// ADV-5: the event log, with filters; ADV-6: by the event's type, all types when none is given.
#[tokio::test]
async fn the_log_is_filtered_by_what_is_given() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let mut events = Vec::new();
    for (number, event_type) in ["a.b", "a.c", "a.b"].into_iter().enumerate() {
        let event = json!({
            "type": event_type,
            "id": format!("booking-{number}"),
            "channels": [format!("account:{number}")],
            "data": {"guest": format!("Jane No{number}")},
        });
        events.push(app.event(event).await);
        app.kit.clock.advance(HOUR);
    }
    let first = first_delivery(&app, &events[0]).await;
    attempted(&app, &first, 1, Answer::Status(503), Next::Fail).await;
    let second = first_delivery(&app, &events[1]).await;
    attempted(&app, &second, 1, Answer::None(Cause::Dns), Next::Fail).await;
    let third = first_delivery(&app, &events[2]).await;
    attempted(&app, &third, 1, Answer::Status(200), Next::Deliver).await;
    let delivery = second["id"].as_str().expect("an id");
    for (query, expected) in [
        (String::new(), vec![2, 1, 0]),
        ("type=a.b".to_owned(), vec![2, 0]),
        ("type=a.c&state=delivered".to_owned(), vec![]),
        ("state=failed".to_owned(), vec![1, 0]),
        ("state=delivered,failed".to_owned(), vec![2, 1, 0]),
        (format!("webhook={webhook}&state=delivered"), vec![2]),
        ("channel=account:1".to_owned(), vec![1]),
        ("status=503".to_owned(), vec![0]),
        ("status=5xx".to_owned(), vec![0]),
        ("status=2xx".to_owned(), vec![2]),
        ("cause=dns".to_owned(), vec![1]),
        ("cause=tls".to_owned(), vec![]),
        ("id=booking-2".to_owned(), vec![2]),
        (format!("id={}", events[0]), vec![0]),
        (format!("id={delivery}"), vec![1]),
        ("q=jane%20no1".to_owned(), vec![1]),
        ("q=NO2&type=a.b".to_owned(), vec![2]),
        (
            "created_since=2025-11-21T09:00:00Z&created_until=2025-11-21T10:00:00Z".to_owned(),
            vec![1],
        ),
    ] {
        let expected: Vec<String> = expected
            .into_iter()
            .map(|at: usize| events[at].clone())
            .collect();
        assert_eq!(ids(&app, &query).await, expected, "{query}");
    }
    let list = app.get(&format!("{EVENTS}?q=nowhere")).await.expect(200);
    assert_eq!(
        list,
        json!({"items": [], "next_cursor": null, "searched_back_to": null})
    );
}

/// ADV-7: the period is about when an event was last updated: one made ten days ago and attempted
/// today is in "last 24 hours".
#[tokio::test]
async fn an_old_event_that_was_attempted_today_is_in_the_last_24_hours() {
    let app = App::acme().await;
    app.webhook(json!({})).await;
    let old = app.event(json!({"type": "a.b", "data": 1})).await;
    let quiet = app.event(json!({"type": "a.b", "data": 2})).await;
    app.kit.clock.advance(10 * DAY);
    let delivery = first_delivery(&app, &old).await;
    attempted(&app, &delivery, 1, Answer::Status(200), Next::Deliver).await;
    let since = |back| format!("updated_since={}", app.kit.service.now() - back);
    assert_eq!(ids(&app, &since(DAY)).await, [old.as_str()]);
    assert_eq!(ids(&app, &since(7 * DAY)).await, [old.as_str()]);
    assert_eq!(ids(&app, &since(30 * DAY)).await, [quiet.as_str(), &old]);
    let before = format!("updated_until={}", app.kit.service.now() - DAY);
    assert_eq!(ids(&app, &before).await, [quiet.as_str()]);
}

/// EVI-15: the last requests of a webhook, newest first: ten when ten are asked for.
#[tokio::test]
async fn the_last_ten_requests_of_a_webhook_are_shown() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let mut events = Vec::new();
    for number in 0..12 {
        let event = app.event(json!({"type": "a.b", "data": number})).await;
        let delivery = first_delivery(&app, &event).await;
        attempted(&app, &delivery, 1, Answer::Status(200), Next::Deliver).await;
        app.kit.clock.advance(HOUR);
        events.insert(0, event);
    }
    let path = format!("/organizations/acme/webhooks/{webhook}/attempts?limit=10");
    let shown = app.get(&path).await.expect(200);
    let shown: Vec<&str> = shown["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|attempt| attempt["event_id"].as_str().expect("an id"))
        .collect();
    assert_eq!(shown, events[..10]);
    let listed = ids(&app, &format!("webhook={webhook}&limit=10")).await;
    assert_eq!(listed, events[..10]);
}

#[tokio::test]
async fn pages_of_a_filter_meet_and_a_cursor_belongs_to_its_query() {
    let app = App::acme().await;
    app.webhook(json!({})).await;
    let mut events = Vec::new();
    for number in 0..5 {
        let event = app.event(json!({"type": "a.b", "data": number})).await;
        let delivery = first_delivery(&app, &event).await;
        attempted(&app, &delivery, 1, Answer::Status(500), Next::Fail).await;
        app.kit.clock.advance(HOUR);
        events.insert(0, event);
    }
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let after = cursor.as_str().map(|cursor| format!("&cursor={cursor}"));
        let query = format!("status=5xx&limit=2{}", after.unwrap_or_default());
        let page = app.get(&format!("{EVENTS}?{query}")).await.expect(200);
        for item in page["items"].as_array().expect("items") {
            found.push(item["id"].as_str().expect("an id").to_owned());
        }
        if cursor.is_null() {
            // The same place in another query.
            let first = page["next_cursor"].as_str().expect("a cursor");
            for other in ["status=500", "status=5xx&q=a", "", "status=4xx&limit=2"] {
                let why = app
                    .get(&format!("{EVENTS}?{other}&cursor={first}"))
                    .await
                    .problem(400, "invalid_cursor", "cursor");
                assert!(why.contains("other filters"), "{why}");
            }
        }
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(found, events);
}

#[tokio::test]
async fn what_is_no_filter_is_named() {
    let app = App::acme().await;
    let long = format!("q={}", "x".repeat(201));
    let range = "since=2025-11-21T09:00:00Z&until=2025-11-21T09:00:00Z";
    let updated = range
        .replace("since", "updated_since")
        .replace("until", "updated_until");
    let created = range
        .replace("since", "created_since")
        .replace("until", "created_until");
    for (query, field, part) in [
        ("state=lost", "state", "`failed`"),
        ("state=failed,", "state", "separated by commas"),
        ("status=600", "status", "`5xx`"),
        ("status=6xx", "status", "`503`"),
        ("status=50", "status", "`5xx`"),
        ("cause=weather", "cause", "`dns`"),
        ("webhook=x", "webhook", "not an id"),
        ("created_since=noon", "created_since", "RFC 3339"),
        (updated.as_str(), "updated_until", "after `updated_since`"),
        (created.as_str(), "created_until", "after `created_since`"),
        ("q=", "q", "1 to 200"),
        (long.as_str(), "q", "1 to 200"),
        ("stat=failed", "stat", "unknown parameter"),
        ("type=a&type=b", "type", "more than once"),
    ] {
        let why = app
            .get(&format!("{EVENTS}?{query}"))
            .await
            .problem(400, "invalid_query", field);
        assert!(why.contains(part), "{query}: {why}");
    }
}
