//! A request that a receiver did not believe.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::{
    access::Role,
    outcome::Answer,
    time::{HOUR, MINUTE},
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::App,
    made::{Sent, attempt, delivery_of},
    visitors::{portal, send},
};

/// A webhook, a request that was sent to it, and the path of the check.
async fn sent(app: &App) -> (String, Sent, String) {
    let webhook = app.webhook(json!({"name": "desk"})).await;
    let event = app
        .event(json!({"type": "a.b", "data": {"total": 1.5, "name": "Zoë"}}))
        .await;
    let delivery = delivery_of(app, &event).await;
    let made = attempt(app, &delivery, 1, Answer::Status(401)).await;
    let path = format!("/organizations/acme/webhooks/{webhook}/check-signature");
    (webhook, made, path)
}

fn problems(report: &Value) -> Vec<String> {
    report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["outcome"] == "problem")
        .map(|check| check["code"].as_str().unwrap().to_owned())
        .collect()
}

/// EVI-13: a genuine request is valid by the present secret, and by the former one until it leaves.
#[tokio::test]
async fn a_genuine_request_is_recognised() {
    let app = App::acme().await;
    let (webhook, made, path) = sent(&app).await;
    let body = String::from_utf8(made.body.to_vec()).unwrap();
    let asked = json!({"headers": made.text(), "body": body});
    let report = app.post(&path, asked.clone()).await.expect(200);
    assert_eq!(report["valid"], true, "{report}");
    assert_eq!(report["signed_by"], json!({"current": true, "until": null}));
    assert_eq!(report["attempt"]["number"], 1);
    let headers: serde_json::Map<String, Value> = made
        .headers
        .iter()
        .map(|(name, value)| (name.to_uppercase(), json!(value)))
        .collect();
    let as_object = json!({"headers": headers, "body_base64": STANDARD.encode(&made.body)});
    let again = app.post(&path, as_object).await.expect(200);
    assert_eq!(again["valid"], true, "{again}");

    let rotate = format!("/organizations/acme/webhooks/{webhook}/secret/rotate");
    app.post(&rotate, json!({"grace_s": 60})).await.expect(200);
    let report = app.post(&path, asked.clone()).await.expect(200);
    let until = json!({"current": false, "until": "2025-11-21T08:01:00Z"});
    assert_eq!(
        (&report["valid"], &report["signed_by"]),
        (&json!(true), &until)
    );

    // Pasted the day after, it is too old, unless it is said when it came.
    app.kit.clock.advance(HOUR);
    let report = app.post(&path, asked.clone()).await.expect(200);
    assert_eq!(problems(&report), ["timestamp_old"]);
    let sentence = report["checks"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("3600 s before"), "{sentence}");
    let mut then = asked;
    then["at"] = json!("2025-11-21T08:00:03Z");
    assert_eq!(app.post(&path, then).await.expect(200)["valid"], true);
}

/// EVI-13: how the body was changed on its way, found out by the bytes that were sent.
#[tokio::test]
async fn a_changed_body_is_told_by_how_it_was_changed() {
    let app = App::acme().await;
    let (_, made, path) = sent(&app).await;
    let body = String::from_utf8(made.body.to_vec()).unwrap();
    let printed = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&body).unwrap());
    for (changed, code) in [
        (format!("{body}\n"), "body_trailing_newline"),
        (printed.unwrap(), "body_reserialised"),
        (body[..30].to_owned(), "body_cut"),
        (body.replace("1.5", "2.5"), "body_changed"),
        (String::new(), "body_empty"),
    ] {
        let asked = json!({"headers": made.text(), "body": changed});
        let report = app.post(&path, asked).await.expect(200);
        assert_eq!(
            problems(&report),
            ["signature_other_body", code],
            "{changed}"
        );
        assert_eq!(report["signed_by"], Value::Null);
        assert_eq!(report["valid"], false);
    }
}

