//! What a customer chooses for a webhook, and what it gets by that: through the API, as the forms of
//! the portal will.

use serde_json::{Value, json};

use crate::app::App;

const ACTIONS: [&str; 3] = ["new", "update", "delete"];

/// How many webhooks an event goes to.
async fn matched(app: &App, event_type: &str, channels: &[&str]) -> Value {
    let event = json!({"type": event_type, "channels": channels, "data": {"id": 7}});
    let accepted = app.post("/organizations/acme/events", event).await;
    accepted.expect(202)["matched"].clone()
}

/// EVI-8 to EVI-10: name, active or not, URL. EVI-11: each trigger is switched on by itself.
#[tokio::test]
async fn each_trigger_is_switched_on_by_itself() {
    let app = App::acme().await;
    let id = app
        .webhook(json!({
            "name": "CRM", "url": "https://hooks.example/crm", "profile": "eventinsight",
            "event_types": ["user.new", "company.delete"]
        }))
        .await;
    for entity in ["user", "company"] {
        for action in ACTIONS {
            let trigger = format!("{entity}.{action}");
            let on = ["user.new", "company.delete"].contains(&trigger.as_str());
            assert_eq!(
                matched(&app, &trigger, &[]).await,
                u32::from(on),
                "{trigger}"
            );
        }
    }
    let path = format!("/organizations/acme/webhooks/{id}");
    let off = app
        .patch(&path, json!({"enabled": false}))
        .await
        .expect(200);
    assert_eq!(
        (&off["name"], &off["url"], &off["enabled"]),
        (
            &json!("CRM"),
            &json!("https://hooks.example/crm"),
            &json!(false)
        )
    );
    assert_eq!(matched(&app, "user.new", &[]).await, 0);
}

/// EVI-12: the chosen conferences, beside the triggers; none chosen means all.
#[tokio::test]
async fn chosen_conferences_are_a_second_filter() {
    let app = App::acme().await;
    let id = app
        .webhook(json!({
            "name": "CRM", "profile": "eventinsight", "event_types": ["user.*"],
            "channels": ["conference:42"]
        }))
        .await;
    assert_eq!(matched(&app, "user.new", &["conference:42"]).await, 1);
    assert_eq!(matched(&app, "user.new", &["conference:43"]).await, 0);
    assert_eq!(matched(&app, "company.new", &["conference:42"]).await, 0);
    let path = format!("/organizations/acme/webhooks/{id}");
    app.patch(&path, json!({"channels": []})).await.expect(200);
    assert_eq!(matched(&app, "user.new", &["conference:43"]).await, 1);
}

/// WNK-3, WNK-4: a new webhook with its name. WNK-7: events chosen from a list; none means all.
#[tokio::test]
async fn no_chosen_event_means_all() {
    let app = App::acme().await;
    let id = app
        .webhook(json!({"name": "Bookings", "profile": "wink", "channels": ["account:cool"]}))
        .await;
    assert_eq!(matched(&app, "booking.created", &["account:cool"]).await, 1);
    assert_eq!(
        matched(&app, "booking.cancelled", &["account:cool"]).await,
        1
    );
    let path = format!("/organizations/acme/webhooks/{id}");
    let chosen = json!({"event_types": ["booking.created"]});
    let changed = app.patch(&path, chosen).await.expect(200);
    assert_eq!(changed["name"], "Bookings");
    assert_eq!(matched(&app, "booking.created", &["account:cool"]).await, 1);
    assert_eq!(
        matched(&app, "booking.cancelled", &["account:cool"]).await,
        0
    );
}
