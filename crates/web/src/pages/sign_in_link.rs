//! `GET /sign-in/link/{link}`: somebody signs in by a link that was made on the machine, once.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, Method, StatusCode, header};

use super::html::Page;
use crate::{
    AppState,
    auth::Asking,
    problem::{Code, Problem},
};

/// Exchanges the link for a session and goes on to a URL that holds no secret.
pub(super) async fn enter(
    State(state): State<AppState>,
    method: Method,
    Asking(caller): Asking,
    Path(link): Path<String>,
) -> Result<Response, Page> {
    if method == Method::HEAD {
        // Asked by programs that look where a link leads; it must still work for the person.
        let problem = Problem::new(Code::MethodNotAllowed, "A link is opened with GET.");
        return Err(Page::problem(&problem).with(header::ALLOW, HeaderValue::from_static("GET")));
    }
    let signed_in = state.service.sign_in_by_link(&link, &caller).await;
    let signed_in = signed_in.map_err(|error| Page::problem(&error.into()))?;
    let headers = [
        (header::LOCATION, HeaderValue::from_static("/")),
        (header::SET_COOKIE, state.session_cookie(&signed_in)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}
