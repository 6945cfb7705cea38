//! `GET /organizations/{org}/developer-rate-plans/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::DeveloperPlanId;

use super::DeveloperRatePlan;
use crate::{
    AppState,
    auth::Whole,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Shows a rate plan that a developer has bought.
#[utoipa::path(
    get,
    path = "/organizations/{org}/developer-rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The developer rate plan.", body = DeveloperRatePlan),
        WholeProblems
    )
)]
pub async fn get_developer_rate_plan(
    State(state): State<AppState>,
    within: Whole,
    Id(id): Id<DeveloperPlanId>,
) -> Result<Json<DeveloperRatePlan>, Problem> {
    let kept = state.service.developer_plan(within.slug(), id).await?;
    Ok(Json(kept.into()))
}
