//! Webhooks: settings, secrets, tests, health.

use serde_json::{Value, json};

use crate::app::App;

const PATH: &str = "/organizations/acme/webhooks";

/// WNK-5, APG-4: enabled by default. APG-9: who and when.
#[tokio::test]
async fn a_webhook_is_shown_as_it_was_made_without_its_secrets() {
    let app = App::acme().await;
    let answer = app
        .post(
            PATH,
            json!({
                "name": "Desk", "url": "https://hooks.example/a", "event_types": ["booking.*"],
                "channels": ["account:cool"], "headers": {"X-Api-Key": "k-123"},
                "overrides": {"retry": {"kind": "fixed", "interval_s": 5, "max_attempts": 3}}
            }),
        )
        .await;
    assert!(!answer.text.contains("k-123") && !answer.text.contains("whsec_"));
    let made = answer.expect(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("/api/v1{PATH}/{id}"));
    assert_eq!(
        made,
        json!({
            "id": id, "name": "Desk", "url": "https://hooks.example/a",
            "event_types": ["booking.*"], "direct": false, "channels": ["account:cool"],
            "enabled": true, "disabled": null, "paused": null, "drain": null, "problem": null,
            "profile": "standard",
            "headers": {"x-api-key": "****"},
            "overrides": {
                "timeouts": null,
                "retry": {"kind": "fixed", "interval_s": 5, "max_attempts": 3},
                "max_concurrency": null, "rate_limit": null
            },
            "revision": 1,
            "created_at": "2025-11-21T08:00:00Z", "created_by": "ops",
            "updated_at": "2025-11-21T08:00:00Z", "updated_by": "ops",
            "health": {
                "state": "idle",
                "counters": {"failures": 0, "redirects": 0, "client_errors": 0, "server_errors": 0},
                "failing_since": null, "last_attempt": null
            }
        })
    );
    assert_eq!(app.get(&format!("{PATH}/{id}")).await.expect(200), made);
}

/// WNK-10, APG-12: a change touches only the fields given.
#[tokio::test]
async fn a_change_touches_only_what_is_given_and_null_empties_a_list() {
    let app = App::acme().await;
    let id = app
        .webhook(
            json!({"name": "a", "event_types": ["a.b"], "channels": ["c:1"],
            "headers": {"x-a": "1"}, "overrides": {"max_concurrency": 2}}),
        )
        .await;
    let path = format!("{PATH}/{id}");
    let changed = app
        .patch(&path, json!({"name": "b", "channels": null}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["channels"]),
        (&json!("b"), &json!([]))
    );
    assert_eq!(changed["event_types"], json!(["a.b"]));
    assert_eq!(changed["headers"], json!({"x-a": "****"}));
    assert_eq!(changed["revision"], 2);
    let changed = app
        .patch(
            &path,
            json!({"headers": null, "overrides": null, "event_types": []}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&changed["headers"], &changed["event_types"]),
        (&json!({}), &json!([]))
    );
    assert_eq!(changed["overrides"]["max_concurrency"], Value::Null);
    let same = app.patch(&path, json!({})).await.expect(200);
    assert_eq!(same, changed);
}

/// APG-6: the switch. ADV-15: a disabled webhook says why.
#[tokio::test]
async fn switching_off_shows_a_reason_in_words() {
    let app = App::acme().await;
    let path = format!("{PATH}/{}", app.webhook(json!({})).await);
    let off = app
        .patch(&path, json!({"enabled": false}))
        .await
        .expect(200);
    assert_eq!(off["enabled"], false);
    assert_eq!(
        off["disabled"],
        json!({
            "reason": "manual", "sentence": "It was switched off by hand.",
            "at": "2025-11-21T08:00:00Z"
        })
    );
    assert_eq!(off["health"]["state"], "disabled");
    let on = app.patch(&path, json!({"enabled": true})).await.expect(200);
    assert_eq!(
        (&on["enabled"], &on["disabled"]),
        (&json!(true), &Value::Null)
    );
}

