//! Members, as their organization manages them; and ADV-2.

use bellwire_core::access::Role;
use http::Method;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, acme, acme_with, text_of},
    visitors::{self, PASSWORD},
};

const MEMBERS: &str = "/organizations/acme/members";

#[tokio::test]
async fn an_organizations_admin_takes_people_in_and_out() {
    let (app, _) = acme_with("ann@example.com", Role::Admin).await;
    let mut ann = Browser::signed_in(&app, "ann@example.com").await;
    let ben = json!({"email": "ben@example.com", "name": "Ben", "role": "viewer"});
    let added = ann.api(&app, Method::POST, MEMBERS, &ben).await.expect(201);
    assert_eq!(
        (&added["role"], &added["name"]),
        (&json!("viewer"), &json!("Ben"))
    );
    let link = text_of(added["password_link"].as_str().unwrap(), "password");
    let body = json!({"link": link, "password": PASSWORD});
    app.post("/password", body).await.expect(200);
    ann.api(&app, Method::POST, MEMBERS, &ben)
        .await
        .problem(409, "already_member", "");

    let listed = ann
        .get(&app, &format!("{MEMBERS}?limit=1"))
        .await
        .expect(200);
    assert_eq!(listed["items"][0]["email"], "ann@example.com");
    let cursor = listed["next_cursor"].as_str().unwrap();
    let listed = ann
        .get(&app, &format!("{MEMBERS}?limit=1&cursor={cursor}"))
        .await;
    assert_eq!(listed.expect(200)["items"][0]["email"], "ben@example.com");

    let mut ben = Browser::signed_in(&app, "ben@example.com").await;
    ben.get(&app, MEMBERS).await.problem(403, "forbidden", "");
    let path = format!("{MEMBERS}/{}", added["id"].as_str().unwrap());
    let change = json!({"role": "admin"});
    ben.api(&app, Method::PATCH, &path, &change)
        .await
        .problem(403, "forbidden", "");
    let changed = ann
        .api(&app, Method::PATCH, &path, &change)
        .await
        .expect(200);
    assert_eq!(changed["role"], "admin");
    let mut ben = Browser::signed_in(&app, "ben@example.com").await;
    ben.get(&app, MEMBERS).await.expect(200);

    ann.api(&app, Method::DELETE, &path, &Value::Null)
        .await
        .expect(204);
    ann.api(&app, Method::DELETE, &path, &Value::Null)
        .await
        .problem(404, "not_found", "");
    let mut ben = Browser::signed_in(&app, "ben@example.com").await;
    ben.get(&app, MEMBERS).await.problem(404, "not_found", "");
}

