//! Developer rate plans: who has bought what, with which target, from when to when.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;
pub mod usage;

use bellwire_core::{ids::DeveloperPlanId, service::Kept, time::Time, usage::DeveloperPlan};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::documents::Stamps;
use crate::AppState;

/// The routes of developer rate plans.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            create::create_developer_rate_plan,
            list::list_developer_rate_plans
        ))
        .routes(routes!(
            get::get_developer_rate_plan,
            update::update_developer_rate_plan,
            delete::delete_developer_rate_plan
        ))
        .routes(routes!(usage::get_developer_rate_plan_usage))
}

/// A rate plan that a developer has bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeveloperRatePlan {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: DeveloperPlanId,
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// How much may be used in a period: what percentages are of. With 0 nothing is notified.
    #[schema(example = 1000)]
    quota_target: u64,
    /// When the first period begins; the others follow from it.
    #[schema(value_type = String, format = DateTime)]
    start: Time,
    /// From when on nothing is counted; null when it has no end.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    end: Option<Time>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl From<Kept<DeveloperPlan>> for DeveloperRatePlan {
    fn from(kept: Kept<DeveloperPlan>) -> Self {
        let plan = kept.document;
        Self {
            id: plan.id,
            developer: plan.developer,
            rate_plan: plan.rate_plan,
            quota_target: plan.quota_target,
            start: plan.start,
            end: plan.end,
            stamps: kept.stamp.into(),
        }
    }
}
