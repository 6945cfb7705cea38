//! Statistics and failures: what was counted, who sees it, and what is refused.

use bellwire_core::{
    access::Role,
    ids::WebhookId,
    outcome::{Answer, Cause},
    policy::Next,
    time::SECOND,
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    deliveries::{attempted, first_delivery},
    visitors::{portal, send},
};

/// Folds what was counted.
async fn fold(app: &App) {
    use bellwire_core::ports::Statistics as _;
    while app.store.fold(app.kit.service.now()).await.unwrap().more {}
}

/// An event for one webhook, with these attempts a second apart; the last one is the end.
async fn sent(app: &App, event: Value, answers: &[Answer]) -> Value {
    let event = app.event(event).await;
    let delivery = first_delivery(app, &event).await;
    for (number, answer) in (1..).zip(answers) {
        let next = match (*answer, number == answers.len() as u32) {
            (Answer::Status(200), _) => Next::Deliver,
            (_, true) => Next::Fail,
            _ => Next::RetryAt(app.kit.service.now() + SECOND),
        };
        attempted(app, &delivery, number, *answer, next).await;
        app.kit.clock.advance(SECOND);
    }
    delivery
}

/// EVI-15: what happened at the webhooks, in numbers: exact at once, and the same when folded.
#[tokio::test]
async fn statistics_tell_counts_rate_and_latency_in_steps_and_groups() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let timeout = Answer::None(Cause::FirstByteTimeout);
    sent(
        &app,
        json!({"type": "a.b", "data": 1}),
        &[timeout, Answer::Status(200)],
    )
    .await;
    sent(
        &app,
        json!({"type": "a.c", "data": 1}),
        &[Answer::Status(503)],
    )
    .await;
    let path = "/organizations/acme/statistics?step=hour&group_by=class\
                &since=2025-11-21T07:10:00Z&until=2025-11-21T08:10:00Z";
    let before = app.get(path).await.expect(200);
    fold(&app).await;
    let answer = app.get(path).await.expect(200);
    assert_eq!(answer, before);
    assert_eq!(answer["since"], "2025-11-21T07:00:00Z");
    assert_eq!(answer["until"], "2025-11-21T09:00:00Z");
    assert_eq!(answer["step"], "hour");
    let totals = &answer["totals"];
    assert_eq!(
        json!([
            totals["attempts"],
            totals["delivered"],
            totals["failed"],
            totals["exhausted"]
        ]),
        json!([3, 1, 2, 1])
    );
    assert!((totals["success_rate"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    // Each took 30.25 ms.
    let latency = &totals["latency_ms"];
    assert_eq!(
        (&latency["mean"], &latency["max"]),
        (&json!(30.25), &json!(30.25))
    );
    for part in ["p50", "p95", "p99"] {
        let told = latency[part].as_f64().unwrap();
        assert!((told - 30.25).abs() <= 30.25 / 16.0, "{part}: {told}");
    }
    let steps = answer["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2);
    assert_eq!(
        (
            &steps[0]["at"],
            &steps[0]["attempts"],
            &steps[0]["success_rate"]
        ),
        (&json!("2025-11-21T07:00:00Z"), &json!(0), &json!(null))
    );
    assert_eq!(steps[1]["attempts"], 3);
    let classes: Vec<_> = answer["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            (
                group["class"].as_str().unwrap(),
                group["totals"]["attempts"].as_u64(),
            )
        })
        .collect();
    assert_eq!(classes.len(), 3);
    for class in ["2xx", "5xx", "timeout"] {
        assert!(classes.contains(&(class, Some(1))), "{classes:?}");
    }

    // By webhook, by type, of one webhook, of the platform.
    let by_webhook = app
        .get("/organizations/acme/statistics?group_by=webhook")
        .await;
    let group = &by_webhook.expect(200)["groups"][0];
    assert_eq!(group["webhook_id"], json!(webhook));
    assert_eq!(group["totals"]["attempts"], 3);
    assert_eq!(group["steps"].as_array().unwrap().len(), 1);
    let path = format!("/organizations/acme/webhooks/{webhook}/statistics?type=a.c");
    assert_eq!(app.get(&path).await.expect(200)["totals"]["attempts"], 1);
    let platform = app
        .get("/statistics?group_by=organization")
        .await
        .expect(200);
    assert_eq!(platform["totals"]["attempts"], 3);
    assert_eq!(platform["groups"][0]["organization"], "acme");
}

/// ADV-10: what fails, since when, how often, and why: the status, or that nobody answered in time.
#[tokio::test]
async fn failures_are_grouped_by_webhook_and_result_with_an_example() {
    let app = App::acme().await;
    let webhook = app.webhook(json!({})).await;
    let timeout = Answer::None(Cause::FirstByteTimeout);
    let unavailable = Answer::Status(503);
    let first = sent(
        &app,
        json!({"type": "a.b", "data": 1}),
        &[unavailable, unavailable, Answer::Status(200)],
    )
    .await;
    let last = sent(&app, json!({"type": "a.b", "data": 1}), &[timeout]).await;
    for folded in [false, true] {
        if folded {
            fold(&app).await;
        }
        let path = "/organizations/acme/failures?since=2025-11-21T08:00:00Z\
                    &until=2025-11-21T08:10:00Z";
        let failures = app.get(path).await.expect(200);
        assert_eq!(
            (&failures["count"], &failures["group_count"]),
            (&json!(3), &json!(2))
        );
        assert_eq!(failures["step_s"], 60);
        let groups = failures["groups"].as_array().unwrap();
        // Newest first.
        let group = &groups[0];
        assert_eq!(
            (&group["cause"], &group["status"]),
            (&json!("first_byte_timeout"), &json!(null))
        );
        assert_eq!(
            (&group["class"], &group["exhausted"]),
            (&json!("timeout"), &json!(1))
        );
        assert_eq!(group["example"]["delivery_id"], last["id"]);
        assert_eq!(group["example"]["event_id"], last["event_id"]);
        let group = &groups[1];
        assert_eq!(group["webhook_id"], json!(webhook));
        assert_eq!(
            (&group["status"], &group["cause"]),
            (&json!(503), &json!(null))
        );
        assert_eq!(
            (&group["count"], &group["exhausted"]),
            (&json!(2), &json!(0))
        );
        assert_eq!(group["first_at"], "2025-11-21T08:00:00Z");
        assert_eq!(group["last_at"], "2025-11-21T08:00:01Z");
        assert_eq!(group["trend"], json!([2, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(group["example"]["number"], 2);
        assert_eq!(group["example"]["delivery_id"], first["id"]);
        let diagnosis = &group["example"]["diagnosis"];
        assert!(
            diagnosis["summary"].as_str().unwrap().contains("503"),
            "{diagnosis}"
        );
        let url = group["example"]["url"].as_str().unwrap();
        let event = app
            .get(url.strip_prefix("/api/v1").unwrap())
            .await
            .expect(200);
        assert_eq!(event["id"], first["event_id"]);
        let most = app
            .get(&format!("{path}&sort=count&limit=1"))
            .await
            .expect(200);
        assert_eq!(most["groups"][0]["status"], 503);
        assert_eq!(most["groups"].as_array().unwrap().len(), 1);
        assert_eq!(most["group_count"], 2);
    }
    let path = format!("/organizations/acme/failures?webhook={webhook}");
    assert_eq!(app.get(&path).await.expect(200)["count"], 3);
}

/// A customer who came for some channels sees the numbers of their webhooks, and no others.
#[tokio::test]
async fn a_restricted_customer_sees_numbers_of_their_own_webhooks_only() {
    let app = App::acme().await;
    for key in ["account:a", "account:b"] {
        let channel = json!({"key": key, "label": key});
        app.post("/organizations/acme/channels", channel)
            .await
            .expect(201);
    }
    let mut webhooks = Vec::new();
    for key in ["account:a", "account:b"] {
        let body = json!({"url": format!("https://hooks.example/{key}"), "channels": [key]});
        webhooks.push(app.webhook(body).await);
        let event = json!({"type": "a.b", "data": 1, "channels": [key]});
        sent(&app, event, &[Answer::Status(503)]).await;
    }
    let own = portal(&app, "acme", Role::Viewer, &["account:a"]).await;
    for folded in [false, true] {
        if folded {
            fold(&app).await;
        }
        let all = app.get("/organizations/acme/statistics").await.expect(200);
        assert_eq!(all["totals"]["attempts"], 2);
        for (path, pointer) in [
            ("/organizations/acme/statistics", "/totals/attempts"),
            (
                "/organizations/acme/statistics?group_by=webhook",
                "/totals/attempts",
            ),
            (
                "/organizations/acme/statistics?group_by=type",
                "/groups/0/totals/attempts",
            ),
            ("/organizations/acme/failures", "/count"),
        ] {
            let seen = send(&app, &own, Method::GET, path, &Value::Null)
                .await
                .expect(200);
            assert_eq!(seen.pointer(pointer), Some(&json!(1)), "{path}: {seen}");
            let text = seen.to_string();
            assert!(!text.contains(&webhooks[1]), "{path}: {text}");
        }
        let path = format!("/organizations/acme/webhooks/{}/statistics", webhooks[0]);
        let seen = send(&app, &own, Method::GET, &path, &Value::Null)
            .await
            .expect(200);
        assert_eq!(seen["totals"]["failed"], 1);
        for path in [
            format!("/organizations/acme/webhooks/{}/statistics", webhooks[1]),
            format!("/organizations/acme/statistics?webhook={}", webhooks[1]),
            format!("/organizations/acme/failures?webhook={}", webhooks[1]),
        ] {
            send(&app, &own, Method::GET, &path, &Value::Null)
                .await
                .expect(404);
        }
    }
}

/// What is no time, too long, or not kept is told with the parameter and what to do.
#[tokio::test]
async fn a_time_that_cannot_be_told_of_is_refused_with_its_parameter() {
    let app = App::acme().await;
    for (query, parameter, part) in [
        (
            "since=2025-11-21T08:00:00Z&until=2025-11-21T08:00:00Z",
            "until",
            "later time",
        ),
        (
            "since=2025-11-22T08:00:00Z&until=2025-11-21T08:00:00Z",
            "until",
            "later time",
        ),
        ("since=yesterday", "since", "RFC 3339"),
        ("step=second", "step", "`minute`, `hour`, `day`"),
        ("step=minute&since=2025-11-19T09:00:00Z", "step", "1500"),
        (
            "step=minute&since=2025-11-10T09:00:00Z&until=2025-11-10T10:00:00Z",
            "since",
            "step=hour",
        ),
        ("group_by=weather", "group_by", "`webhook`"),
        ("group_by=organization", "group_by", "`class`"),
        ("webhooks=1", "webhooks", "unknown parameter"),
    ] {
        let path = format!("/organizations/acme/statistics?{query}");
        let problem = app.get(&path).await.expect(400);
        assert_eq!(problem["code"], "invalid_query", "{query}");
        assert_eq!(problem["errors"][0]["field"], parameter, "{query}");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(part), "{query}: {message}");
    }
    for (query, parameter) in [
        (
            "since=2025-11-22T08:00:00Z&until=2025-11-21T08:00:00Z",
            "until",
        ),
        ("sort=weather", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("webhook=x", "webhook"),
    ] {
        let path = format!("/organizations/acme/failures?{query}");
        let problem = app.get(&path).await.expect(400);
        assert_eq!(problem["errors"][0]["field"], parameter, "{query}");
    }
    let nobody = WebhookId::from_bytes([9; 16]);
    app.get(&format!("/organizations/acme/webhooks/{nobody}/statistics"))
        .await
        .expect(404);
    app.get(&format!("/organizations/acme/statistics?webhook={nobody}"))
        .await
        .expect(404);
    app.get(&format!("/organizations/acme/failures?webhook={nobody}"))
        .await
        .expect(404);
}