#[tokio::test]
async fn a_user_of_another_organization_is_nobody_here_until_they_are_taken_in() {
    let app = acme().await;
    app.kit.organization("other", "standard").await;
    let ann = visitors::user(&app, "ann@example.com", false, &[("other", Role::Admin)]).await;
    let path = format!("{MEMBERS}/{ann}");
    let unknown = format!("{MEMBERS}/00000000-0000-7000-8000-000000000000");
    let change = json!({"role": "viewer"});
    let told = app
        .patch(&path, change.clone())
        .await
        .problem(404, "not_found", "");
    assert_eq!(
        told,
        app.patch(&unknown, change)
            .await
            .problem(404, "not_found", "")
    );
    app.delete(&path).await.problem(404, "not_found", "");

    let body = json!({"email": "ann@example.com", "role": "viewer"});
    let added = app.post(MEMBERS, body).await.expect(201);
    assert_eq!(added["password_link"], Value::Null);
    let user = app.get(&format!("/users/{ann}")).await.expect(200);
    assert_eq!(user["memberships"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_a_member_is_named() {
    let app = acme().await;
    for (body, field) in [
        (json!({"email": "ann@example.com"}), "role"),
        (json!({"email": "ann@example.com", "role": "owner"}), "role"),
        (json!({"email": "ann", "role": "viewer"}), "email"),
        (
            json!({"email": "a@b.example", "role": "viewer", "operator": true}),
            "operator",
        ),
    ] {
        let answer = app.post(MEMBERS, body).await;
        answer.problem(422, "invalid_request", field);
    }
    let listed = app.get(MEMBERS).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

/// An organization's own tokens: with a role and an end, made and taken back by its admin.
#[tokio::test]
async fn an_organization_manages_its_own_tokens() {
    let (app, _) = acme_with("ann@example.com", Role::Admin).await;
    app.kit.organization("other", "standard").await;
    let mut ann = Browser::signed_in(&app, "ann@example.com").await;
    let tokens = "/organizations/acme/tokens";
    let body = json!({"name": "dashboard", "role": "viewer", "expires_in_s": 60});
    let made = ann.api(&app, Method::POST, tokens, &body).await.expect(201);
    assert_eq!(made["organization"], "acme");
    assert_eq!(
        (&made["role"], &made["expires_at"]),
        (&json!("viewer"), &json!("2025-11-21T08:01:00Z"))
    );
    let secret = made["secret"].as_str().unwrap();
    app.get_as(secret, "/organizations/acme").await.expect(200);
    let hook = json!({"url": "https://hooks.example/a"});
    app.send_as(secret, Method::POST, "/organizations/acme/webhooks", &hook)
        .await
        .problem(403, "forbidden", "");
    ann.api(&app, Method::POST, "/organizations/other/tokens", &body)
        .await
        .problem(404, "not_found", "");
    ann.api(&app, Method::POST, "/tokens", &body)
        .await
        .problem(403, "forbidden", "");
    for (body, field) in [
        (
            json!({"name": "x", "expires_in_s": 1, "expires_at": "2026-01-01T00:00:00Z"}),
            "expires_in_s",
        ),
        (
            json!({"name": "x", "expires_at": "2025-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (json!({"name": "x", "role": "owner"}), "role"),
        (
            json!({"name": "x", "organization": "other"}),
            "organization",
        ),
    ] {
        let answer = ann.api(&app, Method::POST, tokens, &body).await;
        answer.problem(422, "invalid_request", field);
    }

    let others = app
        .post(
            "/tokens",
            json!({"name": "others", "organization": "other"}),
        )
        .await
        .expect(201);
    let listed = ann.get(&app, tokens).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let path = |token: &Value| format!("{tokens}/{}", token["id"].as_str().unwrap());
    ann.api(&app, Method::DELETE, &path(&others), &Value::Null)
        .await
        .problem(404, "not_found", "");
    ann.api(&app, Method::DELETE, &path(&made), &Value::Null)
        .await
        .expect(204);
    app.get_as(secret, "/organizations/acme")
        .await
        .problem(401, "unauthenticated", "");
}

/// ADV-2: subscriptions are managed through the API with a token, and by a user who signed in on the
/// web with session and CSRF token: both do the same with the same things.
#[tokio::test]
async fn subscriptions_are_managed_by_api_and_by_somebody_on_the_web() {
    let (app, _) = acme_with("ann@example.com", Role::Editor).await;
    let mut ann = Browser::signed_in(&app, "ann@example.com").await;
    let webhooks = "/organizations/acme/webhooks";
    let hook = |name: &str| json!({"name": name, "url": format!("https://hooks.example/{name}")});

    let by_api = app.post(webhooks, hook("api")).await.expect(201);
    let on_web = ann
        .api(&app, Method::POST, webhooks, &hook("web"))
        .await
        .expect(201);
    assert_eq!(by_api["created_by"], "ops");
    assert_eq!(on_web["created_by"], "ann@example.com");
    let seen = ann.get(&app, webhooks).await.expect(200);
    assert_eq!(seen, app.get(webhooks).await.expect(200));
    assert_eq!(seen["items"].as_array().unwrap().len(), 2);

    // Each changes what the other made.
    let path = |hook: &Value| format!("{webhooks}/{}", hook["id"].as_str().unwrap());
    let changed = ann
        .api(
            &app,
            Method::PATCH,
            &path(&by_api),
            &json!({"enabled": false}),
        )
        .await
        .expect(200);
    assert_eq!(changed["updated_by"], "ann@example.com");
    let changed = app
        .patch(&path(&on_web), json!({"name": "renamed"}))
        .await
        .expect(200);
    assert_eq!(changed["updated_by"], "ops");
    ann.get(&app, &format!("{}/secret", path(&by_api)))
        .await
        .expect(200);
    ann.api(&app, Method::DELETE, &path(&by_api), &Value::Null)
        .await
        .expect(204);
    app.get(&path(&by_api)).await.problem(404, "not_found", "");
    app.delete(&path(&on_web)).await.expect(204);
    ann.get(&app, &path(&on_web))
        .await
        .problem(404, "not_found", "");

    // Without the CSRF token it was not her.
    ann.csrf = None;
    ann.api(&app, Method::POST, webhooks, &hook("forged"))
        .await
        .problem(403, "csrf", "");
    let left = app.get(webhooks).await.expect(200);
    assert_eq!(left["items"], json!([]));
}
