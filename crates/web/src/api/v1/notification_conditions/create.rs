//! `POST /organizations/{org}/notification-conditions`

use axum::extract::State;
use bellwire_core::{ids::WebhookId, service::NewCondition};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    NotificationCondition,
    threshold::{self, Threshold},
};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// A notification condition to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotificationCondition {
    /// The rate plan; never changed afterwards.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// The percentages of the target: whole numbers, and ranges; at least one.
    #[schema(min_items = 1, example = json!([50, {"from": 80, "to": 120, "step": 10}]))]
    thresholds: Vec<Threshold>,
    /// The webhooks that are called, whatever they listen to; at least one.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 1)]
    webhooks: Vec<WebhookId>,
}

/// Makes a notification condition: when a developer's usage reaches one of these percentages of
/// their target, these webhooks are called, once in each period.
#[utoipa::path(
    post,
    path = "/organizations/{org}/notification-conditions",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewNotificationCondition, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = NotificationCondition),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn create_notification_condition(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(new): Json<NewNotificationCondition>,
) -> Result<(StatusCode, axum::Json<NotificationCondition>), Problem> {
    let new = NewCondition {
        rate_plan: new.rate_plan,
        targets: threshold::targets(&new.thresholds)?,
        webhooks: new.webhooks,
    };
    let made = state
        .service
        .create_condition(within.slug(), new, within.by())
        .await
        .map_err(threshold::named)?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
