//! Notification conditions: at which percentages of a rate plan's target which webhooks are called.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod threshold;
pub mod update;

use std::collections::BTreeSet;

use bellwire_core::{
    ids::{ConditionId, WebhookId},
    service::Kept,
    usage::{Condition, UsageTarget},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::threshold::Threshold;
use super::documents::Stamps;
use crate::AppState;

/// The routes of notification conditions.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            create::create_notification_condition,
            list::list_notification_conditions
        ))
        .routes(routes!(
            get::get_notification_condition,
            update::update_notification_condition,
            delete::delete_notification_condition
        ))
}

/// At which percentages of the target which webhooks are called.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationCondition {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: ConditionId,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// The percentages of the target: single ones, and ranges.
    thresholds: Vec<Threshold>,
    /// Every percentage that fires, ascending.
    #[schema(example = json!([80, 90, 100, 110, 120]))]
    fires_at: Vec<u32>,
    /// The webhooks that are called, whatever they listen to.
    #[schema(value_type = Vec<uuid::Uuid>)]
    webhooks: Vec<WebhookId>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl From<Kept<Condition>> for NotificationCondition {
    fn from(kept: Kept<Condition>) -> Self {
        let condition = kept.document;
        let fires_at: BTreeSet<u32> = condition
            .targets
            .iter()
            .flat_map(UsageTarget::percentages)
            .collect();
        Self {
            id: condition.id,
            rate_plan: condition.rate_plan,
            thresholds: threshold::shown(&condition.targets),
            fires_at: fires_at.into_iter().collect(),
            webhooks: condition.webhooks,
            stamps: kept.stamp.into(),
        }
    }
}
