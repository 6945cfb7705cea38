//! The exact bytes of an attempt, and the command that sends them again.

use std::process::{Command, Stdio};

use bellwire_core::{access::Role, outcome::Answer, time::SECOND};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    made::{attempt, delivery_of},
    visitors::{portal, send},
};

/// An event with what is easily spelled otherwise, its delivery, and the path of its attempts.
async fn sent(app: &App, webhook: Value) -> (String, Value, String) {
    let webhook = app.webhook(webhook).await;
    let body = r#"{"type":"a.b","data":{"z":1.10,"a":12345678901234567890,"text":"it's ü"}}"#;
    let accepted = app
        .raw(Method::POST, "/organizations/acme/events", body)
        .await
        .expect(202);
    let delivery = delivery_of(app, accepted["id"].as_str().unwrap()).await;
    let path = format!(
        "/organizations/acme/deliveries/{}/attempts",
        delivery["id"].as_str().unwrap()
    );
    (webhook, delivery, path)
}

/// EVI-13: the request of an attempt, byte for byte and proven, also after the webhook was changed.
#[tokio::test]
async fn the_bytes_of_an_attempt_are_made_again_and_proven() {
    let app = App::acme().await;
    let (webhook, delivery, path) = sent(&app, json!({"headers": {"x-api-key": "hush"}})).await;
    let first = attempt(&app, &delivery, 1, Answer::Status(500)).await;
    app.kit.clock.advance(SECOND);
    app.patch(
        &format!("/organizations/acme/webhooks/{webhook}"),
        json!({"profile": "advocate", "url": "https://hooks.example/b"}),
    )
    .await
    .expect(200);
    let second = attempt(&app, &delivery, 2, Answer::Status(500)).await;
    assert_ne!(first.body, second.body, "another profile, another body");
    for (number, sent, url) in [(1, &first, "/a"), (2, &second, "/b")] {
        let shown = app
            .get(&format!("{path}/{number}/request"))
            .await
            .expect(200);
        assert_eq!(shown["proven"], true, "{shown}");
        assert_eq!(shown["reason"], Value::Null);
        assert_eq!(shown["body"].as_str().unwrap().as_bytes(), sent.body);
        assert_eq!(shown["method"], "POST");
        assert_eq!(shown["url"], format!("https://hooks.example{url}"));
        assert_eq!(shown["revision"], number);
        let header = |name: &str| {
            let headers = shown["headers"].as_array().unwrap();
            headers
                .iter()
                .find(|header| header["name"] == name)
                .unwrap_or_else(|| panic!("{name}"))["value"]
                .clone()
        };
        assert_eq!(header("x-api-key"), "****");
        assert_eq!(header("host"), "hooks.example");
        assert_eq!(
            header("webhook-signature"),
            sent.headers.get("webhook-signature").unwrap()
        );
        let bytes = app.get(&format!("{path}/{number}/body")).await;
        assert_eq!(bytes.status, 200);
        assert_eq!(bytes.headers["content-type"], "application/octet-stream");
        assert_eq!(bytes.text.as_bytes(), sent.body);
    }
    for missing in ["3", "0", "x", "-1", "99999999999"] {
        for what in ["request", "body", "curl"] {
            let answer = app.get(&format!("{path}/{missing}/{what}")).await;
            answer.problem(404, "not_found", "");
        }
    }
}

/// What cannot be proven says why, and is not given out as what was sent.
#[tokio::test]
async fn a_body_that_is_gone_says_why() {
    let app = App::acme().await;
    let (_, delivery, path) = sent(&app, json!({})).await;
    attempt(&app, &delivery, 1, Answer::Status(200)).await;
    let conn = rusqlite_of(&app);
    conn.execute_batch("UPDATE attempts SET body_sha256 = zeroblob(32)")
        .unwrap();
    let shown = app.get(&format!("{path}/1/request")).await.expect(200);
    assert_eq!(shown["proven"], false);
    assert!(shown["body"].is_string());
    let reason = shown["reason"].as_str().unwrap();
    assert!(
        reason.contains("profile's file was changed since"),
        "{reason}"
    );
    let refused = app.get(&format!("{path}/1/body")).await;
    assert_eq!(refused.problem(409, "body_unknown", ""), reason);

    conn.execute_batch("UPDATE events SET data = x''").unwrap();
    let shown = app.get(&format!("{path}/1/request")).await.expect(200);
    assert_eq!(
        (&shown["proven"], &shown["body"]),
        (&json!(false), &Value::Null)
    );
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("`retention.payloads`"), "{reason}");
    for what in ["body", "curl"] {
        let refused = app.get(&format!("{path}/1/{what}")).await;
        assert_eq!(refused.problem(409, "body_unknown", ""), reason);
    }
}

/// The store's file, to age what is in it.
fn rusqlite_of(app: &App) -> rusqlite::Connection {
    rusqlite::Connection::open(app.directory().join("bellwire.db")).unwrap()
}

/// EVI-13: copied into a shell, the command calls curl with exactly what was sent.
#[tokio::test]
async fn an_attempt_is_copied_as_a_command() {
    let app = App::acme().await;
    let (_, delivery, path) = sent(&app, json!({"headers": {"x-api-key": "hush"}})).await;
    let made = attempt(&app, &delivery, 1, Answer::Status(500)).await;
    let answer = app.get(&format!("{path}/1/curl")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert!(!answer.text.contains("hush"));
    let tells = "curl() { for word; do printf '%s\\000' \"$word\"; done; }\n";
    let output = Command::new("sh")
        .args(["-c", &format!("{tells}{}", answer.text)])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    let words: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
    let at = |word: &str| words.iter().position(|found| *found == word.as_bytes());
    let raw = at("--data-raw").expect("a short body is an argument");
    assert_eq!(words[raw + 1], made.body);
    assert!(at("https://hooks.example/a").is_some());
    assert!(at("x-api-key: <x-api-key>").is_some(), "{}", answer.text);
    let signature = made.headers.get("webhook-signature").unwrap();
    assert!(at(&format!("webhook-signature: {signature}")).is_some());
    assert!(answer.text.contains("# Put in the values of x-api-key"));
}

/// A customer sees the requests to their own webhooks, of their own events.
#[tokio::test]
async fn a_restricted_customer_sees_their_own_requests_only() {
    let app = App::acme().await;
    let own = json!({"channels": ["account:cool"], "name": "cool"});
    app.webhook(own).await;
    app.webhook(json!({"channels": ["account:warm"]})).await;
    let customer = portal(&app, "acme", Role::Viewer, &["account:cool"]).await;
    for (channel, status) in [("account:cool", 200), ("account:warm", 404)] {
        let event = app
            .event(json!({"type": "a.b", "data": 1, "channels": [channel]}))
            .await;
        let delivery = delivery_of(&app, &event).await;
        attempt(&app, &delivery, 1, Answer::Status(500)).await;
        for what in ["request", "body", "curl"] {
            let id = delivery["id"].as_str().unwrap();
            let path = format!("/organizations/acme/deliveries/{id}/attempts/1/{what}");
            let answer = send(&app, &customer, Method::GET, &path, &Value::Null).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.text);
        }
    }
}
