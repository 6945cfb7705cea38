//! `DELETE /organizations/{org}/rate-plans/{id}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{OrganizationPath, RatePlanId, RatePlanPath},
    problem::{
        Problem,
        docs::{ConflictProblems, WholeProblems},
    },
};

/// Deletes a rate plan, with its notification conditions. One that somebody has bought stays: delete
/// the developer rate plans first.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, RatePlanPath),
    responses(
        (status = 204, description = "Deleted."),
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn delete_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    RatePlanId(id): RatePlanId,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_rate_plan(within.slug(), &id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
