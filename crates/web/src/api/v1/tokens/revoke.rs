//! `DELETE /tokens/{id}`

use axum::extract::State;
use bellwire_core::ids::TokenId;
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

/// Revokes a token: it is not accepted any more when this is answered.
#[utoipa::path(
    delete,
    path = "/tokens/{id}",
    tag = "tokens",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(IdPath),
    responses(
        (status = 204, description = "Revoked."),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn revoke_token(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    state.service.revoke_token(None, id, platform.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