/// A signature that is none, headers that are none, a request to somebody else: each a clear answer.
#[tokio::test]
async fn what_is_pasted_is_never_an_error() {
    let app = App::acme().await;
    let (_, made, path) = sent(&app).await;
    let other = app
        .webhook(json!({"name": "other", "url": "https://hooks.example/o"}))
        .await;
    let secret = app
        .get(&format!("/organizations/acme/webhooks/{other}/secret"))
        .await
        .expect(200);
    let secret = secret["secrets"][0]["secret"].as_str().unwrap();
    let body = String::from_utf8(made.body.to_vec()).unwrap();
    let signature = made.headers.get("webhook-signature").unwrap();
    for pasted in [
        "\u{0}\u{1f600}",
        "v1,AAAA",
        "-----BEGIN",
        "v1",
        ";",
        "v1,,,",
    ] {
        let headers = made.text().replace(signature, pasted);
        let answer = app
            .post(&path, json!({"headers": headers, "body": body}))
            .await;
        let report = answer.expect(200);
        assert_eq!(problems(&report), ["signature_malformed"], "{pasted}");
        assert!(!answer.text.contains(secret));
    }
    for headers in [json!(""), json!({}), json!("hello\nthere"), json!("{}")] {
        let asked = json!({"headers": headers, "body": ""});
        let report = app.post(&path, asked).await.expect(200);
        assert_eq!(
            problems(&report),
            ["id_missing", "timestamp_missing", "signature_missing"]
        );
    }
    let id = made.headers.get("webhook-id").unwrap();
    for unknown in ["no id", "00000000-0000-7000-8000-000000000000"] {
        let headers = made.text().replace(id, unknown);
        let report = app
            .post(&path, json!({"headers": headers, "body": body}))
            .await
            .expect(200);
        assert_eq!(problems(&report), ["signature_mismatch"]);
        assert!(report["checks"].to_string().contains("event_unknown"));
    }
    let asked = json!({"headers": made.text(), "body": body});
    let elsewhere = format!("/organizations/acme/webhooks/{other}/check-signature");
    let report = app.post(&elsewhere, asked).await.expect(200);
    assert_eq!(problems(&report), ["signature_mismatch", "other_webhook"]);
    assert!(report["checks"].to_string().contains("`desk`"));
}

#[tokio::test]
async fn a_question_that_is_none_names_the_field() {
    let app = App::acme().await;
    let (_, _, path) = sent(&app).await;
    for (body, field) in [
        (json!({"body": ""}), "headers"),
        (json!({"headers": 7, "body": ""}), "headers"),
        (json!({"headers": {"a": []}, "body": ""}), "headers.a"),
        (json!({"headers": ""}), "body"),
        (
            json!({"headers": "", "body": "", "body_base64": ""}),
            "body_base64",
        ),
        (json!({"headers": "", "body_base64": "%"}), "body_base64"),
        (json!({"headers": "", "body": "", "at": "noon"}), "at"),
        (json!({"headers": "", "body": "", "secret": "x"}), "secret"),
    ] {
        let answer = app.post(&path, body).await;
        answer.problem(422, "invalid_request", field);
    }
    let unknown = "/organizations/acme/webhooks/x/check-signature";
    let asked = json!({"headers": "", "body": ""});
    app.post(unknown, asked).await.problem(404, "not_found", "");
}

/// A customer checks what came to their own webhooks; nothing tells of others'.
#[tokio::test]
async fn a_restricted_customer_checks_their_own_webhooks_only() {
    let app = App::acme().await;
    let (foreign, made, path) = sent(&app).await;
    let own = app
        .webhook(json!({"channels": ["account:cool"], "url": "https://cool.example/"}))
        .await;
    let customer = portal(&app, "acme", Role::Viewer, &["account:cool"]).await;
    let body = String::from_utf8(made.body.to_vec()).unwrap();
    let asked = json!({"headers": made.text(), "body": body});
    let answer = send(&app, &customer, Method::POST, &path, &asked).await;
    answer.problem(404, "not_found", "");
    let path = format!("/organizations/acme/webhooks/{own}/check-signature");
    app.kit.clock.advance(MINUTE);
    let answer = send(&app, &customer, Method::POST, &path, &asked).await;
    let report = answer.expect(200);
    assert_eq!(problems(&report), ["signature_mismatch"]);
    assert!(!answer.text.contains(&foreign) && !answer.text.contains("desk"));
    assert!(answer.text.contains("event_unknown"));
}
