//! Signing in and out, what ends a session, and tries that are refused.

use axum::body::Body;
use bellwire_core::{
    access::Role,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, acme_with},
    visitors::{self, PASSWORD},
};

const ANN: &str = "ann@example.com";
const COOKIE: &str = "__Host-bellwire";
const NEW_PASSWORD: &str = "walnut ferry cobalt anthem";

#[tokio::test]
async fn somebody_signs_in_is_known_and_signs_out() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    let mut browser = Browser::default();
    let answer = browser.sign_in(&app, " Ann@Example.com ", PASSWORD).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-bellwire=bws_"), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000"),
        "{cookie}"
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(
        !answer.text.contains("bws_"),
        "the secret is in the cookie only"
    );
    let answer = answer.expect(200);
    assert_eq!(answer["expires_at"], "2025-11-21T20:00:00Z");

    let me = browser.get(&app, "/session").await.expect(200);
    assert_eq!(me["kind"], "user");
    assert_eq!(me["user"]["email"], ANN);
    assert_eq!(me["platform_role"], Value::Null);
    assert_eq!(
        me["organizations"],
        json!([{"id": "acme", "name": "acme", "role": "editor"}])
    );
    assert_eq!(me["csrf_token"], answer["csrf_token"]);
    browser.csrf = me["csrf_token"].as_str().map(str::to_owned);

    let before = browser.clone();
    let gone = browser
        .api(&app, Method::DELETE, "/session", &Value::Null)
        .await;
    gone.expect(204);
    assert!(!browser.holds(COOKIE));
    // Whoever kept the cookie has nothing of it.
    let mut before = before;
    before
        .get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");
}

#[tokio::test]
async fn a_token_and_a_password_say_who_they_are_and_have_no_session_to_end() {
    let (app, _) = acme_with(ANN, Role::Viewer).await;
    let me = app.get("/session").await.expect(200);
    assert_eq!((&me["kind"], &me["name"]), (&json!("token"), &json!("ops")));
    assert_eq!(me["platform_role"], "admin");
    assert_eq!(me["csrf_token"], Value::Null);
    app.delete("/session").await.problem(409, "no_session", "");
    app.get("/sessions").await.problem(403, "forbidden", "");
    app.delete("/sessions").await.problem(403, "forbidden", "");

    let basic = visitors::basic(ANN, PASSWORD);
    let me = visitors::send(&app, &basic, Method::GET, "/session", &Value::Null).await;
    assert_eq!(me.expect(200)["user"]["email"], ANN);
    let sessions = visitors::send(&app, &basic, Method::GET, "/sessions", &Value::Null).await;
    assert_eq!(sessions.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer_for_the_same_work() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    visitors::user(&app, "off@example.com", false, &[]).await;
    let id = app.get("/users?q=off").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/users/{}", id.as_str().unwrap());
    app.patch(&path, json!({"disabled": true}))
        .await
        .expect(200);
    let nobody = json!({"email": "new@example.com"});
    app.post("/users", nobody).await.expect(201);

    let mut told = Vec::new();
    for (email, password) in [
        (ANN, "not her password"),
        ("nobody@example.com", "not her password"),
        // May not sign in; has no password yet.
        ("off@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
    ] {
        let asked = app.kit.passwords.asked();
        let mut answer = Browser::default().sign_in(&app, email, password).await;
        answer.problem(401, "unauthenticated", "");
        assert_eq!(app.kit.passwords.asked() - asked, 1, "{email}");
        assert!(answer.headers.remove("x-request-id").is_some());
        assert!(!answer.headers.contains_key("set-cookie"));
        told.push((answer.text, answer.headers));
    }
    for other in &told[1..] {
        assert_eq!(*other, told[0]);
    }
}

#[tokio::test]
async fn after_too_many_tries_nothing_is_looked_at_until_it_is_time_again() {
    for email in [ANN, "nobody@example.com"] {
        let (app, _) = acme_with(ANN, Role::Editor).await;
        for _ in 0..10 {
            let answer = Browser::default().sign_in(&app, email, "wrong").await;
            answer.problem(401, "unauthenticated", "");
        }
        let asked = app.kit.passwords.asked();
        let answer = Browser::default().sign_in(&app, email, PASSWORD).await;
        answer.problem(429, "too_many_tries", "");
        assert_eq!(app.kit.passwords.asked(), asked);
        let wait: i64 = answer.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        // The same door has the same lock.
        let basic = visitors::basic(email, PASSWORD);
        let answer =
            visitors::send(&app, &basic, Method::GET, "/organizations", &Value::Null).await;
        answer.problem(429, "too_many_tries", "");

        app.kit.clock.advance(wait * SECOND);
        let answer = Browser::default().sign_in(&app, email, PASSWORD).await;
        assert_eq!(answer.status, if email == ANN { 200 } else { 401 });

        let (right, wrong) = if email == ANN { (1, 10) } else { (0, 11) };
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let metrics = app.send(request).await.text;
        for (result, number) in [("right", right), ("wrong", wrong), ("limited", 2)] {
            let line = format!("bellwire_sign_ins_total{{result=\"{result}\"}} {number}");
            assert!(
                metrics.lines().any(|other| other == line),
                "{line} not in {metrics}"
            );
        }
    }
}

#[tokio::test]
async fn when_too_many_sign_in_at_once_one_is_told_when_to_come_back() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    app.kit.passwords.busy(true);
    let answer = Browser::default().sign_in(&app, ANN, PASSWORD).await;
    answer.problem(429, "busy", "");
    assert_eq!(answer.headers["retry-after"], "2");
    app.kit.passwords.busy(false);
    Browser::signed_in(&app, ANN).await;
}

#[tokio::test]
async fn a_session_slides_with_use_up_to_its_last_end() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    let mut browser = Browser::signed_in(&app, ANN).await;
    for _ in 0..(30 * 24 / 10) {
        browser.get(&app, "/session").await.expect(200);
        app.kit.clock.advance(10 * HOUR);
    }
    browser
        .get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");

    let mut idle = Browser::signed_in(&app, ANN).await;
    app.kit.clock.advance(12 * HOUR - MINUTE);
    idle.get(&app, "/session").await.expect(200);
    app.kit.clock.advance(12 * HOUR + MINUTE);
    idle.get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");
}

