//! The audit log, read and exported.

use bellwire_core::{access::Role, time::SECOND};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App},
    browser::{Browser, acme, acme_with},
};

const WEBHOOKS: &str = "/organizations/acme/webhooks";

fn actions(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect()
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    answer
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_change_tells_who_what_when_before_and_after_without_secrets() {
    let (app, id) = acme_with("ann@example.com", Role::Editor).await;
    let mut ann = Browser::signed_in(&app, "ann@example.com").await;
    let hook = json!({
        "url": "https://hooks.example/a",
        "name": "Desk",
        "headers": {"x-key": "nobody reads this"},
    });
    let made = ann
        .api(&app, Method::POST, WEBHOOKS, &hook)
        .await
        .expect(201);
    let path = format!("{WEBHOOKS}/{}", made["id"].as_str().unwrap());
    app.kit.clock.advance(SECOND);
    ann.api(&app, Method::PATCH, &path, &json!({"name": "Front desk"}))
        .await
        .expect(200);

    let answer = app
        .get("/organizations/acme/audit?action=webhook.updated")
        .await;
    assert!(
        !answer.text.contains("nobody reads this"),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("whsec_"), "{}", answer.text);
    let page = answer.expect(200);
    let entry = &page["items"][0];
    assert_eq!(entry["at"], "2025-11-21T08:00:01Z");
    assert_eq!(entry["organization"], "acme");
    assert_eq!(entry["actor"]["kind"], "user");
    assert_eq!(entry["actor"]["id"], json!(id));
    assert_eq!(entry["actor"]["name"], "ann@example.com");
    assert!(entry["actor"]["request_id"].is_string());
    assert_eq!(entry["subject"], made["id"]);
    assert_eq!(entry["label"], "Front desk");
    assert_eq!(entry["before"]["name"], "Desk");
    assert_eq!(entry["after"]["name"], "Front desk");
    assert_eq!(entry["after"]["headers"], json!({"x-key": "***"}));
}

#[tokio::test]
async fn entries_are_found_by_who_what_to_which_and_when() {
    let app = acme().await;
    let hook = app.webhook(json!({})).await;
    app.kit.clock.advance(SECOND);
    let token = app.token_of("acme").await;
    let other = json!({"url": "https://hooks.example/b"});
    app.send_as(&token, Method::POST, WEBHOOKS, &other)
        .await
        .expect(201);
    let found = async |query: &str| {
        let page = app.get(&format!("/organizations/acme/audit?{query}")).await;
        page.expect(200)
    };
    assert_eq!(
        actions(&found("").await),
        [
            "webhook.created",
            "token.created",
            "webhook.created",
            "organization.created"
        ]
    );
    assert_eq!(actions(&found("action=webhook.").await).len(), 2);
    assert_eq!(actions(&found("actor=producer").await), ["webhook.created"]);
    let of_hook = found(&format!("subject={hook}")).await;
    assert_eq!(of_hook["items"][0]["actor"]["name"], "ops");
    assert_eq!(actions(&found("since=2025-11-21T08:00:01Z").await).len(), 2);
    assert_eq!(actions(&found("until=2025-11-21T08:00:01Z").await).len(), 2);
    assert_eq!(actions(&found("action=webhook.deleted").await).len(), 0);

    for (query, parameter) in [
        ("since=yesterday", "since"),
        ("who=ann", "who"),
        ("limit=0", "limit"),
    ] {
        app.get(&format!("/organizations/acme/audit?{query}"))
            .await
            .problem(400, "invalid_query", parameter);
    }
    app.get("/audit/export?limit=3")
        .await
        .problem(400, "invalid_query", "limit");
}

#[tokio::test]
async fn pages_follow_each_other_and_an_organization_sees_its_own() {
    let app = acme().await;
    app.kit.organization("other", "standard").await;
    app.webhook(json!({})).await;
    let all = app.get("/audit").await.expect(200);
    let mut followed = Vec::new();
    let mut path = "/audit?limit=2".to_owned();
    loop {
        let page = app.get(&path).await.expect(200);
        followed.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/audit?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(all["items"], json!(followed));
    assert!(
        followed
            .iter()
            .any(|entry| entry["organization"] == "other")
    );
    assert!(
        followed
            .iter()
            .any(|entry| entry["organization"] == Value::Null)
    );

    let token = app.token_of("acme").await;
    let own = app
        .get_as(&token, "/organizations/acme/audit")
        .await
        .expect(200);
    for entry in own["items"].as_array().unwrap() {
        assert_eq!(entry["organization"], "acme");
    }
    app.get_as(&token, "/organizations/other/audit")
        .await
        .problem(404, "not_found", "");
    app.get_as(&token, "/audit")
        .await
        .problem(403, "forbidden", "");
    app.get_as(&token, "/organizations/other/audit/export")
        .await
        .problem(404, "not_found", "");
}

#[tokio::test]
async fn an_export_has_every_entry_as_a_line() {
    let app = acme().await;
    for n in 0..600 {
        let body = json!({"key": format!("account:{n}")});
        app.post("/organizations/acme/channels", body)
            .await
            .expect(201);
    }
    let all = lines(&app.get("/organizations/acme/audit/export").await);
    // The organization itself, and more than are read at a time.
    assert_eq!(all.len(), 601);
    assert_eq!(all[0]["subject"], "account:599");
    assert_eq!(all[600]["action"], "organization.created");
    let listed = app
        .get("/organizations/acme/audit?limit=100")
        .await
        .expect(200);
    assert_eq!(listed["items"].as_array().unwrap()[..], all[..100]);
    let some = lines(&app.get("/audit/export?action=organization.").await);
    assert_eq!(some.len(), 1);
    assert_eq!(lines(&app.get("/audit/export?actor=nobody").await).len(), 0);
}

/// Signing in is in the log; failing to is not: nobody may be able to flood it.
#[tokio::test]
async fn people_who_come_and_go_are_in_the_log_of_the_platform() {
    let (app, _) = acme_with("ann@example.com", Role::Editor).await;
    let mut ann = Browser::signed_in(&app, "ann@example.com").await;
    Browser::default()
        .sign_in(&app, "ann@example.com", "wrong")
        .await
        .problem(401, "unauthenticated", "");
    ann.api(&app, Method::DELETE, "/session", &Value::Null)
        .await
        .expect(204);
    assert_eq!(
        user_actions(&app).await,
        ["user.signed_out", "user.signed_in", "user.created"]
    );
}

async fn user_actions(app: &App) -> Vec<String> {
    let page = app.get("/audit?action=user.").await.expect(200);
    actions(&page).into_iter().map(str::to_owned).collect()
}
