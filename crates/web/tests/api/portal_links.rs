//! Portal links: a customer's way into one organization.

use axum::body::Body;
use bellwire_core::time::{HOUR, SECOND};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    app::App,
    browser::{Browser, ORIGIN, acme, altered, check_page, text_of},
};

const LINKS: &str = "/organizations/acme/portal-links";
const COOKIE: &str = "__Host-bellwire-portal";

async fn made(app: &App, body: Value) -> (Value, String) {
    let made = app.post(LINKS, body).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let made = made.expect(201);
    let text = text_of(made["url"].as_str().unwrap(), "enter");
    (made, format!("/enter/{text}"))
}

#[tokio::test]
async fn a_link_lets_a_customer_in_once_and_leaves_a_clean_url() {
    let app = acme().await;
    let (link, path) = made(
        &app,
        json!({
            "name": "Cool <Travel>",
            "channels": ["account:cool"],
            "embed_origins": ["https://App.example/"],
        }),
    )
    .await;
    assert_eq!(
        (&link["role"], &link["session_s"]),
        (&json!("editor"), &json!(28_800))
    );
    assert_eq!(link["expires_at"], "2025-11-21T08:05:00Z");
    assert_eq!(link["embed_origins"], json!(["https://app.example"]));

    let mut browser = Browser::default();
    let entered = browser.open(&app, &path).await;
    assert_eq!(entered.status, 303, "{}", entered.text);
    let header = |name: &str| entered.headers[name].to_str().unwrap();
    assert_eq!(header("location"), "/portal/acme");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    let cookie = header("set-cookie");
    assert!(
        cookie.starts_with("__Host-bellwire-portal=bws_"),
        "{cookie}"
    );
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=None; Secure; Partitioned; Max-Age=28800"),
        "{cookie}"
    );

    let page = browser.open(&app, "/portal/acme").await;
    check_page(&page, 200, "https://app.example");
    assert!(page.text.contains("Cool &lt;Travel&gt;"), "{}", page.text);
    assert!(page.text.contains("2025-11-21 16:00 UTC"), "{}", page.text);
    assert!(page.text.contains("account:cool"), "{}", page.text);
    let me = browser.get(&app, "/session").await.expect(200);
    assert_eq!(
        (&me["kind"], &me["name"]),
        (&json!("link"), &json!("Cool <Travel>"))
    );
    assert_eq!(me["channels"], json!(["account:cool"]));
    assert_eq!(me["user"], Value::Null);

    // Once, whoever has it.
    let again = Browser::default().open(&app, &path).await;
    check_page(&again, 410, "*");
    assert!(again.text.contains("works once"), "{}", again.text);
    let listed = app.get(LINKS).await;
    assert!(!listed.text.contains("bwl_"), "{}", listed.text);
    assert_eq!(
        listed.expect(200)["items"][0]["used_at"],
        "2025-11-21T08:00:00Z"
    );
}

#[tokio::test]
async fn an_expired_altered_or_revoked_link_lets_nobody_in() {
    let app = acme().await;
    let mut browser = Browser::default();
    let (_, path) = made(&app, json!({"name": "Cool", "expires_in_s": 10})).await;
    app.kit.clock.advance(10 * SECOND);
    let page = browser.open(&app, &path).await;
    check_page(&page, 410, "*");
    assert!(page.text.contains("This link has expired"), "{}", page.text);

    let (link, path) = made(&app, json!({"name": "Cool"})).await;
    let text = path.strip_prefix("/enter/").unwrap();
    for wrong in [
        altered(text),
        "bwl_".to_owned(),
        "x".to_owned(),
        "%00".to_owned(),
    ] {
        let page = browser.open(&app, &format!("/enter/{wrong}")).await;
        check_page(&page, 404, "*");
    }
    let one = format!("{LINKS}/{}", link["id"].as_str().unwrap());
    app.delete(&one).await.expect(204);
    app.delete(&one).await.problem(404, "not_found", "");
    let page = browser.open(&app, &path).await;
    check_page(&page, 410, "*");
    assert!(
        page.text.contains("This link was taken back"),
        "{}",
        page.text
    );
    assert!(!browser.holds(COOKIE));
}

