//! `GET /organizations/{org}/rate-plans/{id}`

use axum::{Json, extract::State};

use super::RatePlan;
use crate::{
    AppState,
    auth::Whole,
    extract::{OrganizationPath, RatePlanId, RatePlanPath},
    problem::{Problem, docs::WholeProblems},
};

/// Shows a rate plan.
#[utoipa::path(
    get,
    path = "/organizations/{org}/rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, RatePlanPath),
    responses(
        (status = 200, description = "The rate plan.", body = RatePlan),
        WholeProblems
    )
)]
pub async fn get_rate_plan(
    State(state): State<AppState>,
    within: Whole,
    RatePlanId(id): RatePlanId,
) -> Result<Json<RatePlan>, Problem> {
    let kept = state.service.rate_plan(within.slug(), &id).await?;
    Ok(Json(kept.into()))
}
