//! `GET /v1/mint/organizations/{org}/notification-conditions/{id}`

use axum::extract::State;
use bellwire_core::ids::ConditionId;

use super::shape::MintCondition;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{Id, IdPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// One notification condition (APG-27).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/notification-conditions/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses((status = 200, description = "The notification condition.", body = MintCondition), MintProblems)
)]
pub async fn get_mint_condition(
    State(state): State<AppState>,
    within: Whole<Read>,
    Id(id): Id<ConditionId>,
) -> Result<axum::Json<MintCondition>, Problem> {
    let kept = state.service.condition(within.slug(), id).await?;
    Ok(axum::Json(kept.into()))
}
