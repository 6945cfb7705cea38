//! A browser: keeps cookies, sends forms, and shows the session's CSRF token when asked to.

use std::collections::BTreeMap;

use axum::body::Body;
use bellwire_core::{access::Role, ids::UserId};
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::{
    app::{Answer, App},
    visitors::{self, PASSWORD},
};

/// What people call the server of these tests.
pub(crate) const ORIGIN: &str = "https://hooks.example";

/// The API under [`ORIGIN`], with the organization `acme`.
pub(crate) async fn acme() -> App {
    let options = bellwire_web::Options {
        origin: ORIGIN.to_owned(),
        ..bellwire_web::Options::default()
    };
    let app = App::with(|_| {}, options).await;
    app.kit.organization("acme", "standard").await;
    app
}

/// The same, with a user of this role in `acme`.
pub(crate) async fn acme_with(email: &str, role: Role) -> (App, UserId) {
    let app = acme().await;
    let id = visitors::user(&app, email, false, &[("acme", role)]).await;
    (app, id)
}

/// What follows a link's path of this kind.
pub(crate) fn text_of(url: &str, kind: &str) -> String {
    let rest = url.strip_prefix(&format!("{ORIGIN}/{kind}/"));
    rest.unwrap_or_else(|| panic!("{url} is no link of {kind}"))
        .to_owned()
}

/// The same text with one letter changed.
pub(crate) fn altered(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let letter = &mut letters[10];
    *letter = if *letter == 'A' { 'B' } else { 'A' };
    letters.into_iter().collect()
}

/// A browser.
#[derive(Default, Clone)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
    pub(crate) csrf: Option<String>,
}

impl Browser {
    /// Signed in as this user, with everybody's password.
    pub(crate) async fn signed_in(app: &App, email: &str) -> Self {
        let mut browser = Self::default();
        let answer = browser.sign_in(app, email, PASSWORD).await;
        let answer = answer.expect(200);
        assert_eq!(answer["user"]["email"], email);
        browser.csrf = Some(answer["csrf_token"].as_str().unwrap().to_owned());
        browser
    }

    pub(crate) async fn sign_in(&mut self, app: &App, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.api(app, Method::POST, "/session", &body).await
    }

    /// Whether it holds a cookie of this name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn send(&mut self, app: &App, mut request: Request<Body>) -> Answer {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !pairs.is_empty() {
            let cookies = pairs.join("; ").parse().unwrap();
            request.headers_mut().insert("cookie", cookies);
        }
        let answer = app.send(request).await;
        self.keep(&answer.headers);
        answer
    }

    /// What a script of our own page sends. Paths are under `/api/v1`.
    pub(crate) async fn api(
        &mut self,
        app: &App,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin");
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        self.send(app, request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&mut self, app: &App, path: &str) -> Answer {
        self.api(app, Method::GET, path, &Value::Null).await
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, app: &App, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send(app, request).await
    }

    /// Sends the form of a page, from a page of this origin.
    pub(crate) async fn submit(
        &mut self,
        app: &App,
        path: &str,
        fields: &[(&str, &str)],
        origin: &str,
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(app, request).await
    }
}

/// Every page keeps itself to itself.
#[track_caller]
pub(crate) fn check_page(answer: &Answer, status: u16, frame_ancestors: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        policy.ends_with(&format!("frame-ancestors {frame_ancestors}")),
        "{policy}"
    );
    assert!(answer.text.contains("name=\"viewport\""));
    assert!(!answer.text.contains("<script"));
}