/// APG-3: search the list.
#[tokio::test]
async fn the_list_is_searched_filtered_and_paged() {
    let app = App::acme().await;
    for (name, url) in [
        ("Desk", "https://a.example/"),
        ("Bar", "https://desk.example/"),
    ] {
        app.webhook(json!({"name": name, "url": url})).await;
    }
    app.webhook(json!({"name": "Off", "url": "https://c.example/", "enabled": false}))
        .await;
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = async |query: &str| app.get(&format!("{PATH}{query}")).await.expect(200);
    assert_eq!(names(&list("").await), ["Desk", "Bar", "Off"]);
    assert_eq!(names(&list("?q=DESK").await), ["Desk", "Bar"]);
    assert_eq!(names(&list("?enabled=false").await), ["Off"]);
    let first = list("?enabled=true&limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&format!("?enabled=true&limit=1&cursor={cursor}")).await;
    assert_eq!(
        (names(&first), names(&second)),
        (vec!["Desk".into()], vec!["Bar".into()])
    );
    app.get(&format!("{PATH}?enabled=false&cursor={cursor}"))
        .await
        .problem(400, "invalid_cursor", "cursor");
}

/// ADV-16: the same URL registered twice is one subscription.
#[tokio::test]
async fn an_advocate_url_registered_twice_is_one_webhook() {
    let app = App::new().await;
    app.kit.organization("acme", "advocate").await;
    let url = json!({"url": "https://hooks.example/a"});
    let first = app.post(PATH, url.clone()).await.expect(201);
    assert_eq!(app.post(PATH, url).await.expect(200), first);
}

#[tokio::test]
async fn secrets_are_shown_on_demand_and_rotated_with_a_grace_period() {
    let app = App::acme().await;
    let given = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let path = format!(
        "{PATH}/{}/secret",
        app.webhook(json!({"secret": given})).await
    );
    let answer = app.get(&path).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        answer.expect(200),
        json!({
            "secrets": [{
                "secret": given, "created_at": "2025-11-21T08:00:00Z", "expires_at": null,
                "signs": true
            }],
            "since_rotation": {"succeeded": 0, "more": false, "last_success_at": null}
        })
    );
    let rotated = app
        .post(&format!("{path}/rotate"), json!({"grace_s": 60}))
        .await
        .expect(200);
    assert_eq!(rotated["secrets"].as_array().unwrap().len(), 2);
    assert_eq!(rotated["secrets"][0]["expires_at"], Value::Null);
    assert_eq!(rotated["secrets"][1]["secret"], given);
    assert_eq!(rotated["secrets"][1]["expires_at"], "2025-11-21T08:01:00Z");
    app.kit.clock.advance(60_000_000);
    let left = app.get(&path).await.expect(200);
    assert_eq!(left["secrets"][0], rotated["secrets"][0]);
    let ended = &left["secrets"][1];
    assert_eq!(
        (&ended["signs"], &ended["secret"], &ended["expires_at"]),
        (&json!(false), &Value::Null, &json!("2025-11-21T08:01:00Z"))
    );
    let empty = app
        .raw(http::Method::POST, &format!("{path}/rotate"), "")
        .await
        .expect(200);
    assert_eq!(empty["secrets"].as_array().unwrap().len(), 2);

    let retired = app
        .raw(http::Method::POST, &format!("{path}/retire"), "")
        .await
        .expect(200);
    assert_eq!(retired["secrets"][0], empty["secrets"][0]);
    let signs = retired["secrets"].as_array().unwrap().iter();
    let signs: Vec<bool> = signs.map(|one| one["signs"] == true).collect();
    assert_eq!(signs, [true, false]);
    app.raw(http::Method::POST, &format!("{path}/retire"), "")
        .await
        .problem(409, "no_old_secret", "");
    let log = app
        .get("/organizations/acme/audit?limit=1")
        .await
        .expect(200);
    assert_eq!(log["items"][0]["action"], "webhook.secret_retired");
}

/// EVI-14: the test button works on an inactive webhook too, and is logged.
#[tokio::test]
async fn a_test_makes_an_event_of_its_own_also_for_a_disabled_webhook() {
    let app = App::acme().await;
    let id = app.webhook(json!({"enabled": false})).await;
    let sent = app
        .raw(
            http::Method::POST,
            &format!("{PATH}/{id}/test"),
            r#"{"type": "a.b", "data": {"n": 1.10}}"#,
        )
        .await
        .expect(202);
    let event = app
        .get(&format!(
            "/organizations/acme/events/{}",
            sent["event_id"].as_str().unwrap()
        ))
        .await;
    assert!(
        event.text.contains(r#""data":{"n": 1.10}"#),
        "{}",
        event.text
    );
    let event = event.expect(200);
    assert_eq!(
        (&event["test"], &event["type"]),
        (&json!(true), &json!("a.b"))
    );
    assert_eq!(event["deliveries"][0]["id"], sent["delivery_id"]);
    assert_eq!(event["deliveries"][0]["kind"], "test");
    app.raw(http::Method::POST, &format!("{PATH}/{id}/test"), "")
        .await
        .expect(202);
}

/// APG-14: without force, pending deliveries keep a webhook; with it they are cancelled.
#[tokio::test]
async fn a_webhook_with_pending_deliveries_is_deleted_only_by_force() {
    let app = App::acme().await;
    let id = app.webhook(json!({"name": "gone"})).await;
    let event = app.event(json!({"type": "a.b", "data": 1})).await;
    let path = format!("{PATH}/{id}");
    app.delete(&format!("{path}?force=false"))
        .await
        .problem(409, "pending_deliveries", "");
    app.get(&path).await.expect(200);
    app.delete(&path).await.expect(204);
    app.get(&path).await.problem(404, "not_found", "");
    app.get(&format!("{path}/attempts"))
        .await
        .problem(404, "not_found", "");
    app.get(&format!("{path}/secret"))
        .await
        .problem(404, "not_found", "");
    app.patch(&path, json!({"name": "x"}))
        .await
        .problem(404, "not_found", "");
    app.delete(&path).await.problem(404, "not_found", "");
    let shown = app
        .get(&format!("/organizations/acme/events/{event}"))
        .await
        .expect(200);
    let delivery = &shown["deliveries"][0];
    assert_eq!(delivery["state"], "cancelled");
    assert_eq!(delivery["cancel_reason"], "webhook_deleted");
    assert_eq!(delivery["webhook_name"], "gone");
    assert_eq!(delivery["webhook_deleted"], true);
}
