//! What the API shows of data that is gone, and of the space that the rest takes.

use bellwire_core::{
    ports::{Retain as _, Retention},
    time::{DAY, HOUR},
};
use serde_json::{Value, json};

use crate::app::App;

const EVENTS: &str = "/organizations/acme/events";

/// Removes what is older than an hour of data.
async fn remove_payloads(app: &App) {
    let limits = Retention {
        payloads: Some(HOUR),
        ..Retention::default()
    };
    let mut removed = 0;
    loop {
        let step = app.store.retain(&limits, app.kit.service.now()).await;
        let step = step.unwrap();
        removed += step.removed.payloads;
        if !step.more {
            break;
        }
    }
    assert_eq!(removed, 1);
}

#[tokio::test]
async fn an_event_without_its_data_says_so_and_cannot_be_sent_again() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": null})).await;
    let shown = app.get(&format!("{EVENTS}/{event}")).await.expect(200);
    assert_eq!(
        (&shown["data"], &shown["data_removed_by"]),
        (&Value::Null, &Value::Null),
        "null is data too"
    );
    let delivery = shown["deliveries"][0]["id"].as_str().unwrap().to_owned();
    app.post(
        &format!("/organizations/acme/deliveries/{delivery}/cancel"),
        json!({}),
    )
    .await
    .expect(200);
    app.kit.clock.advance(DAY);
    remove_payloads(&app).await;

    let shown = app.get(&format!("{EVENTS}/{event}")).await.expect(200);
    assert_eq!(shown["data"], Value::Null);
    assert_eq!(shown["data_removed_by"], "retention.payloads");
    assert_eq!(shown["type"], "a.b");
    assert_eq!(shown["deliveries"][0]["state"], "cancelled");
    let list = app.get(EVENTS).await.expect(200);
    assert_eq!(list["items"][0]["id"], event);
    let before = app.stored().await;
    for (path, body) in [
        (format!("{EVENTS}/{event}/resend"), json!({})),
        (
            format!("{EVENTS}/{event}/resend"),
            json!({"webhook_id": webhook}),
        ),
        (
            format!("/organizations/acme/deliveries/{delivery}/resend"),
            json!({}),
        ),
    ] {
        let detail = app
            .post(&path, body)
            .await
            .problem(409, "payload_removed", "");
        assert!(detail.contains("retention.payloads"), "{detail}");
    }
    assert_eq!(app.stored().await, before);
    // A test brings its own data.
    app.post(
        &format!("/organizations/acme/webhooks/{webhook}/test"),
        json!({}),
    )
    .await
    .expect(202);
}

#[tokio::test]
async fn storage_is_for_the_platform_and_names_what_is_in_force() {
    let web = bellwire_web::Options {
        retention: Retention {
            events: Some(90 * DAY),
            attempts: Some(36 * HOUR),
            ..Retention::default()
        },
        ..bellwire_web::Options::default()
    };
    let app = App::with(|_| {}, web).await;
    app.kit.organization("acme", "standard").await;
    let empty = app.get("/storage").await.expect(200);
    assert_eq!(empty["oldest_day"], Value::Null);
    app.event(json!({"type": "a.b", "data": "x".repeat(10_000)}))
        .await;
    let storage = app.get("/storage").await.expect(200);
    assert_eq!(storage["store"], "sqlite");
    assert_eq!(
        storage["retention"],
        json!({"events_s": 7_776_000, "payloads_s": null, "audit_s": null, "attempts_s": 129_600})
    );
    let lines = storage["lines"].as_array().unwrap();
    let whats: Vec<&str> = lines
        .iter()
        .map(|line| line["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        whats,
        [
            "events",
            "payloads",
            "deliveries",
            "attempts",
            "indexes",
            "free"
        ]
    );
    assert_eq!(lines[0]["count"], 1);
    assert!(lines[1]["bytes"].as_u64().unwrap() >= 10_000);
    let sum: u64 = lines
        .iter()
        .map(|line| line["bytes"].as_u64().unwrap())
        .sum();
    assert_eq!(storage["total_bytes"], sum);
    assert_eq!(storage["oldest_day"], storage["newest_day"]);
    let token = app.token_of("acme").await;
    app.get_as(&token, "/storage")
        .await
        .problem(403, "forbidden", "");
}