#[tokio::test]
async fn a_change_of_password_ends_every_session_and_begins_one() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    let mut here = Browser::signed_in(&app, ANN).await;
    let mut elsewhere = Browser::signed_in(&app, ANN).await;
    let mut before = here.clone();
    let change =
        |current: &str, new: &str| json!({"current_password": current, "new_password": new});

    let answer = here
        .api(
            &app,
            Method::PUT,
            "/session/password",
            &change("wrong", NEW_PASSWORD),
        )
        .await;
    answer.problem(422, "invalid_request", "current_password");
    for weak in ["short", "password123", "aaaaaaaaaaaaaaa"] {
        let answer = here
            .api(
                &app,
                Method::PUT,
                "/session/password",
                &change(PASSWORD, weak),
            )
            .await;
        answer.problem(422, "invalid_request", "new_password");
    }
    elsewhere.get(&app, "/session").await.expect(200);

    let answer = here
        .api(
            &app,
            Method::PUT,
            "/session/password",
            &change(PASSWORD, NEW_PASSWORD),
        )
        .await
        .expect(200);
    assert_ne!(answer["csrf_token"].as_str(), before.csrf.as_deref());
    here.get(&app, "/session").await.expect(200);
    for old in [&mut before, &mut elsewhere] {
        old.get(&app, "/session")
            .await
            .problem(401, "unauthenticated", "");
    }
    let answer = Browser::default().sign_in(&app, ANN, PASSWORD).await;
    answer.problem(401, "unauthenticated", "");
    let answer = Browser::default().sign_in(&app, ANN, NEW_PASSWORD).await;
    answer.expect(200);

    // Without a session there is none to begin. What was remembered of the old one is forgotten.
    let basic = visitors::basic(ANN, NEW_PASSWORD);
    let body = change(NEW_PASSWORD, PASSWORD);
    let answer = visitors::send(&app, &basic, Method::PUT, "/session/password", &body).await;
    answer.expect(204);
    let answer = visitors::send(&app, &basic, Method::GET, "/session", &Value::Null).await;
    answer.problem(401, "unauthenticated", "");
}

