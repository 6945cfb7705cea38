//! `DELETE /organizations/{org}/tokens/{id}`

use axum::extract::State;
use bellwire_core::ids::TokenId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Revokes a token of the organization: it is not accepted any more when this is answered.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/tokens/{id}",
    tag = "tokens",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Revoked."),
        OrganizationProblems
    )
)]
pub async fn revoke_organization_token(
    State(state): State<AppState>,
    within: Within<Manage>,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    let slug = Some(within.slug());
    state.service.revoke_token(slug, id, within.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
