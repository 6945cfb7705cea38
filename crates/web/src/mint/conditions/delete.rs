//! `DELETE /v1/mint/organizations/{org}/notification-conditions/{id}`

use axum::extract::State;
use bellwire_core::ids::ConditionId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Id, IdPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// Deletes a notification condition (APG-27).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/notification-conditions/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses((status = 204, description = "Deleted."), MintProblems)
)]
pub async fn delete_mint_condition(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Id(id): Id<ConditionId>,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_condition(within.slug(), id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
