//! The whole API over a real store, without a socket: what every test here stands on.

use std::sync::Arc;

use axum::{Router, body::Body};
use bellwire_core::{
    crypt::{Key, Keyring},
    ports::{EventFilter, ItemFilter, Store, TokenScope, Window},
    service::NewToken,
    time::Time,
    usage::Noun,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    entropy::SeededEntropy,
    service::{Kit, by},
};
use bellwire_web::{AppState, metrics::Metrics};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::conformance;

/// The API over a store of its own.
pub(crate) struct App {
    pub(crate) kit: Kit,
    pub(crate) store: Arc<Sqlite>,
    pub(crate) state: AppState,
    router: Router,
    /// A token of the platform.
    pub(crate) platform: String,
    directory: TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl App {
    /// With a token of the platform and nothing else.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}, bellwire_web::Options::default()).await
    }

    /// With one organization of the standard profile, `acme`.
    pub(crate) async fn acme() -> Self {
        let app = Self::new().await;
        app.kit.organization("acme", "standard").await;
        app
    }

    pub(crate) async fn with(
        change: impl FnOnce(&mut Options),
        web: bellwire_web::Options,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keyring = Keyring::new(vec![Key::from_bytes([7; 32])]).unwrap();
        let mut options = Options::new(directory.path().join("bellwire.db"));
        change(&mut options);
        let entropy = Arc::new(SeededEntropy::new(9));
        let store = Arc::new(Sqlite::open(&options, keyring, entropy).unwrap());
        let kit = Kit::start(store.clone()).await;
        let (_, platform) = kit
            .service
            .create_token(TokenScope::Platform, NewToken::admin("ops"), &by("test"))
            .await
            .unwrap();
        let state = AppState::new(kit.service.clone(), Arc::new(Metrics::new()), web);
        Self {
            kit,
            store,
            router: bellwire_web::router(state.clone()),
            state,
            platform,
            directory,
        }
    }

    /// Where the database is.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// A token of this organization.
    pub(crate) async fn token_of(&self, slug: &str) -> String {
        let id = self.kit.service.tenant(slug).unwrap().organization.id;
        let scope = TokenScope::Organization(id);
        self.kit
            .service
            .create_token(scope, NewToken::admin("producer"), &by("test"))
            .await
            .unwrap()
            .1
    }

    /// Sends a request; whatever comes back must be as the OpenAPI document says.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        };
        conformance::check(&method, &path, &answer);
        answer
    }

    /// A request with the platform's token and these bytes. Paths are under `/api/v1`.
    pub(crate) async fn raw(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        self.send(self.request(method, path).body(body.into()).unwrap())
            .await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.platform))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.raw(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send_as(token, Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn send_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(body)
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::POST, path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.raw(Method::PATCH, path, body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.raw(Method::DELETE, path, Body::empty()).await
    }

    /// Makes a webhook in `acme` and gives back its id.
    pub(crate) async fn webhook(&self, mut body: Value) -> String {
        if body.get("url").is_none() {
            body["url"] = json!("https://hooks.example/a");
        }
        let made = self
            .post("/organizations/acme/webhooks", body)
            .await
            .expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Posts an event to `acme` and gives back its id.
    pub(crate) async fn event(&self, body: Value) -> String {
        let accepted = self
            .post("/organizations/acme/events", body)
            .await
            .expect(202);
        accepted["id"].as_str().unwrap().to_owned()
    }

    /// Everything that is stored, as text: equal before and after means that nothing was stored.
    pub(crate) async fn stored(&self) -> String {
        let store: &dyn Store = &*self.store;
        let organizations = store.load_organizations().await.unwrap();
        let mut text = format!(
            "{organizations:?}\n{:?}\n{:?}",
            store.platform_event_types().await.unwrap(),
            store.tokens(None).await.unwrap()
        );
        for record in &organizations {
            let id = record.organization.id;
            let events = store
                .events(
                    id,
                    &EventFilter::default(),
                    None,
                    1000,
                    std::time::Duration::MAX,
                )
                .await
                .unwrap();
            text.push_str(&format!("\n{events:?}"));
            let inspectors = store.inspectors(id, Time::EPOCH).await.unwrap();
            for inspector in &inspectors {
                let arrived = store.list_inspected(inspector.id, None, 1000).await;
                text.push_str(&format!("\n{inspector:?}{:?}", arrived.unwrap()));
            }
            for noun in Noun::ALL {
                let filter = ItemFilter {
                    noun,
                    parent: None,
                    owner: None,
                    text: None,
                };
                let all = Window {
                    offset: 0,
                    limit: 1000,
                };
                let items = store.items(id, filter, all).await.unwrap().items;
                text.push_str(&format!("\n{items:?}"));
            }
            for webhook in &record.webhooks {
                let attempts = store.attempts(id, webhook.id, None, 1000).await.unwrap();
                text.push_str(&format!("\n{attempts:?}"));
            }
        }
        text
    }
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Checks a problem document: status, code, and the first field to blame (empty for none).
    /// Gives back the first message, or the detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str, field: &str) -> String {
        let body = self.expect(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["type"], format!("urn:bellwire:problem:{code}"));
        assert_ne!(body["title"], Value::Null);
        if field.is_empty() {
            assert_eq!(body["errors"], Value::Null, "{body}");
            return body["detail"].as_str().unwrap().to_owned();
        }
        assert_eq!(body["errors"][0]["field"], field, "{body}");
        body["errors"][0]["message"].as_str().unwrap().to_owned()
    }
}
