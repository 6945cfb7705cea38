//! `PATCH /organizations/{org}/notification-conditions/{id}`

use axum::extract::State;
use bellwire_core::{
    ids::{ConditionId, WebhookId},
    service::ConditionPatch,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    NotificationCondition,
    threshold::{self, Threshold},
};
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Whole},
    extract::{Id, IdPath, Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// What to change of a notification condition; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationConditionChange {
    /// All percentages of the target: whole numbers, and ranges; at least one.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_items = 1)]
    thresholds: Option<Vec<Threshold>>,
    /// All webhooks that are called; at least one.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<uuid::Uuid>, required = false, min_items = 1)]
    webhooks: Option<Vec<WebhookId>>,
}

/// Changes a notification condition: only the fields given. What usage has passed already does not
/// fire in this period any more.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/notification-conditions/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = NotificationConditionChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = NotificationCondition),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn update_notification_condition(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Id(id): Id<ConditionId>,
    Json(change): Json<NotificationConditionChange>,
) -> Result<axum::Json<NotificationCondition>, Problem> {
    let thresholds = change.thresholds.as_deref();
    let patch = ConditionPatch {
        targets: thresholds.map(threshold::targets).transpose()?,
        webhooks: change.webhooks,
    };
    let changed = state
        .service
        .update_condition(within.slug(), id, patch, within.by())
        .await
        .map_err(threshold::named)?;
    Ok(axum::Json(changed.into()))
}
