//! `GET /enter/{link}`: a customer comes in through a portal link, once.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use bellwire_core::service::Who;
use http::{HeaderValue, Method, StatusCode, header};

use super::html::{Frame, Page};
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
        // Asked by programs that look where a link leads; it must still work for the customer.
        let problem = Problem::new(Code::MethodNotAllowed, "A link is opened with GET.");
        return Err(Page::problem(&problem).with(header::ALLOW, HeaderValue::from_static("GET")));
    }
    // A refusal has nothing to click on and may be read where the portal would have been embedded.
    let refused = |problem: Problem| Page::problem(&problem).frame(Frame::Anybody);
    let entered = state.service.enter(&link, &caller).await;
    let signed_in = entered.map_err(|error| refused(error.into()))?;
    let Who::Portal { portal, .. } = &signed_in.principal.who else {
        return Err(refused(Problem::not_found("link")));
    };
    let tenant = state
        .service
        .snapshot()
        .organization_by_id(portal.organization_id)
        .ok_or_else(|| refused(Problem::not_found("organization")))?;
    // A slug has only letters that stand for themselves in a path.
    let to = HeaderValue::from_str(&format!("/portal/{}", tenant.organization.slug))
        .map_err(|_| refused(Problem::not_found("organization")))?;
    let headers = [
        (header::LOCATION, to),
        (header::SET_COOKIE, state.session_cookie(&signed_in)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}
