//! `DELETE /sessions`

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;

use super::AsUser;
use crate::{
    AppState,
    api::v1::session::forget,
    auth::cookie::Kind,
    problem::{
        Problem,
        docs::{AnybodyProblems, ForbiddenProblem},
    },
};

/// Signs the user who asks out everywhere, here included.
#[utoipa::path(
    delete,
    path = "/sessions",
    tag = "session",
    extensions(("x-required-right" = json!("any"))),
    responses(
        (status = 204, description = "Signed out everywhere."),
        ForbiddenProblem,
        AnybodyProblems
    )
)]
pub async fn end_all_sessions(
    State(state): State<AppState>,
    user: AsUser,
) -> Result<Response, Problem> {
    let by = &user.principal.actor;
    state.service.sign_out_everywhere(user.id, by).await?;
    Ok((StatusCode::NO_CONTENT, forget(&state, Kind::User)).into_response())
}
