//! `DELETE /users/{id}/sessions`

use axum::extract::State;
use bellwire_core::ids::UserId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, OfPlatform},
    extract::{Id, IdPath},
    problem::{
        Problem,
        docs::{MissingProblem, PlatformProblems},
    },
};

/// Signs a user out everywhere: every session of theirs has ended when this is answered.
#[utoipa::path(
    delete,
    path = "/users/{id}/sessions",
    tag = "people",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(IdPath),
    responses(
        (status = 204, description = "Signed out."),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn end_user_sessions(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    state.service.sign_out_everywhere(id, platform.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
