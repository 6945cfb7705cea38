//! The session: signing in and out, who I am, and my own password.

pub mod change_password;
pub mod get;
pub mod sign_in;
pub mod sign_out;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{service, time::Time};
use http::header;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{shape::NO_STORE, users::User};
use crate::{
    AppState,
    auth::cookie::{Kind, Names},
};

/// The routes of the session.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            sign_in::sign_in,
            get::get_session,
            sign_out::sign_out
        ))
        .routes(routes!(change_password::change_password))
}

/// Somebody has signed in. The session's secret is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Who.
    user: User,
    /// What requests that change something send as `X-CSRF-Token`, when they come with the cookie.
    #[schema(example = "9f2c7d118a4e2f6b1c0d9e8f0193a5b0")]
    csrf_token: String,
    /// When the session ends, unless they are here before: being here moves it.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
}

/// The answer to somebody who has signed in, with the cookie.
pub(super) fn signed_in(state: &AppState, signed_in: &service::SignedIn) -> Response {
    let principal = &signed_in.principal;
    let (Some(user), Some(session)) = (principal.user(), principal.session()) else {
        // Whoever signs in is a user with a session.
        return crate::problem::Problem::new(
            crate::problem::Code::Internal,
            "A bug stopped this request; the log has its id.",
        )
        .into_response();
    };
    let answer = SignedIn {
        user: User::of(user, state.service.snapshot()),
        csrf_token: session.csrf.clone(),
        expires_at: session.expires_at,
    };
    let cookie = [(header::SET_COOKIE, state.session_cookie(signed_in))];
    (NO_STORE, cookie, Json(answer)).into_response()
}

/// The header that makes a browser forget its session.
pub(super) fn forget(state: &AppState, kind: Kind) -> [(http::HeaderName, http::HeaderValue); 1] {
    [(header::SET_COOKIE, Names::of(&state.options).clear(kind))]
}
