//! `DELETE /v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}`

use axum::extract::State;
use bellwire_core::ids::DeveloperPlanId;
use http::StatusCode;

use super::plan_of;
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, Id, IdPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// Deletes a rate plan that a developer has bought, with what was counted of it (APG-27d).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/developers/{email}/developer-rateplans/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath, IdPath),
    responses((status = 204, description = "Deleted."), MintProblems)
)]
pub async fn delete_mint_developer_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
    Id(id): Id<DeveloperPlanId>,
) -> Result<StatusCode, Problem> {
    plan_of(&state, &within, &email, id).await?;
    state
        .service
        .delete_developer_plan(within.slug(), id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
