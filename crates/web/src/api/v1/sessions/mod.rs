//! Sessions: where a user is signed in.

pub mod end;
pub mod end_all;
pub mod list;

use axum::extract::FromRequestParts;
use bellwire_core::{
    ids::{SessionId, UserId},
    service::Principal,
    time::Time,
    user,
};
use http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState,
    auth::SignedIn,
    problem::{Code, Problem},
};

/// The routes of sessions.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_sessions, end_all::end_all_sessions))
        .routes(routes!(end::end_session))
}

/// Being signed in on one browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionEntry {
    /// What ending it names.
    #[schema(value_type = String, format = Uuid)]
    id: SessionId,
    /// Whether this request came with it.
    current: bool,
    /// When they signed in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When they were last here, to a minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Time,
    /// When it ends, unless they are here before.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// From where they signed in; null when it is not known.
    #[schema(required)]
    address: Option<String>,
    /// The program they signed in with, as it calls itself; null when it did not say.
    #[schema(required)]
    agent: Option<String>,
}

impl SessionEntry {
    fn of(session: user::Session, principal: &Principal) -> Self {
        Self {
            current: principal.session().is_some_and(|own| own.id == session.id),
            id: session.id,
            created_at: session.created_at,
            seen_at: session.seen_at,
            expires_at: session.expires_at.min(session.ends_at),
            address: session.address,
            agent: session.agent,
        }
    }
}

/// A request by a user: nobody else has sessions, or a password.
#[derive(Debug, Clone)]
pub struct AsUser {
    /// Who asks.
    pub principal: Principal,
    /// Their id.
    pub id: UserId,
}

impl FromRequestParts<AppState> for AsUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let SignedIn(principal) = SignedIn::from_request_parts(parts, state).await?;
        match principal.user().map(|user| user.id) {
            Some(id) => Ok(Self { principal, id }),
            None => Err(Problem::new(
                Code::Forbidden,
                "This is for users; this request came with a token or through a portal link.",
            )),
        }
    }
}
