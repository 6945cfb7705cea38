//! The names of Bellwire's own events, and that of usage: in every catalogue, nobody's to post, define
//! or change.

use bellwire_core::{own_event::Kind, usage};
use serde_json::json;

use crate::app::App;

fn reserved() -> impl Iterator<Item = &'static str> {
    Kind::ALL
        .into_iter()
        .map(Kind::as_str)
        .chain([usage::EVENT_TYPE])
}

#[tokio::test]
async fn nobody_posts_an_event_of_a_reserved_name() {
    let app = App::acme().await;
    for name in reserved() {
        let one = json!({"type": name, "data": {}});
        let refused = app
            .post("/organizations/acme/events", one)
            .await
            .expect(422);
        assert_eq!(refused["code"], "invalid_request");
        assert_eq!(refused["errors"][0]["field"], "type");
        let message = refused["errors"][0]["message"].as_str().unwrap();
        for name in reserved() {
            assert!(message.contains(name), "{message}");
        }
    }
    let yours = json!({"type": "delivery.shipped", "data": {}});
    app.post("/organizations/acme/events", yours)
        .await
        .expect(202);
}

#[tokio::test]
async fn every_catalogue_has_them_and_none_can_change_them() {
    let app = App::acme().await;
    for catalogue in ["/event-types", "/organizations/acme/event-types"] {
        let listed = app.get(catalogue).await.expect(200);
        for name in reserved() {
            let entry = listed["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|entry| entry["name"] == name)
                .unwrap_or_else(|| panic!("{name} is not in {listed}"));
            assert!(entry["schema"].is_object() && entry["example"].is_object());
            assert!(!entry["description"].as_str().unwrap().is_empty());
        }
        for name in ["webhook.failing", usage::EVENT_TYPE] {
            let refused = app.post(catalogue, json!({"name": name})).await.expect(422);
            assert_eq!(refused["errors"][0]["field"], "name");
            let path = format!("{catalogue}/{name}");
            let renamed = json!({"description": "mine"});
            let refused = app.patch(&path, renamed).await.expect(409);
            assert_eq!(refused["code"], "own_event_type");
            let refused = app.delete(&path).await.expect(409);
            assert_eq!(refused["code"], "own_event_type");
        }
    }
}

/// A test of a type sends its example; without one, and without data, there is nothing to send.
#[tokio::test]
async fn a_test_needs_a_known_type_with_an_example_or_data() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let path = format!("/organizations/acme/webhooks/{webhook}/test");
    let sent = app
        .post(&path, json!({"type": "webhook.failing"}))
        .await
        .expect(202);
    let event = format!(
        "/organizations/acme/events/{}",
        sent["event_id"].as_str().unwrap()
    );
    let event = app.get(&event).await.expect(200);
    assert_eq!(event["data"]["organization"], "acme");

    let refused = app.post(&path, json!({"type": "a.b"})).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "type");
    app.post(&path, json!({"type": "a.b", "data": 1}))
        .await
        .expect(202);
    let bare = json!({"name": "a.b"});
    app.post("/organizations/acme/event-types", bare)
        .await
        .expect(201);
    let refused = app.post(&path, json!({"type": "a.b"})).await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "data");
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("add one"), "{message}");
}
