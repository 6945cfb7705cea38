//! `DELETE /organizations/{org}/developer-rate-plans/{id}`

use axum::extract::State;
use bellwire_core::ids::DeveloperPlanId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Deletes a rate plan that a developer has bought, with everything that was counted for it. To end
/// it and keep that, set its `end`.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/developer-rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Deleted."),
        WholeProblems
    )
)]
pub async fn delete_developer_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Id(id): Id<DeveloperPlanId>,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_developer_plan(within.slug(), id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