#[tokio::test]
async fn a_change_of_role_or_a_disabled_user_ends_their_sessions_at_once() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    visitors::user(&app, "op@example.com", true, &[]).await;
    let user = format!("/users/{id}");
    let member = format!("/organizations/acme/members/{id}");
    for (path, body) in [
        (&member, json!({"role": "viewer"})),
        (&user, json!({"operator": true})),
        (&user, json!({"memberships": []})),
        (&user, json!({"email": "ann@other.example"})),
        (&user, json!({"disabled": true})),
    ] {
        app.patch(&user, json!({"email": ANN})).await.expect(200);
        let basic = visitors::basic(ANN, PASSWORD);
        let mut browser = Browser::signed_in(&app, ANN).await;
        browser.get(&app, "/session").await.expect(200);
        let answer = visitors::send(&app, &basic, Method::GET, "/session", &Value::Null).await;
        answer.expect(200);
        app.patch(path, body.clone()).await.expect(200);
        let answer = browser.get(&app, "/session").await;
        answer.problem(401, "unauthenticated", "");
        // The credentials that were remembered are looked at anew.
        let asked = app.kit.passwords.asked();
        visitors::send(&app, &basic, Method::GET, "/session", &Value::Null).await;
        assert_eq!(app.kit.passwords.asked() - asked, 1, "{body}");
    }
    // A name is no right.
    app.patch(&user, json!({"disabled": false, "email": ANN}))
        .await
        .expect(200);
    let mut browser = Browser::signed_in(&app, ANN).await;
    app.patch(&user, json!({"name": "Ann"})).await.expect(200);
    browser.get(&app, "/session").await.expect(200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_everywhere() {
    let (app, id) = acme_with(ANN, Role::Editor).await;
    visitors::user(&app, "ben@example.com", false, &[]).await;
    let mut one = Browser::signed_in(&app, ANN).await;
    app.kit.clock.advance(SECOND);
    let mut two = Browser::signed_in(&app, ANN).await;
    let mut bens = Browser::signed_in(&app, "ben@example.com").await;

    let listed = one.get(&app, "/sessions").await.expect(200);
    let current: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| &session["current"])
        .collect();
    assert_eq!(current, [&json!(false), &json!(true)]);
    let other = listed["items"][0]["id"].as_str().unwrap();
    let path = format!("/sessions/{other}");
    let answer = bens.api(&app, Method::DELETE, &path, &Value::Null).await;
    answer.problem(404, "not_found", "");
    let answer = one.api(&app, Method::DELETE, &path, &Value::Null).await;
    answer.expect(204);
    two.get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");
    one.get(&app, "/session").await.expect(200);

    let mut two = Browser::signed_in(&app, ANN).await;
    let answer = one
        .api(&app, Method::DELETE, "/sessions", &Value::Null)
        .await;
    answer.expect(204);
    assert!(!one.holds(COOKIE));
    two.get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");

    let mut again = Browser::signed_in(&app, ANN).await;
    app.delete(&format!("/users/{id}/sessions"))
        .await
        .expect(204);
    again
        .get(&app, "/session")
        .await
        .problem(401, "unauthenticated", "");
    bens.get(&app, "/session").await.expect(200);
}

#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    let body = json!({"email": ANN, "password": PASSWORD}).to_string();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = Request::post("/api/v1/session")
            .header(name, value)
            .body(Body::from(body.clone()))
            .unwrap();
        let answer = app.send(request).await;
        answer.problem(403, "cross_site", "");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn fields_that_nobody_knows_are_refused() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    let ann = visitors::basic(ANN, PASSWORD);
    for (method, path, field) in [
        (Method::POST, "/session", "remember"),
        (Method::POST, "/setup", "operator"),
        (Method::POST, "/password", "email"),
        (Method::PUT, "/session/password", "force"),
    ] {
        let answer = visitors::send(&app, &ann, method, path, &json!({ field: 1 })).await;
        answer.problem(422, "invalid_request", field);
    }
}

/// Sessions that have ended are kept for a while and then forgotten.
#[tokio::test]
async fn what_has_ended_long_ago_is_swept_away() {
    let (app, _) = acme_with(ANN, Role::Editor).await;
    Browser::signed_in(&app, ANN).await;
    assert_eq!(app.kit.service.sweep_people().await.unwrap(), 0);
    app.kit.clock.advance(40 * DAY);
    assert_eq!(app.kit.service.sweep_people().await.unwrap(), 1);
}
