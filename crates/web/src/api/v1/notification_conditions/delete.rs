//! `DELETE /organizations/{org}/notification-conditions/{id}`

use axum::extract::State;
use bellwire_core::ids::ConditionId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Deletes a notification condition. What it has fired is delivered all the same.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/notification-conditions/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Deleted."),
        WholeProblems
    )
)]
pub async fn delete_notification_condition(
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
