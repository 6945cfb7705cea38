//! Who asks and whether they may, where the matrix does not look: what comes of it, what a customer
//! restricted to some channels sees, and requests that somebody else's page made.

use axum::body::Body;
use bellwire_core::{
    access::{ActorKind, Role},
    audit::AuditFilter,
    ports::Store,
};
use bellwire_web::auth::Peer;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    app::App,
    visitors::{self, PASSWORD, send},
};

const WEBHOOKS: &str = "/organizations/acme/webhooks";

#[tokio::test]
async fn a_viewer_who_writes_is_told_which_role_is_needed() {
    let app = App::acme().await;
    visitors::user(&app, "ann@example.com", false, &[("acme", Role::Viewer)]).await;
    let ann = visitors::basic("ann@example.com", PASSWORD);
    let before = app.stored().await;
    let hook = json!({"url": "https://hooks.example/a"});
    let answer = send(&app, &ann, Method::POST, WEBHOOKS, &hook).await;
    assert_eq!(
        answer.problem(403, "forbidden", ""),
        "This needs the role `editor` in the organization; yours is `viewer`."
    );
    let answer = send(&app, &ann, Method::POST, "/organizations", &json!({})).await;
    assert_eq!(
        answer.problem(403, "forbidden", ""),
        "This needs the role `admin` on the platform; you have no role on the platform."
    );
    assert_eq!(app.stored().await, before);
    send(&app, &ann, Method::GET, WEBHOOKS, &Value::Null)
        .await
        .expect(200);
}

#[tokio::test]
async fn another_organizations_ids_are_like_none() {
    let app = App::acme().await;
    app.kit.organization("other", "standard").await;
    let webhook = app.webhook(json!({})).await;
    visitors::user(&app, "ann@example.com", false, &[("other", Role::Admin)]).await;
    let ann = visitors::basic("ann@example.com", PASSWORD);
    let unknown = "00000000-0000-7000-8000-000000000000";
    for method in [Method::GET, Method::DELETE] {
        let mut told = Vec::new();
        for id in [webhook.as_str(), unknown] {
            let path = format!("/organizations/other/webhooks/{id}");
            let answer = send(&app, &ann, method.clone(), &path, &Value::Null).await;
            told.push(answer.problem(404, "not_found", ""));
        }
        assert_eq!(told[0], told[1]);
    }
    app.get(&format!("{WEBHOOKS}/{webhook}")).await.expect(200);
}

