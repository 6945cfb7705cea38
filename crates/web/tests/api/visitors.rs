//! Those who come with something else than a token: what they show with each request.

use std::sync::Arc;

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::{
    access::Role,
    ids::UserId,
    service::{Caller, NewPortalLink, NewUser, SignedIn},
};
use bellwire_testkit::service::by;
use http::{Method, Request};
use serde_json::Value;

use crate::app::{Answer, App};

/// Headers.
pub(crate) type Shown = Vec<(&'static str, String)>;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "plum gravel orbit lantern";

/// Makes a user with that password.
pub(crate) async fn user(app: &App, email: &str, operator: bool, roles: &[(&str, Role)]) -> UserId {
    let new = NewUser {
        email: email.to_owned(),
        password: Some(PASSWORD.to_owned()),
        operator,
        memberships: roles
            .iter()
            .map(|(slug, role)| ((*slug).to_owned(), *role))
            .collect(),
        ..NewUser::default()
    };
    let made = app.kit.service.create_user(new, &by("test")).await;
    made.unwrap().user.id
}

/// E-mail address and password with each request.
pub(crate) fn basic(email: &str, password: &str) -> Shown {
    let pair = STANDARD.encode(format!("{email}:{password}"));
    vec![("authorization", format!("Basic {pair}"))]
}

fn cookie(name: &str, signed_in: &SignedIn) -> Shown {
    let session = signed_in.principal.session().unwrap();
    vec![
        ("cookie", format!("{name}={}", signed_in.secret)),
        ("x-csrf-token", session.csrf.clone()),
    ]
}

/// A new session of a user.
pub(crate) async fn session(app: &App, id: UserId) -> Shown {
    let service = &app.kit.service;
    let user = Arc::new(service.user(id).await.unwrap());
    let signed_in = service.start_session(user, &Caller::default()).await;
    cookie("__Host-bellwire", &signed_in.unwrap())
}

/// A new session behind a portal link, for these channels or all.
pub(crate) async fn portal(app: &App, slug: &str, role: Role, channels: &[&str]) -> Shown {
    let new = NewPortalLink {
        name: "A customer".to_owned(),
        role: Some(role),
        channels: channels.iter().map(|&channel| channel.to_owned()).collect(),
        ..NewPortalLink::default()
    };
    let service = &app.kit.service;
    let (_, text) = service
        .create_portal_link(slug, new, &by("test"))
        .await
        .unwrap();
    let signed_in = service.enter(&text, &Caller::default()).await.unwrap();
    cookie("__Host-bellwire-portal", &signed_in)
}

/// Sends a request with these headers. Paths are under `/api/v1`; no body, when it is null.
pub(crate) async fn send(
    app: &App,
    shown: &[(&'static str, String)],
    method: Method,
    path: &str,
    body: &Value,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"));
    for (name, value) in shown {
        request = request.header(*name, value);
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    app.send(request.body(body).unwrap()).await
}
