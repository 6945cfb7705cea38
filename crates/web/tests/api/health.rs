//! Health, metrics, and what happens while the store cannot write.

use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use crate::app::{Answer, App};

async fn bare(app: &App, path: &str) -> Answer {
    app.send(Request::get(path).body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn a_server_that_lives_and_can_write_says_so_to_anybody() {
    let app = App::new().await;
    assert_eq!(
        bare(&app, "/health/live").await.expect(200),
        json!({"status": "ok"})
    );
    assert_eq!(
        bare(&app, "/health/ready").await.expect(200),
        json!({"status": "ok"})
    );
}

/// A database that may not grow stands for a full disk: 503 with a reason, nothing stored, nothing
/// lost, and events are taken again when there is room.
#[tokio::test]
async fn a_full_store_answers_503_and_is_not_ready() {
    let app = App::with(|options| options.max_size_mib = Some(2), <_>::default()).await;
    app.kit.organization("acme", "standard").await;
    let body = json!({"type": "a.b", "data": "x".repeat(500_000)}).to_string();
    let mut accepted = Vec::new();
    let refused = loop {
        assert!(accepted.len() < 20, "the store never became full");
        let answer = app
            .raw(Method::POST, "/organizations/acme/events", body.clone())
            .await;
        if answer.status != 202 {
            break answer;
        }
        accepted.push(answer.json()["id"].as_str().unwrap().to_owned());
    };
    refused.problem(503, "unavailable", "");
    assert_eq!(refused.headers["retry-after"], "1");
    let listed = app.get("/organizations/acme/events").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), accepted.len());
    for id in accepted {
        app.get(&format!("/organizations/acme/events/{id}"))
            .await
            .expect(200);
    }
    assert_eq!(bare(&app, "/health/live").await.status, 200);
}

#[tokio::test]
async fn a_store_that_is_closed_is_not_ready_and_says_why() {
    let app = App::acme().await;
    bare(&app, "/health/ready").await.expect(200);
    app.store.close().await;
    // Within a second of the last answer nobody asks the store again.
    bare(&app, "/health/ready").await.expect(200);
    app.kit.clock.advance(1_000_000);
    let reason = bare(&app, "/health/ready")
        .await
        .problem(503, "unavailable", "");
    assert!(!reason.is_empty());
    assert!(app.directory().exists());
    app.post(
        "/organizations/acme/events",
        json!({"type": "a.b", "data": 1}),
    )
    .await
    .problem(503, "unavailable", "");
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_events() {
    let app = App::acme().await;
    app.webhook(json!({})).await;
    let one = json!({"type": "a.b", "data": 1, "id": "x"});
    app.post(
        "/organizations/acme/events",
        json!([one, {"type": "a.c", "data": 2}]),
    )
    .await;
    app.post(
        "/organizations/acme/events",
        json!({"type": "a.b", "data": 1, "id": "x"}),
    )
    .await;
    app.get("/nowhere").await;
    let answer = bare(&app, "/metrics").await;
    assert_eq!(
        answer.headers["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    for line in [
        r#"bellwire_http_requests_total{method="POST",route="/api/v1/organizations/{org}/events",status="202"} 2"#,
        r#"bellwire_http_requests_total{method="GET",route="unknown",status="404"} 1"#,
        "bellwire_events_accepted_total 2",
        "bellwire_events_repeated_total 1",
        "bellwire_deliveries_matched_total 2",
        "bellwire_deliveries_pending 2",
    ] {
        assert!(
            answer.text.lines().any(|other| other == line),
            "{line}\n{}",
            answer.text
        );
    }
    assert!(answer.text.contains("\nbellwire_store_commits_total "));
    assert!(answer.text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn metrics_can_be_closed_to_all_but_the_platform() {
    let options = bellwire_web::Options {
        metrics_token: true,
        ..bellwire_web::Options::default()
    };
    let app = App::with(|_| {}, options).await;
    app.kit.organization("acme", "standard").await;
    bare(&app, "/metrics")
        .await
        .problem(401, "unauthenticated", "");
    for (token, status) in [
        (app.token_of("acme").await, 403),
        (app.platform.clone(), 200),
    ] {
        let request = Request::get("/metrics")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        assert_eq!(app.send(request).await.status, status);
    }
}
