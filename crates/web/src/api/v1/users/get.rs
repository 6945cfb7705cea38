//! `GET /users/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::UserId;

use super::User;
use crate::{
    AppState,
    auth::{OfPlatform, Read},
    extract::{Id, IdPath},
    problem::{
        Problem,
        docs::{MissingProblem, PlatformProblems},
    },
};

/// Shows a user.
#[utoipa::path(
    get,
    path = "/users/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("platform_read"))),
    params(IdPath),
    responses(
        (status = 200, description = "The user.", body = User),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn get_user(
    State(state): State<AppState>,
    _: OfPlatform<Read>,
    Id(id): Id<UserId>,
) -> Result<Json<User>, Problem> {
    let user = state.service.user(id).await?;
    Ok(Json(User::of(&user, state.service.snapshot())))
}