#[tokio::test]
async fn taking_a_link_back_ends_the_session_behind_it_and_so_does_its_time() {
    let app = acme().await;
    let mut browser = Browser::default();
    let (link, path) = made(&app, json!({"name": "Cool", "session_s": 3600})).await;
    browser.open(&app, &path).await;
    browser.get(&app, "/session").await.expect(200);
    let one = format!("{LINKS}/{}", link["id"].as_str().unwrap());
    app.delete(&one).await.expect(204);
    let answer = browser.get(&app, "/session").await;
    answer.problem(401, "unauthenticated", "");
    let page = browser.open(&app, "/portal/acme").await;
    check_page(&page, 401, "*");

    let (_, path) = made(&app, json!({"name": "Cool", "session_s": 3600})).await;
    browser.open(&app, &path).await;
    app.kit.clock.advance(HOUR - SECOND);
    browser.get(&app, "/session").await.expect(200);
    app.kit.clock.advance(SECOND);
    let answer = browser.get(&app, "/session").await;
    answer.problem(401, "unauthenticated", "");
}

/// Mail programs and chats look where a link leads.
#[tokio::test]
async fn looking_where_a_link_leads_does_not_use_it_up() {
    let app = acme().await;
    let (_, path) = made(&app, json!({"name": "Cool"})).await;
    let request = Request::head(&path).body(Body::empty()).unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.status, 405);
    assert!(!answer.headers.contains_key("set-cookie"));
    let entered = Browser::default().open(&app, &path).await;
    assert_eq!(entered.status, 303);
}

#[tokio::test]
async fn a_customer_signs_out_on_the_page_and_only_from_there() {
    let app = acme().await;
    let mut browser = Browser::default();
    let (_, path) = made(&app, json!({"name": "Cool", "role": "viewer"})).await;
    browser.open(&app, &path).await;
    let page = browser.open(&app, "/portal/acme").await;
    check_page(&page, 200, "'none'");
    let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap().to_owned();

    for (csrf, origin) in [
        ("", ORIGIN),
        ("0", ORIGIN),
        (csrf.as_str(), "https://evil.example"),
    ] {
        let page = browser
            .submit(&app, "/portal/acme", &[("csrf", csrf)], origin)
            .await;
        check_page(&page, 403, "'none'");
        browser.get(&app, "/session").await.expect(200);
    }
    let page = browser
        .submit(&app, "/portal/acme", &[("csrf", &csrf)], ORIGIN)
        .await;
    check_page(&page, 200, "'none'");
    assert!(!browser.holds(COOKIE));
    let page = browser.open(&app, "/portal/acme").await;
    check_page(&page, 401, "*");
}

#[tokio::test]
async fn another_organizations_portal_is_not_there() {
    let app = acme().await;
    app.kit.organization("other", "standard").await;
    let mut browser = Browser::default();
    let (link, path) = made(&app, json!({"name": "Cool"})).await;
    browser.open(&app, &path).await;
    for slug in ["other", "nobody"] {
        let page = browser.open(&app, &format!("/portal/{slug}")).await;
        check_page(&page, 404, "*");
    }
    let others = app.token_of("other").await;
    let id = link["id"].as_str().unwrap();
    for path in [
        format!("/organizations/other/portal-links/{id}"),
        format!("{LINKS}/{id}"),
    ] {
        let answer = app
            .send_as(&others, Method::DELETE, &path, &Value::Null)
            .await;
        answer.problem(404, "not_found", "");
    }
    browser.get(&app, "/session").await.expect(200);
}

#[tokio::test]
async fn what_is_wrong_with_a_link_is_named() {
    let app = acme().await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": "x", "role": "admin"}), "role"),
        (
            json!({"name": "x", "channels": ["not a channel"]}),
            "channels[0]",
        ),
        (json!({"name": "x", "expires_in_s": 9}), "expires_in_s"),
        (json!({"name": "x", "expires_in_s": 86_401}), "expires_in_s"),
        (json!({"name": "x", "session_s": 59}), "session_s"),
        (
            json!({"name": "x", "embed_origins": ["*"]}),
            "embed_origins[0]",
        ),
        (
            json!({"name": "x", "embed_origins": ["http://app.example"]}),
            "embed_origins[0]",
        ),
        (json!({"name": "x", "user": "ann"}), "user"),
    ] {
        let answer = app.post(LINKS, body).await;
        answer.problem(422, "invalid_request", field);
    }
    let listed = app.get(LINKS).await.expect(200);
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn links_are_listed_newest_first_page_by_page() {
    let app = acme().await;
    for name in ["a", "b", "c"] {
        made(&app, json!({ "name": name })).await;
    }
    let first = app.get(&format!("{LINKS}?limit=2")).await.expect(200);
    assert_eq!(first["items"][0]["name"], "c");
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = app
        .get(&format!("{LINKS}?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(next["items"][0]["name"], "a");
    assert_eq!(next["next_cursor"], Value::Null);
}
