//! Who may come near: nothing of another organization, nothing for customers who see some channels.

use axum::body::Body;
use bellwire_core::access::Role;
use http::{Method, Request};
use serde_json::json;

use super::{ACME, Shop, record};
use crate::{app::App, visitors};

const NOUNS: [&str; 6] = [
    "developers",
    "packages",
    "rate-plans",
    "developer-rate-plans",
    "notification-conditions",
    "usage",
];

/// The same names exist in two organizations and are two things.
#[tokio::test]
async fn nothing_of_another_organization_is_seen_or_counted() {
    let shop = Shop::open().await;
    let webhook = shop.direct("https://hooks.example/1").await;
    let condition = shop.condition(json!([80]), &[&webhook]).await;
    shop.used("1", 500).await;
    let app = &shop.app;
    app.kit.organization("other", "standard").await;
    let other = "/organizations/other";
    for path in [
        "developers/ada@example.com".to_owned(),
        "packages/location".to_owned(),
        "rate-plans/location_adjustable".to_owned(),
        format!("developer-rate-plans/{}", shop.plan),
        format!("developer-rate-plans/{}/usage", shop.plan),
        format!("notification-conditions/{condition}"),
    ] {
        let path = format!("{other}/{path}");
        app.get(&path).await.problem(404, "not_found", "");
        if !path.ends_with("usage") {
            app.patch(&path, json!({}))
                .await
                .problem(404, "not_found", "");
            app.delete(&path).await.problem(404, "not_found", "");
        }
    }
    for noun in NOUNS {
        let page = app.get(&format!("{other}/{noun}")).await.expect(200);
        assert_eq!(page["items"], json!([]), "{noun}");
    }
    app.post(
        &format!("{other}/usage"),
        json!({"records": [record("2", 1)]}),
    )
    .await
    .problem(422, "invalid_request", "records[0].developer");
    for (noun, body) in [
        ("developers", json!({"email": "ada@example.com"})),
        ("packages", json!({"name": "Location"})),
        (
            "rate-plans",
            json!({"package": "location", "name": "Adjustable"}),
        ),
    ] {
        app.post(&format!("{other}/{noun}"), body).await.expect(201);
    }
    app.delete(&format!("{other}/developers/ada@example.com"))
        .await
        .expect(204);
    assert_eq!(shop.usage().await["used"], 500);
}

async fn ask(
    app: &App,
    shown: &visitors::Shown,
    method: Method,
    path: &str,
    body: &str,
) -> crate::app::Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"));
    for (name, value) in shown {
        request = request.header(*name, value);
    }
    app.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// Who came through a link is somebody's customer and sees none of it, with all channels or with some.
#[tokio::test]
async fn a_customer_is_refused_everything() {
    let shop = Shop::open().await;
    let app = &shop.app;
    for channels in [&["account:x"][..], &[]] {
        let link = visitors::portal(app, "acme", Role::Editor, channels).await;
        for noun in NOUNS {
            let path = format!("{ACME}/{noun}");
            let said = ask(app, &link, Method::GET, &path, "")
                .await
                .problem(403, "forbidden", "");
            assert!(said.contains("portal link"), "{said}");
            ask(app, &link, Method::POST, &path, "{}")
                .await
                .problem(403, "forbidden", "");
        }
        let package = format!("{ACME}/packages/location");
        for (method, body) in [(Method::PATCH, "{}"), (Method::DELETE, "")] {
            ask(app, &link, method, &package, body)
                .await
                .problem(403, "forbidden", "");
        }
    }
}
