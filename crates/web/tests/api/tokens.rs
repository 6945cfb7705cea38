//! Who may do what: tokens, their scopes, their end.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::app::App;

#[tokio::test]
async fn without_a_valid_token_nothing_is_told_and_nothing_stored() {
    let app = App::acme().await;
    let before = app.stored().await;
    let unknown = format!("Bearer bw_{}", "A".repeat(43));
    for value in [
        None,
        Some("Bearer"),
        Some("Basic YTpi"),
        Some("Bearer nonsense"),
        Some(&unknown),
    ] {
        for (method, path) in [
            (Method::POST, "/organizations/acme/events"),
            (Method::GET, "/organizations/acme"),
            (Method::GET, "/organizations/other"),
            (Method::GET, "/tokens"),
        ] {
            let mut request = Request::builder()
                .method(method)
                .uri(format!("/api/v1{path}"));
            if let Some(value) = value {
                request = request.header("authorization", value);
            }
            let answer = app.send(request.body(Body::from("{}")).unwrap()).await;
            answer.problem(401, "unauthenticated", "");
            assert_eq!(
                answer.headers["www-authenticate"],
                "Bearer realm=\"bellwire\""
            );
        }
    }
    assert_eq!(app.stored().await, before);
}

#[tokio::test]
async fn a_token_is_made_shown_once_listed_and_revoked() {
    let app = App::acme().await;
    let made = app
        .post(
            "/tokens",
            json!({"name": "producer", "organization": "acme"}),
        )
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("bw_"));
    assert_eq!(made["organization"], "acme");
    app.get_as(secret, "/organizations/acme").await.expect(200);

    let listed = app.get("/tokens").await;
    assert!(!listed.text.contains(secret));
    let listed = listed.expect(200);
    assert_eq!(listed["items"][0]["id"], made["id"]);
    assert_eq!(listed["items"][1]["organization"], Value::Null);
    let of_acme = app.get("/tokens?organization=acme").await.expect(200);
    assert_eq!(of_acme["items"].as_array().unwrap().len(), 1);

    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    app.delete(&path).await.expect(204);
    app.get_as(secret, "/organizations/acme")
        .await
        .problem(401, "unauthenticated", "");
    app.delete(&path).await.problem(404, "not_found", "");
    let listed = app.get("/tokens").await.expect(200);
    assert_eq!(listed["items"][0]["revoked_at"], "2025-11-21T08:00:00Z");
}

#[tokio::test]
async fn tokens_are_paged() {
    let app = App::acme().await;
    for name in ["a", "b", "c"] {
        app.post("/tokens", json!({"name": name})).await.expect(201);
    }
    let first = app.get("/tokens?limit=3").await.expect(200);
    let names: Vec<&str> = first["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["c", "b", "a"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/tokens?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second["items"][0]["name"], "ops");
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn to_an_organizations_token_others_do_not_exist_and_the_platform_is_closed() {
    let app = App::acme().await;
    app.kit.organization("other", "standard").await;
    let webhook = app.webhook(json!({})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let token = app.token_of("other").await;
    let before = app.stored().await;

    for path in [
        "/organizations/acme".to_owned(),
        "/organizations/nobody".to_owned(),
        "/organizations/acme/webhooks".to_owned(),
        format!("/organizations/acme/webhooks/{webhook}"),
        format!("/organizations/acme/events/{event}"),
        format!("/organizations/other/webhooks/{webhook}"),
        format!("/organizations/other/events/{event}"),
    ] {
        app.get_as(&token, &path)
            .await
            .problem(404, "not_found", "");
    }
    for (method, path) in [
        (Method::POST, "/organizations/acme/events"),
        (Method::PATCH, "/organizations/acme"),
        (Method::DELETE, "/organizations/acme"),
    ] {
        let answer = app.send_as(&token, method, path, &json!({})).await;
        answer.problem(404, "not_found", "");
    }
    for (method, path) in [
        (Method::POST, "/organizations"),
        (Method::DELETE, "/organizations/other"),
        (Method::POST, "/event-types"),
        (Method::DELETE, "/event-types/a.b"),
        (Method::GET, "/tokens"),
        (Method::POST, "/tokens"),
    ] {
        let answer = app.send_as(&token, method, path, &json!({})).await;
        answer.problem(403, "forbidden", "");
    }
    assert_eq!(app.stored().await, before);

    let seen = app.get_as(&token, "/organizations").await.expect(200);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen["items"][0]["id"], "other");
    app.get_as(&token, "/event-types").await.expect(200);
    let body = json!({"type": "a.b", "data": 1});
    app.send_as(&token, Method::POST, "/organizations/other/events", &body)
        .await
        .expect(202);
}

#[tokio::test]
async fn a_token_ends_with_its_organization() {
    let app = App::acme().await;
    let token = app.token_of("acme").await;
    app.get_as(&token, "/organizations/acme").await.expect(200);
    app.delete("/organizations/acme").await.expect(204);
    app.get_as(&token, "/organizations/acme")
        .await
        .problem(401, "unauthenticated", "");
}
