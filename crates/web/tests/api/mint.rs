//! The monetization API, with requests as the original's documentation gives them and answers held to
//! their exact text: webhooks here, the other nouns in files of their own.

mod conditions;
mod documents;
mod golden;
mod plans;
mod samples;
mod scene;
mod usage;
mod webhooks;

use axum::body::Body;
use bellwire_core::access::Role;
use http::{Method, Request};
use serde_json::json;

use crate::{
    app::{Answer, App},
    visitors::{self, PASSWORD},
};

const WEBHOOKS: &str = "/v1/mint/organizations/acme/webhooks";
const ADA: &str = "ada@example.com";

async fn started() -> App {
    let app = App::acme().await;
    visitors::user(&app, ADA, false, &[("acme", Role::Admin)]).await;
    app
}

/// A request with e-mail address and password, as `curl -u` sends it.
async fn send(app: &App, method: Method, path: &str, body: &str) -> Answer {
    send_typed(app, method, path, body, "application/json").await
}

async fn send_typed(app: &App, method: Method, path: &str, body: &str, kind: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in visitors::basic(ADA, PASSWORD) {
        request = request.header(name, value);
    }
    let request = request.header("content-type", kind);
    app.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn made(app: &App, name: &str) -> String {
    let body = format!(r#"{{"name":"{name}","postURL":"https://example.com/{name}"}}"#);
    let made = send(app, Method::POST, WEBHOOKS, &body).await.expect(200);
    made["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    let body = answer.expect(status);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(body["code"], code, "{body}");
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["code", "message"]);
    body["message"].as_str().unwrap().to_owned()
}

/// APG-11: a webhook is made disabled, `created` equal to `updated`. APG-9: its shape, with `orgId`
/// in the answer to a change. APG-10: one webhook.
#[tokio::test]
async fn a_webhook_is_made_disabled_and_shown_in_the_shape_of_the_original() {
    let app = started().await;
    let body = r#"{"name":"callback1","postURL":"http://mycompany.com/callbackhandler1"}"#;
    let answer = send_typed(&app, Method::POST, WEBHOOKS, body, "application/json ").await;
    let id = answer.expect(200)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.text,
        format!(
            r#"{{"created":1763712000000,"createdBy":"ada@example.com","enabled":false,"id":"{id}","name":"callback1","orgId":"acme","postUrl":"http://mycompany.com/callbackhandler1","updated":1763712000000,"updatedBy":"ada@example.com"}}"#
        )
    );
    let got = send(&app, Method::GET, &format!("{WEBHOOKS}/{id}"), "").await;
    assert_eq!(got.expect(200)["enabled"], false);
    assert_eq!(got.text, answer.text.replace(r#""orgId":"acme","#, ""));
    // The same webhook on the other side, with the profile of the original.
    let native = app.get(&format!("/organizations/acme/webhooks/{id}")).await;
    let native = native.expect(200);
    assert_eq!(
        (&native["profile"], &native["direct"], &native["enabled"]),
        (&json!("apigee"), &json!(true), &json!(false))
    );
}

/// APG-8: the list and its total; `all`, `size` and `page`.
#[tokio::test]
async fn webhooks_are_listed_by_pages_with_their_total() {
    let app = started().await;
    let empty = send(&app, Method::GET, WEBHOOKS, "").await;
    assert_eq!(empty.text, r#"{"totalRecords":0,"webhooks":[]}"#);
    for number in 0..22 {
        made(&app, &format!("w{number}")).await;
    }
    // One that was made on the other side is among them.
    app.webhook(json!({"name": "native"})).await;
    for (query, count, first) in [
        ("", 20, "w0"),
        ("?page=2", 3, "w20"),
        ("?size=5&page=2", 5, "w5"),
        ("?page=9", 0, ""),
        ("?all=true", 23, "w0"),
    ] {
        let answer = send(&app, Method::GET, &format!("{WEBHOOKS}{query}"), "").await;
        let list = answer.expect(200);
        assert_eq!(list["totalRecords"], 23, "{query}");
        let webhooks = list["webhooks"].as_array().unwrap();
        assert_eq!(webhooks.len(), count, "{query}");
        let name = webhooks
            .first()
            .map_or("", |one| one["name"].as_str().unwrap());
        assert_eq!(name, first, "{query}");
    }
    for query in ["?size=0", "?page=0", "?page=-1", "?all=yes", "?limit=3"] {
        let answer = send(&app, Method::GET, &format!("{WEBHOOKS}{query}"), "").await;
        refused(&answer, 400, "mint.invalidQuery");
    }
}

/// APG-12: PUT changes only what is given, and takes what GET gave.
#[tokio::test]
async fn what_was_got_can_be_put() {
    let app = started().await;
    let id = made(&app, "w").await;
    let path = format!("{WEBHOOKS}/{id}");
    let got = send(&app, Method::GET, &path, "").await;
    let put = send(&app, Method::PUT, &path, &got.text).await.expect(200);
    assert_eq!(put["orgId"], "acme");
    let back = send(&app, Method::PUT, &path, &put.to_string()).await;
    assert_eq!(back.expect(200), put);
    let named = send(&app, Method::PUT, &path, r#"{"name":"other"}"#).await;
    let named = named.expect(200);
    assert_eq!(
        (&named["name"], &named["postUrl"]),
        (&json!("other"), &json!("https://example.com/w"))
    );
    for (body, field) in [
        (r#"{"posturl":"https://example.com/x"}"#, "posturl"),
        (
            r#"{"postUrl":"https://a.example","postURL":"https://b.example"}"#,
            "postUrl",
        ),
        (r#"{"postUrl":"ftp://example.com/x"}"#, "postURL"),
        (r#"{"enabled":"yes"}"#, "enabled"),
        (r#"{"enabled":1}"#, "enabled"),
    ] {
        let answer = send(&app, Method::PUT, &path, body).await;
        let message = refused(&answer, 400, "mint.invalidRequest");
        assert!(message.contains(field), "{body}: {message}");
    }
    assert_eq!(
        send(&app, Method::GET, &path, "").await.expect(200)["name"],
        "other"
    );
}

/// APG-13: POST on the id switches on and off, with text or a boolean; the answer has a boolean.
#[tokio::test]
async fn a_flag_may_be_text_and_is_answered_as_a_boolean() {
    let app = started().await;
    let id = made(&app, "w").await;
    let path = format!("{WEBHOOKS}/{id}");
    for (method, body, enabled) in [
        (Method::POST, r#"{"enabled":"true"}"#, true),
        (Method::POST, r#"{"enabled":"false"}"#, false),
        (Method::PUT, r#"{"enabled":"true"}"#, true),
        (Method::POST, r#"{"enabled":false}"#, false),
        (Method::POST, r#"{"enabled":true}"#, true),
    ] {
        let answer = send(&app, method, &path, body).await.expect(200);
        assert_eq!(answer["enabled"], enabled, "{body}");
    }
    let answer = send(&app, Method::POST, &path, r#"{"enabled":"TRUE"}"#).await;
    refused(&answer, 400, "mint.invalidRequest");
}

/// APG-11: name and URL are required, `postUrl` is accepted as well, `enabled` is honoured; nothing
/// is stored when something is wrong.
#[tokio::test]
async fn a_webhook_without_name_or_url_is_not_made() {
    let app = started().await;
    let before = app.stored().await;
    for (body, code, field) in [
        (r#"{"name":"w"}"#, "mint.invalidRequest", "postURL"),
        (
            r#"{"postURL":"https://example.com/w"}"#,
            "mint.invalidRequest",
            "name",
        ),
        (
            r#"{"name":"","postURL":"https://example.com/w"}"#,
            "mint.invalidRequest",
            "name",
        ),
        (
            r#"{"name":"w","postURL":"nowhere"}"#,
            "mint.invalidRequest",
            "postURL",
        ),
        (
            r#"{"name":"w","postURL":"https://e.example","x":1}"#,
            "mint.invalidRequest",
            "x",
        ),
        (r#"{"name":"w","#, "mint.malformedJson", "JSON"),
    ] {
        let answer = send(&app, Method::POST, WEBHOOKS, body).await;
        let message = refused(&answer, 400, code);
        assert!(message.contains(field), "{body}: {message}");
    }
    assert_eq!(app.stored().await, before);
    let body = r#"{"name":"w","postUrl":"https://example.com/w","enabled":"true"}"#;
    let made = send(&app, Method::POST, WEBHOOKS, body).await.expect(200);
    assert_eq!(made["enabled"], true);
}

/// APG-14: deleting by force is the default; without, pending calls forbid it and nothing changes.
#[tokio::test]
async fn a_webhook_with_pending_calls_is_deleted_only_by_force() {
    let app = started().await;
    let id = made(&app, "w").await;
    let path = format!("{WEBHOOKS}/{id}");
    send(&app, Method::POST, &path, r#"{"enabled":"true"}"#)
        .await
        .expect(200);
    app.event(json!({"type": "a.b", "data": {}, "webhooks": [id]}))
        .await;
    let kept = send(
        &app,
        Method::DELETE,
        &format!("{path}?forceDelete=false"),
        "",
    )
    .await;
    refused(&kept, 409, "mint.pendingDeliveries");
    send(&app, Method::GET, &path, "").await.expect(200);
    let odd = send(
        &app,
        Method::DELETE,
        &format!("{path}?forceDelete=maybe"),
        "",
    )
    .await;
    refused(&odd, 400, "mint.invalidQuery");
    let gone = send(&app, Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    let again = send(&app, Method::DELETE, &path, "").await;
    refused(&again, 404, "mint.resourceDoesNotExist");
}

/// APG-14b: what is not there and what is another organization's are the same 404; without
/// credentials, or with wrong ones, 401.
#[tokio::test]
async fn another_organizations_webhook_is_like_none() {
    let app = started().await;
    app.kit.organization("other", "apigee").await;
    let other = app
        .post(
            "/organizations/other/webhooks",
            json!({"name": "o", "url": "https://hooks.example/o"}),
        )
        .await
        .expect(201);
    let mut told = Vec::new();
    for id in [
        other["id"].as_str().unwrap(),
        "00000000-0000-7000-8000-000000000000",
        "no-id",
    ] {
        for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
            let answer = send(&app, method, &format!("{WEBHOOKS}/{id}"), "{}").await;
            told.push(refused(&answer, 404, "mint.resourceDoesNotExist"));
        }
    }
    told.dedup();
    assert_eq!(told, ["There is no such webhook."]);
    let theirs = "/v1/mint/organizations/other/webhooks";
    refused(
        &send(&app, Method::GET, theirs, "").await,
        404,
        "mint.resourceDoesNotExist",
    );
    for shown in [None, Some(visitors::basic(ADA, "wrong"))] {
        let mut request = Request::builder().uri(WEBHOOKS);
        for (name, value) in shown.into_iter().flatten() {
            request = request.header(name, value);
        }
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        refused(&answer, 401, "mint.unauthenticated");
        assert_eq!(
            answer.headers["www-authenticate"],
            "Basic realm=\"bellwire\""
        );
    }
}
