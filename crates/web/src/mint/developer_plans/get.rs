//! `GET /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}`

use axum::extract::State;
use bellwire_core::ids::DeveloperPlanId;

use super::{plan_of, shape::MintDeveloperPlan};
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{Email, EmailPath, Id, IdPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// One rate plan that a developer has bought (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EmailPath, IdPath),
    responses((status = 200, description = "It.", body = MintDeveloperPlan), MintProblems)
)]
pub async fn get_mint_developer_plan(
    State(state): State<AppState>,
    within: Whole<Read>,
    Email(email): Email,
    Id(id): Id<DeveloperPlanId>,
) -> Result<axum::Json<MintDeveloperPlan>, Problem> {
    let kept = plan_of(&state, &within, &email, id).await?;
    Ok(axum::Json(kept.into()))
}
