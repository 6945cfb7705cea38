//! Webhooks: every answer to its letter (APG-8 to APG-14b). What they mean is tested in `mint.rs`.

use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::{WEBHOOKS, golden::golden, send, started};

/// APG-8 to APG-14b: a webhook's life.
#[tokio::test]
async fn every_answer_about_webhooks_is_kept_to_its_letter() {
    let app = started().await;
    let ask = async |method, path: &str, body: &str| send(&app, method, path, body).await;
    golden("webhooks-none.json", &ask(Method::GET, WEBHOOKS, "").await);
    let body = r#"{"name":"callback1","postURL":"http://mycompany.com/callbackhandler1"}"#;
    let made = ask(Method::POST, WEBHOOKS, body).await;
    golden("webhook-made.json", &made);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("{WEBHOOKS}/{id}");
    golden("webhook.json", &ask(Method::GET, &path, "").await);
    golden("webhooks.json", &ask(Method::GET, WEBHOOKS, "").await);
    app.kit.clock.advance(1_000_000);
    let change = r#"{"postUrl":"http://mycompany.com/callbackhandler2"}"#;
    golden(
        "webhook-changed.json",
        &ask(Method::PUT, &path, change).await,
    );
    let on = r#"{"enabled":"true"}"#;
    golden("webhook-enabled.json", &ask(Method::POST, &path, on).await);
    app.event(json!({"type": "a.b", "data": {}, "webhooks": [id]}))
        .await;
    let kept = format!("{path}?forceDelete=false");
    golden(
        "webhook-pending.json",
        &ask(Method::DELETE, &kept, "").await,
    );
    let wrong = r#"{"enabled":"maybe"}"#;
    golden("webhook-wrong.json", &ask(Method::PUT, &path, wrong).await);
    let gone = ask(Method::DELETE, &path, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    golden("webhook-gone.json", &ask(Method::GET, &path, "").await);
    let page = format!("{WEBHOOKS}?page=0");
    golden("page-wrong.json", &ask(Method::GET, &page, "").await);
    let nobody = Request::builder().uri(WEBHOOKS);
    let nobody = app.send(nobody.body(Body::empty()).unwrap()).await;
    golden("unauthenticated.json", &nobody);
}
