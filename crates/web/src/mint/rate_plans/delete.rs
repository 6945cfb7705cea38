//! `DELETE /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}`

use axum::extract::State;
use http::StatusCode;

use super::plan_of;
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{OrganizationPath, PackagePath},
    mint::{
        path::{PlanOfPackage, PlanPath},
        refusal::{MintConflict, MintProblems},
    },
    problem::Problem,
};

/// Deletes a rate plan that no developer has, with its notification conditions (APG-27d).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath, PlanPath),
    responses((status = 204, description = "Deleted."), MintProblems, MintConflict)
)]
pub async fn delete_mint_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    path: PlanOfPackage,
) -> Result<StatusCode, Problem> {
    plan_of(&state, &within, &path).await?;
    state
        .service
        .delete_rate_plan(within.slug(), &path.plan, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
