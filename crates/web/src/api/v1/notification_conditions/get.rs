//! `GET /organizations/{org}/notification-conditions/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::ConditionId;

use super::NotificationCondition;
use crate::{
    AppState,
    auth::Whole,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Shows a notification condition.
#[utoipa::path(
    get,
    path = "/organizations/{org}/notification-conditions/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The notification condition.", body = NotificationCondition),
        WholeProblems
    )
)]
pub async fn get_notification_condition(
    State(state): State<AppState>,
    within: Whole,
    Id(id): Id<ConditionId>,
) -> Result<Json<NotificationCondition>, Problem> {
    let kept = state.service.condition(within.slug(), id).await?;
    Ok(Json(kept.into()))
}
