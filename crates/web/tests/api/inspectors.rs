//! Inspectors: a private URL that keeps what arrives there, for whoever may look (EVI-16).

use axum::body::Body;
use bellwire_core::{
    access::Role,
    signature,
    time::{DAY, SECOND},
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::{
    app::{Answer, App},
    browser::{ORIGIN, acme, altered},
    visitors,
};

const INSPECTORS: &str = "/organizations/acme/inspectors";

/// An inspector that was made, and the path of its URL.
struct Made {
    id: String,
    url: String,
    path: String,
}

impl Made {
    fn of(shown: &Value) -> Self {
        let url = shown["url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix(ORIGIN).unwrap().to_owned();
        let id = shown["id"].as_str().unwrap().to_owned();
        Self { id, url, path }
    }

    async fn new(app: &App, body: Value) -> Self {
        Self::of(&app.post(INSPECTORS, body).await.expect(201))
    }

    fn requests(&self) -> String {
        format!("{INSPECTORS}/{}/requests", self.id)
    }
}

async fn post(app: &App, path: &str, body: impl Into<Body>) -> Answer {
    app.send(Request::post(path).body(body.into()).unwrap())
        .await
}

async fn arrived(app: &App, made: &Made) -> Vec<Value> {
    let page = app.get(&made.requests()).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// The newest request in full.
async fn newest(app: &App, made: &Made) -> Value {
    let id = arrived(app, made).await[0]["id"].clone();
    let path = format!("{}/{}", made.requests(), id.as_str().unwrap());
    app.get(&path).await.expect(200)
}

/// EVI-16: whatever arrives is kept as it came, newest first.
#[tokio::test]
async fn what_arrives_is_shown_as_it_came() {
    let app = acme().await;
    let made = Made::new(&app, json!({"name": "First <try>"})).await;
    let shown = app.get(&format!("{INSPECTORS}/{}", made.id)).await;
    let shown = shown.expect(200);
    assert_eq!(shown["name"], "First <try>");
    assert_eq!(shown["answer"], json!({"status": 200, "delay_s": 0}));
    assert_eq!(shown["channels"], json!([]));
    assert_eq!(shown["expires_at"], "2025-11-28T08:00:00Z");
    let listed = app.get(INSPECTORS).await.expect(200);
    assert_eq!(listed["items"], json!([shown]));

    app.kit.clock.advance(SECOND);
    let body = "{\"a\": \"<script>\", \"n\": 1.10}";
    let sent = Request::post(format!("{}/orders/%C3%BC?x=%00", made.path))
        .header("content-type", "application/json")
        .header("x-own", "ü")
        .body(Body::from(body));
    let answer = app.send(sent.unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(
        answer.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let sent = Request::builder().method("GET").uri(&made.path);
    app.send(sent.body(Body::empty()).unwrap()).await;
    let binary = post(&app, &made.path, vec![0xff, 0x00]).await;
    assert_eq!(binary.status, 200);

    let listed = arrived(&app, &made).await;
    let methods: Vec<&Value> = listed.iter().map(|one| &one["method"]).collect();
    assert_eq!(methods, ["POST", "GET", "POST"]);
    assert_eq!(newest(&app, &made).await["body"], Value::Null);
    assert_eq!(newest(&app, &made).await["body_base64"], "/wA=");
    let first = format!("{}/{}", made.requests(), listed[2]["id"].as_str().unwrap());
    let first = app.get(&first).await.expect(200);
    assert_eq!(first["path"], "/orders/%C3%BC?x=%00");
    assert_eq!(
        (&first["body"], &first["body_bytes"]),
        (&json!(body), &json!(28))
    );
    assert_eq!(first["at"], "2025-11-21T08:00:01Z");
    assert_eq!(first["signature"], Value::Null);
    let headers = first["headers"].as_array().unwrap();
    let own = headers.iter().find(|header| header["name"] == "x-own");
    assert_eq!(own.unwrap()["value"], "ü");

    // Pages, and an end to it.
    let page = app.get(&format!("{}?limit=2", made.requests())).await;
    let page = page.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .get(&format!("{}?limit=2&cursor={cursor}", made.requests()))
        .await;
    assert_eq!(rest.expect(200)["items"].as_array().unwrap().len(), 1);
    app.delete(&made.requests()).await.expect(204);
    assert_eq!(arrived(&app, &made).await, Vec::<Value>::new());
    app.delete(&format!("{INSPECTORS}/{}", made.id))
        .await
        .expect(204);
    assert_eq!(post(&app, &made.path, "{}").await.status, 404);
    app.get(&made.requests())
        .await
        .problem(404, "not_found", "");
}

/// EVI-16: the secret part of the URL is in nothing that others may read: neither in what is kept, nor
/// in metrics, nor in the audit log.
#[tokio::test]
async fn the_secret_part_of_the_url_goes_no_further() {
    let app = acme().await;
    let made = Made::new(&app, json!({})).await;
    let secret = made.path.rsplit('/').next().unwrap();
    assert!(secret.len() >= 43, "{secret}");
    post(&app, &format!("{}/deeper", made.path), "{}").await;
    let request = newest(&app, &made).await.to_string();
    assert!(!request.contains(secret), "{request}");
    let audit = app.get("/organizations/acme/audit").await;
    assert!(audit.text.contains("inspector.created"), "{}", audit.text);
    assert!(!audit.text.contains(secret), "{}", audit.text);
    let metrics = Request::get("/metrics").body(Body::empty()).unwrap();
    let metrics = app.send(metrics).await.text;
    assert!(metrics.contains("/inspect/{secret}"), "{metrics}");
    assert!(!metrics.contains(secret), "{metrics}");
}

/// EVI-16: a webhook that calls it is found by itself, and its secrets are tried.
#[tokio::test]
async fn the_signature_is_checked_by_the_webhook_that_calls() {
    let app = acme().await;
    let made = Made::new(&app, json!({})).await;
    let id = app
        .webhook(json!({"name": "Orders", "url": format!("{}/orders", made.url)}))
        .await;
    app.webhook(json!({"name": "Another", "url": "https://hooks.example/inspect/else"}))
        .await;
    let path = format!("/organizations/acme/webhooks/{id}/secret");
    let secret = app.get(&path).await.expect(200);
    let secret = secret["secrets"][0]["secret"].as_str().unwrap().to_owned();
    let seconds = app.kit.service.now().as_secs();
    let body = b"{\"type\":\"booking.created\"}";
    let message = "msg_1";
    let signed = signature::sign(&secret, message, seconds, body).unwrap();
    let send = async |body: &[u8], signature: &str| {
        let sent = Request::post(format!("{}/orders", made.path))
            .header("webhook-id", message)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(Body::from(body.to_vec()));
        assert_eq!(app.send(sent.unwrap()).await.status, 200);
        newest(&app, &made).await["signature"].clone()
    };
    let right = send(body, &signed).await;
    assert_eq!(right["valid"], true, "{right}");
    assert_eq!(right["webhook"], json!({"id": id, "name": "Orders"}));
    assert_eq!(right["signed_by"]["current"], true, "{right}");
    // The time of arrival counts, and not the time of looking.
    app.kit.clock.advance(DAY);
    let later = newest(&app, &made).await;
    assert_eq!(later["signature"]["valid"], true, "{later}");
    assert!(!later.to_string().contains(&secret));
    // Late, and altered.
    let changed = send(b"{\"type\":\"booking.changed\"}", &signed).await;
    assert_eq!(
        (&changed["valid"], &changed["signed_by"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(changed["webhook"]["name"], "Orders");
}

/// EVI-16: it answers as it is told, so that retries can be tried out.
#[tokio::test]
async fn it_answers_as_it_is_told() {
    let app = acme().await;
    let made = Made::new(&app, json!({"answer": {"status": 204}})).await;
    let path = format!("{INSPECTORS}/{}", made.id);
    let answer = post(&app, &made.path, "{}").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    for status in [200, 410, 500, 503] {
        let changed = app
            .patch(&path, json!({"answer": {"status": status}}))
            .await;
        assert_eq!(changed.expect(200)["answer"]["status"], status);
        assert_eq!(post(&app, &made.path, "{}").await.status, status);
        assert_eq!(arrived(&app, &made).await[0]["answered"], status);
    }
    let changed = app
        .patch(&path, json!({"answer": {"delay_s": 10}, "name": "Slow"}))
        .await;
    let changed = changed.expect(200);
    assert_eq!(changed["answer"], json!({"status": 503, "delay_s": 10}));
    assert_eq!(changed["name"], "Slow");
    // It is kept before it is answered.
    let before = arrived(&app, &made).await.len();
    let (answer, ()) = tokio::join!(post(&app, &made.path, "{}"), async {
        app.kit.clock.wait_for_sleepers(1).await;
        assert_eq!(arrived(&app, &made).await.len(), before + 1);
        app.kit.clock.advance(10 * SECOND);
    });
    assert_eq!(answer.status, 503);
}

/// EVI-16: whoever is lured here by a customer, with our own cookies in their browser, leaves none of
/// them behind; and what is no method is refused.
#[tokio::test]
async fn sessions_of_others_are_not_kept() {
    let app = acme().await;
    let made = Made::new(&app, json!({})).await;
    let lured = Request::get(&made.path)
        .header("cookie", "__Host-bellwire=bws_secret; theme=dark")
        .header("cookie", "__Host-bellwire-portal=bws_secret")
        .header("sec-fetch-mode", "navigate")
        .body(Body::empty());
    assert_eq!(app.send(lured.unwrap()).await.status, 200);
    let kept = newest(&app, &made).await;
    assert!(!kept.to_string().contains("bws_secret"), "{kept}");
    let headers = kept["headers"].as_array().unwrap();
    assert!(headers.iter().any(|one| one["name"] == "sec-fetch-mode"));
    assert!(headers.iter().all(|one| one["name"] != "cookie"));
    let endless = Request::builder()
        .method("A".repeat(33).as_str())
        .uri(&made.path)
        .body(Body::empty());
    assert_eq!(app.send(endless.unwrap()).await.status, 405);
    assert_eq!(arrived(&app, &made).await.len(), 1);
}

/// EVI-16: what strangers can do to it is bounded.
#[tokio::test]
async fn what_is_too_much_is_refused_and_not_kept() {
    let app = acme().await;
    let made = Made::new(&app, json!({})).await;
    let announced = Request::post(&made.path)
        .header("content-length", (256 << 10) + 1)
        .body(Body::empty());
    assert_eq!(app.send(announced.unwrap()).await.status, 413);
    let large = post(&app, &made.path, vec![b'x'; (256 << 10) + 1]).await;
    assert_eq!(large.status, 413);
    let headers = Request::post(&made.path)
        .header("x-long", "x".repeat(16 << 10))
        .body(Body::empty());
    assert_eq!(app.send(headers.unwrap()).await.status, 431);
    assert_eq!(arrived(&app, &made).await.len(), 0);
    let most = post(&app, &made.path, vec![b'x'; 256 << 10]).await;
    assert_eq!(most.status, 200);
    let mut refused = 0;
    for _ in 0..40 {
        let answer = post(&app, &made.path, "{}").await;
        if answer.status == 429 {
            assert_eq!(answer.headers["retry-after"], "1");
            refused += 1;
        }
    }
    assert_eq!(refused, 40 + 4 - 30);
    let other = Made::new(&app, json!({})).await;
    assert_eq!(post(&app, &other.path, "{}").await.status, 200);
    app.kit.clock.advance(SECOND);
    assert_eq!(post(&app, &made.path, "{}").await.status, 200);
}

/// EVI-16: an invented URL leads nowhere, and neither does one that nobody has used for a week.
#[tokio::test]
async fn only_what_there_is_lets_in() {
    let app = acme().await;
    let made = Made::new(&app, json!({})).await;
    for path in [
        altered(&made.path),
        "/inspect/x".to_owned(),
        format!("{}A", made.path),
        format!("/inspect/{}", made.id),
    ] {
        assert_eq!(post(&app, &path, "{}").await.status, 404, "{path}");
    }
    app.kit.clock.advance(6 * DAY);
    assert_eq!(post(&app, &made.path, "{}").await.status, 200);
    app.kit.clock.advance(6 * DAY);
    assert_eq!(arrived(&app, &made).await.len(), 1);
    app.kit.clock.advance(DAY);
    assert_eq!(post(&app, &made.path, "{}").await.status, 404);
    app.get(&made.requests())
        .await
        .problem(404, "not_found", "");
    assert_eq!(app.get(INSPECTORS).await.expect(200)["items"], json!([]));
    assert!(app.kit.service.sweep_inspectors().await.unwrap());
    assert!(!app.kit.service.sweep_inspectors().await.unwrap());
}

/// EVI-16: a customer's inspector is seen by that customer and by the organization.
#[tokio::test]
async fn a_customer_sees_their_own() {
    let app = acme().await;
    let own = Made::new(&app, json!({})).await;
    let cool = visitors::portal(&app, "acme", Role::Editor, &["account:cool"]).await;
    let both = visitors::portal(&app, "acme", Role::Editor, &["account:b", "account:cool"]).await;
    let ask = async |who, method, path: &str, body: Value| {
        visitors::send(&app, who, method, path, &body).await
    };
    let made = ask(&cool, Method::POST, INSPECTORS, json!({}))
        .await
        .expect(201);
    assert_eq!(made["channels"], json!(["account:cool"]));
    let made = Made::of(&made);
    post(&app, &made.path, "{}").await;
    let other = ask(&both, Method::POST, INSPECTORS, json!({}))
        .await
        .expect(201);
    let other = Made::of(&other);
    let ids = |answer: Answer| -> Vec<String> {
        let items = answer.expect(200)["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let seen = ids(ask(&cool, Method::GET, INSPECTORS, Value::Null).await);
    assert_eq!(seen, std::slice::from_ref(&made.id));
    let seen = ids(ask(&both, Method::GET, INSPECTORS, Value::Null).await);
    assert_eq!(seen, [other.id.clone(), made.id.clone()]);
    let seen = ids(app.get(INSPECTORS).await);
    assert_eq!(seen, [other.id.clone(), made.id.clone(), own.id.clone()]);
    for hidden in [&own, &other] {
        let path = format!("{INSPECTORS}/{}", hidden.id);
        let requests = hidden.requests();
        for (method, path, body) in [
            (Method::GET, &path, Value::Null),
            (Method::PATCH, &path, json!({})),
            (Method::DELETE, &path, Value::Null),
            (Method::GET, &requests, Value::Null),
            (Method::DELETE, &requests, Value::Null),
        ] {
            ask(&cool, method, path, body)
                .await
                .problem(404, "not_found", "");
        }
    }
    let seen = ask(&cool, Method::GET, &made.requests(), Value::Null).await;
    assert_eq!(seen.expect(200)["items"].as_array().unwrap().len(), 1);
}

/// EVI-16: what is wrong is named, and there are so many and no more.
#[tokio::test]
async fn what_cannot_be_is_refused() {
    let app = acme().await;
    for (body, field, said) in [
        (
            json!({"answer": {"status": 201}}),
            "answer.status",
            "200, 204, 410",
        ),
        (
            json!({"answer": {"delay_s": 11}}),
            "answer.delay_s",
            "0 to 10",
        ),
        (json!({"name": "x".repeat(256)}), "name", "at most 255"),
        (json!({"answer": {"color": 1}}), "answer.color", "unknown"),
        (json!({"answer": [null, null]}), "answer", "an object"),
    ] {
        let refused = app.post(INSPECTORS, body).await;
        let message = refused.problem(422, "invalid_request", field);
        assert!(message.contains(said), "{message}");
    }
    for _ in 0..10 {
        Made::new(&app, json!({})).await;
    }
    let page = app.get(&format!("{INSPECTORS}?limit=7")).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 7);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .get(&format!("{INSPECTORS}?limit=7&cursor={cursor}"))
        .await;
    let rest = rest.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 3);
    assert_eq!(rest["next_cursor"], Value::Null);
    let refused = app.post(INSPECTORS, json!({})).await;
    let said = refused.problem(409, "too_many_inspectors", "");
    assert!(said.contains("remove one"), "{said}");
    let cool = visitors::portal(&app, "acme", Role::Editor, &["account:cool"]).await;
    let made = visitors::send(&app, &cool, Method::POST, INSPECTORS, &json!({})).await;
    made.expect(201);
}
