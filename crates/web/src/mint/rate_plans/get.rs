//! `GET /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}`

use axum::extract::State;

use super::{plan_of, shape::MintRatePlan};
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, PackagePath},
    mint::{
        path::{PlanOfPackage, PlanPath},
        refusal::MintProblems,
    },
    problem::Problem,
};

/// One rate plan of a package (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans/{plan}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, PackagePath, PlanPath),
    responses((status = 200, description = "The rate plan.", body = MintRatePlan), MintProblems)
)]
pub async fn get_mint_rate_plan(
    State(state): State<AppState>,
    within: Whole<Read>,
    path: PlanOfPackage,
) -> Result<axum::Json<MintRatePlan>, Problem> {
    let kept = plan_of(&state, &within, &path).await?;
    Ok(axum::Json(kept.into()))
}
