//! `PUT /session/password`

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SignedIn, signed_in};
use crate::{
    AppState,
    api::v1::sessions::AsUser,
    auth::Asking,
    extract::Json,
    problem::{
        Problem,
        docs::{AnybodyProblems, BodyProblems, BusyProblems, ForbiddenProblem},
    },
};

/// A password in place of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one that holds.
    #[schema(format = Password)]
    current_password: String,
    /// The one that is to hold.
    #[schema(format = Password, min_length = 10, max_length = 1024)]
    new_password: String,
}

/// Changes one's own password. Every session ends; whoever came with one gets a new one.
#[utoipa::path(
    put,
    path = "/session/password",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    request_body(content = PasswordChange, content_type = "application/json"),
    responses(
        (status = 200, description = "Changed; this is the new session.", body = SignedIn),
        (status = 204, description = "Changed; the request came without a session."),
        BodyProblems,
        BusyProblems,
        ForbiddenProblem,
        AnybodyProblems
    )
)]
pub async fn change_password(
    State(state): State<AppState>,
    user: AsUser,
    Asking(caller): Asking,
    Json(change): Json<PasswordChange>,
) -> Result<Response, Problem> {
    let (current, new) = (&change.current_password, &change.new_password);
    let session = state
        .service
        .change_password(&user.principal, current, new, &caller)
        .await?;
    Ok(match session {
        Some(session) => signed_in(&state, &session),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
