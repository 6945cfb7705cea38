//! `DELETE /tokens/{id}`

use axum::extract::State;
use bellwire_core::ids::TokenId;
use http::StatusCode;

use crate::{
    AppState,
    auth::Platform,
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
    params(IdPath),
    responses(
        (status = 204, description = "Revoked."),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn revoke_token(
    State(state): State<AppState>,
    _: Platform,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    state.service.revoke_token(None, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
