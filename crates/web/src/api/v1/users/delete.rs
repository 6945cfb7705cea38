//! `DELETE /users/{id}`

use axum::extract::State;
use bellwire_core::ids::UserId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, OfPlatform},
    extract::{Id, IdPath},
    problem::{
        Problem,
        docs::{ConflictProblems, MissingProblem, PlatformProblems},
    },
};

/// Deletes a user. What they did stays in the audit log under their name. The last operator cannot
/// be deleted.
#[utoipa::path(
    delete,
    path = "/users/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(IdPath),
    responses(
        (status = 204, description = "Deleted."),
        ConflictProblems,
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn delete_user(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    state.service.delete_user(id, platform.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
