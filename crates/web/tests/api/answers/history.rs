//! What was changed of a webhook, when, and by whom.

use bellwire_core::{access::Role, time::SECOND};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    visitors::{PASSWORD, basic, portal, send, user},
};

fn path(webhook: &str) -> String {
    format!("/organizations/acme/webhooks/{webhook}")
}

/// EVI-13: each change with who, when, what it was and what it is, newest first; the revision is that
/// of attempts; nothing secret.
#[tokio::test]
async fn a_webhooks_changes_are_listed_newest_first() {
    let app = App::acme().await;
    user(&app, "ann@example.com", false, &[("acme", Role::Editor)]).await;
    user(&app, "vic@example.com", false, &[("acme", Role::Viewer)]).await;
    let webhook = app.webhook(json!({"headers": {"x-api-key": "hush"}})).await;
    let ann = basic("ann@example.com", PASSWORD);
    for body in [
        json!({"url": "https://hooks.example/new", "event_types": ["a.*"]}),
        json!({"headers": {"x-api-key": "hush hush"}}),
        json!({"enabled": false}),
    ] {
        app.kit.clock.advance(SECOND);
        let answer = send(&app, &ann, Method::PATCH, &path(&webhook), &body).await;
        answer.expect(200);
    }
    let rotate = format!("{}/secret/rotate", path(&webhook));
    app.post(&rotate, json!({})).await.expect(200);
    // These are no changes.
    app.get(&format!("{}/secret", path(&webhook)))
        .await
        .expect(200);
    app.post(&format!("{}/test", path(&webhook)), json!({}))
        .await
        .expect(202);

    let history = format!("{}/history", path(&webhook));
    let vic = basic("vic@example.com", PASSWORD);
    let answer = send(&app, &vic, Method::GET, &history, &Value::Null).await;
    let page = answer.expect(200);
    assert!(!answer.text.contains("hush") && !answer.text.contains("whsec_"));
    let items = page["items"].as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = items
        .iter()
        .map(|item| (&item["revision"], &item["action"]))
        .collect();
    assert_eq!(
        json!(shown),
        json!([
            [5, "webhook.secret_rotated"],
            [4, "webhook.updated"],
            [3, "webhook.updated"],
            [2, "webhook.updated"],
            [1, "webhook.created"]
        ])
    );
    let fields = |index: usize| -> Vec<&str> {
        let changes = items[index]["changes"].as_array().unwrap();
        changes
            .iter()
            .map(|change| change["field"].as_str().unwrap())
            .collect()
    };
    assert_eq!(fields(0), ["secrets"]);
    assert_eq!(fields(1), ["disabled", "enabled"]);
    assert_eq!(
        items[2]["changes"],
        json!([{
            "field": "headers", "before": {"x-api-key": "***"},
            "after": {"x-api-key": "*** (changed)"}
        }])
    );
    assert_eq!(
        items[3],
        json!({
            "id": items[3]["id"], "at": "2025-11-21T08:00:01Z",
            "by": {"kind": "user", "name": "ann@example.com"},
            "action": "webhook.updated", "revision": 2,
            "changes": [
                {"field": "event_types", "before": [], "after": ["a.*"]},
                {"field": "url", "before": "https://hooks.example/a",
                 "after": "https://hooks.example/new"}
            ]
        })
    );
    assert!(fields(4).is_empty());

    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(&format!("{history}?limit=2{cursor}")).await;
        let page = page.expect(200);
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, *items);
    let other = app.webhook(json!({"url": "https://hooks.example/o"})).await;
    let foreign = format!("{}/history?limit=2{cursor}", path(&other));
    app.get(&foreign)
        .await
        .problem(400, "invalid_cursor", "cursor");
    app.delete(&path(&webhook)).await.expect(204);
    let page = app.get(&history).await.expect(200);
    assert_eq!(page["items"][0]["action"], "webhook.deleted");
    assert_eq!(page["items"][0]["revision"], 6);
}

/// What a webhook was while it belonged to another customer is not told to this one.
#[tokio::test]
async fn a_customer_sees_the_history_of_their_own_time() {
    let app = App::acme().await;
    let webhook = app
        .webhook(json!({"channels": ["account:warm"], "url": "https://warm.example/secret-path"}))
        .await;
    for body in [
        json!({"url": "https://warm.example/other"}),
        json!({"channels": ["account:cool"], "url": "https://cool.example/"}),
        json!({"name": "Cool"}),
    ] {
        app.kit.clock.advance(SECOND);
        app.patch(&path(&webhook), body).await.expect(200);
    }
    let customer = portal(&app, "acme", Role::Viewer, &["account:cool"]).await;
    let history = format!("{}/history", path(&webhook));
    let answer = send(&app, &customer, Method::GET, &history, &Value::Null).await;
    let page = answer.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["revision"], 4);
    assert!(!answer.text.contains("warm"), "{}", answer.text);
    let former = portal(&app, "acme", Role::Viewer, &["account:warm"]).await;
    let answer = send(&app, &former, Method::GET, &history, &Value::Null).await;
    answer.problem(404, "not_found", "");
}