#[tokio::test]
async fn a_token_in_a_query_string_is_refused_whatever_the_route() {
    let app = App::acme().await;
    let in_query = [
        format!("access_token={}", app.platform),
        format!("q={}", app.platform),
    ];
    for query in &in_query {
        for path in [
            "/api/v1/organizations",
            "/api/v1/organizations/acme/webhooks",
            "/openapi.json",
            "/nowhere",
        ] {
            let request = Request::get(format!("{path}?{query}"))
                .header("authorization", format!("Bearer {}", app.platform))
                .body(Body::empty())
                .unwrap();
            let answer = app.send(request).await;
            let told = answer.problem(400, "token_in_query", "");
            assert!(!told.contains(&app.platform));
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_make_a_browser_change_anything() {
    let app = App::acme().await;
    let ann = visitors::user(&app, "ann@example.com", false, &[("acme", Role::Admin)]).await;
    let signed_in = visitors::session(&app, ann).await;
    let customer = visitors::portal(&app, "acme", Role::Editor, &[]).await;
    let basic = visitors::basic("ann@example.com", PASSWORD);
    let before = app.stored().await;
    let hook = json!({"url": "https://hooks.example/a"});
    for shown in [&signed_in, &customer, &basic] {
        for foreign in [
            ("sec-fetch-site", "cross-site".to_owned()),
            ("origin", "https://evil.example".to_owned()),
            ("origin", "null".to_owned()),
        ] {
            let mut shown = shown.clone();
            shown.push(foreign);
            let answer = send(&app, &shown, Method::POST, WEBHOOKS, &hook).await;
            answer.problem(403, "cross_site", "");
            send(&app, &shown, Method::GET, WEBHOOKS, &Value::Null)
                .await
                .expect(200);
        }
    }
    // Nothing that a browser sends by itself makes a token: who has it made the request.
    let bearer = vec![
        ("authorization", format!("Bearer {}", app.platform)),
        ("origin", "https://app.example".to_owned()),
    ];
    let answer = send(&app, &bearer, Method::POST, WEBHOOKS, &json!({})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(app.stored().await, before);
}

#[tokio::test]
async fn a_cookie_alone_reads_and_changes_nothing() {
    let app = App::acme().await;
    let ann = visitors::user(&app, "ann@example.com", false, &[("acme", Role::Admin)]).await;
    let own = visitors::session(&app, ann).await;
    let another = visitors::session(&app, ann).await;
    let cookie = own[0].clone();
    let before = app.stored().await;
    let hook = json!({"url": "https://hooks.example/a"});
    for token in [None, Some(""), Some("0"), Some(another[1].1.as_str())] {
        let mut shown = vec![cookie.clone()];
        shown.extend(token.map(|token| ("x-csrf-token", token.to_owned())));
        let answer = send(&app, &shown, Method::POST, WEBHOOKS, &hook).await;
        let told = answer.problem(403, "csrf", "");
        assert!(told.contains("GET /api/v1/session"), "{told}");
    }
    assert_eq!(app.stored().await, before);
    send(&app, &[cookie], Method::GET, WEBHOOKS, &Value::Null)
        .await
        .expect(200);
    send(&app, &own, Method::POST, WEBHOOKS, &hook)
        .await
        .expect(201);
}

/// The CSRF token says which, where a browser has both.
#[tokio::test]
async fn a_users_session_and_a_customers_do_not_get_into_each_others_way() {
    let app = App::acme().await;
    let ann = visitors::user(&app, "ann@example.com", false, &[("acme", Role::Viewer)]).await;
    let user = visitors::session(&app, ann).await;
    let customer = visitors::portal(&app, "acme", Role::Editor, &[]).await;
    let both = format!("{}; {}", user[0].1, customer[0].1);
    let hook = json!({"url": "https://hooks.example/a"});
    for (token, status) in [(&user[1], 403), (&customer[1], 201)] {
        let shown = [("cookie", both.clone()), token.clone()];
        let answer = send(&app, &shown, Method::POST, WEBHOOKS, &hook).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_change_is_signed_with_name_address_and_request() {
    let app = App::with(
        |_| {},
        bellwire_web::Options {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Default::default()
        },
    )
    .await;
    let mut request = app
        .request(Method::POST, "/organizations")
        .header("x-forwarded-for", "6.6.6.6, 203.0.113.7")
        .header("x-request-id", "abc-1")
        .body(Body::from(r#"{"id": "acme"}"#))
        .unwrap();
    request
        .extensions_mut()
        .insert(Peer("10.1.2.3".parse().unwrap()));
    app.send(request).await.expect(201);
    let filter = AuditFilter {
        action: Some("organization.created".to_owned()),
        ..AuditFilter::default()
    };
    let store: &dyn Store = &*app.store;
    let page = store.audit(&filter, None, 10).await.unwrap();
    let actor = &page.items[0].actor;
    assert_eq!((actor.kind, actor.name.as_str()), (ActorKind::Token, "ops"));
    assert_eq!(actor.address, Some("203.0.113.7".parse().unwrap()));
    assert_eq!(actor.request.as_deref(), Some("abc-1"));
}

/// Two customers of `acme`, each with a webhook on a channel of their own, and events about one,
/// the other, both and neither.
struct Neighbours {
    app: App,
    shown: visitors::Shown,
    own: String,
    others: String,
    events: [String; 4],
}

impl Neighbours {
    async fn new() -> Self {
        let app = App::acme().await;
        for key in ["account:x", "account:y"] {
            let channel = json!({"key": key, "label": key});
            app.post("/organizations/acme/channels", channel)
                .await
                .expect(201);
        }
        let hook = |name: &str, channel: &str| {
            json!({
                "url": format!("https://hooks.example/{name}"),
                "name": name,
                "channels": [channel],
            })
        };
        let own = app.webhook(hook("own", "account:x")).await;
        let others = app.webhook(hook("others", "account:y")).await;
        app.webhook(json!({"url": "https://hooks.example/all", "name": "all"}))
            .await;
        let mut events = Vec::new();
        for channels in [
            json!(["account:x"]),
            json!(["account:y"]),
            json!(["account:y", "account:x"]),
            json!([]),
        ] {
            let event = json!({"type": "a.b", "data": 1, "channels": channels});
            events.push(app.event(event).await);
        }
        Self {
            shown: visitors::portal(&app, "acme", Role::Editor, &["account:x"]).await,
            events: events.try_into().unwrap(),
            app,
            own,
            others,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> crate::app::Answer {
        let path = format!("/organizations/acme{path}");
        send(&self.app, &self.shown, method, &path, &body).await
    }

    async fn get(&self, path: &str) -> crate::app::Answer {
        self.send(Method::GET, path, Value::Null).await
    }
}

#[tokio::test]
async fn a_customer_sees_only_what_is_about_their_channels() {
    let at = Neighbours::new().await;
    let hooks = at.get("/webhooks").await.expect(200);
    let ids: Vec<&Value> = hooks["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| &w["id"])
        .collect();
    assert_eq!(ids, [&json!(at.own)]);
    let channels = at.get("/channels").await;
    assert!(!channels.text.contains("account:y"), "{}", channels.text);
    at.get("/channels/account:x").await.expect(200);
    at.get("/channels/account:y")
        .await
        .problem(404, "not_found", "");
    for path in ["", "/secret", "/attempts"] {
        at.get(&format!("/webhooks/{}{path}", at.own))
            .await
            .expect(200);
        at.get(&format!("/webhooks/{}{path}", at.others))
            .await
            .problem(404, "not_found", "");
    }

    let [own, others, both, neither] = &at.events;
    let listed = at.get("/events").await;
    assert!(!listed.text.contains("account:y"), "{}", listed.text);
    let listed = listed.expect(200);
    let entries = listed["items"].as_array().unwrap();
    let ids: Vec<&Value> = entries.iter().map(|event| &event["id"]).collect();
    assert_eq!(ids, [&json!(both), &json!(own)]);
    for entry in entries {
        assert_eq!(entry["deliveries"]["pending"], 1, "their own only: {entry}");
    }
    let filtered = at.get(&format!("/events?webhook={}", at.others)).await;
    assert_eq!(filtered.expect(200)["items"], json!([]));
    for (event, deliveries) in [(own, 1), (both, 1)] {
        let shown = at.get(&format!("/events/{event}")).await;
        for secret in ["account:y", &at.others, "others", "\"all\""] {
            assert!(!shown.text.contains(secret), "{secret} in {}", shown.text);
        }
        let shown = shown.expect(200);
        assert_eq!(shown["channels"], json!(["account:x"]));
        let made = shown["deliveries"].as_array().unwrap();
        assert_eq!(made.len(), deliveries);
        assert_eq!(made[0]["webhook_id"], json!(at.own));
    }
    for event in [others, neither] {
        at.get(&format!("/events/{event}"))
            .await
            .problem(404, "not_found", "");
    }
}

#[tokio::test]
async fn a_customer_changes_only_what_is_about_their_channels() {
    let at = Neighbours::new().await;
    let before = at.app.stored().await;
    let [own, others, both, _] = &at.events;
    let theirs = |event: &str| format!("/events/{event}/resend");
    for (method, path, body) in [
        (
            Method::PATCH,
            format!("/webhooks/{}", at.others),
            json!({"name": "mine"}),
        ),
        (
            Method::DELETE,
            format!("/webhooks/{}", at.others),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/webhooks/{}/test", at.others),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/webhooks/{}/secret/rotate", at.others),
            Value::Null,
        ),
        (Method::POST, theirs(others), Value::Null),
        // Somebody else's event cannot be called to one's own webhook.
        (Method::POST, theirs(others), json!({"webhook_id": at.own})),
        (Method::POST, theirs(both), json!({"webhook_id": at.others})),
    ] {
        let answer = at.send(method, &path, body).await;
        answer.problem(404, "not_found", "");
    }
    for event in [others, both] {
        let shown = at
            .app
            .get(&format!("/organizations/acme/events/{event}"))
            .await;
        for delivery in shown.expect(200)["deliveries"].as_array().unwrap() {
            if delivery["webhook_id"] == json!(at.own) {
                continue;
            }
            for what in ["resend", "cancel"] {
                let id = delivery["id"].as_str().unwrap();
                let path = format!("/deliveries/{id}/{what}");
                let answer = at.send(Method::POST, &path, Value::Null).await;
                answer.problem(404, "not_found", "");
            }
        }
    }
    for (channels, field) in [
        (json!([]), "channels"),
        (json!(["account:y"]), "channels[0]"),
        (json!(["account:x", "account:z"]), "channels[1]"),
    ] {
        let hook = json!({"url": "https://hooks.example/b", "channels": channels});
        let answer = at.send(Method::POST, "/webhooks", hook).await;
        answer.problem(422, "invalid_request", field);
        let path = format!("/webhooks/{}", at.own);
        let answer = at
            .send(Method::PATCH, &path, json!({"channels": channels}))
            .await;
        answer.problem(422, "invalid_request", field);
    }
    let hook = json!({"url": "https://hooks.example/b"});
    let answer = at.send(Method::POST, "/webhooks", hook).await;
    answer.problem(422, "invalid_request", "channels");
    assert_eq!(at.app.stored().await, before);

    let hook = json!({"url": "https://hooks.example/b", "channels": ["account:x"]});
    at.send(Method::POST, "/webhooks", hook).await.expect(201);
    let path = format!("/webhooks/{}", at.own);
    let answer = at.send(Method::PATCH, &path, json!({"name": "Mine"})).await;
    assert_eq!(answer.expect(200)["updated_by"], "A customer");
    let resent = at.send(Method::POST, &theirs(own), Value::Null).await;
    assert_eq!(
        resent.expect(202)["delivery_ids"].as_array().unwrap().len(),
        1
    );
    let resent = at.send(Method::POST, &theirs(both), Value::Null).await;
    assert_eq!(
        resent.expect(202)["delivery_ids"].as_array().unwrap().len(),
        1,
        "not to the others'"
    );
}

/// Where a profile allows one webhook for each URL, somebody else's is not shown in its place.
#[tokio::test]
async fn a_url_that_is_in_use_does_not_show_whose_it_is() {
    let app = App::new().await;
    app.kit.organization("acme", "advocate").await;
    let url = "https://hooks.example/shared";
    let hook = json!({"url": url, "name": "others", "channels": ["account:y"]});
    let made = app.post(WEBHOOKS, hook).await.expect(201);
    let shown = visitors::portal(&app, "acme", Role::Editor, &["account:x"]).await;
    let hook = json!({"url": url, "name": "mine", "channels": ["account:x"]});
    let answer = send(&app, &shown, Method::POST, WEBHOOKS, &hook).await;
    answer.problem(409, "url_taken", "");
    assert!(!answer.text.contains(made["id"].as_str().unwrap()));
    assert!(!answer.text.contains("account:y"));
}
