//! `GET /organizations/{org}/usage`

use axum::{Json, extract::State};
use bellwire_core::{
    ids::DeveloperPlanId,
    service::{PlanUsage, UsageFilter},
    time::Time,
    usage,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::{developer_rate_plans::list::DeveloperRatePlanQuery, documents::Place, shape::List},
    auth::Whole,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{QueryProblems, WholeProblems},
    },
};

/// From when to when a period lasts.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaPeriod {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    start: Time,
    /// When the next one does.
    #[schema(value_type = String, format = DateTime)]
    end: Time,
}

impl From<usage::Period> for QuotaPeriod {
    fn from(period: usage::Period) -> Self {
        Self {
            start: period.start,
            end: period.end,
        }
    }
}

/// What a developer has used of a rate plan, against the target, in the present period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    /// The developer rate plan.
    #[schema(value_type = String, format = Uuid)]
    developer_rate_plan: DeveloperPlanId,
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// How much may be used in a period.
    #[schema(example = 1000)]
    quota_target: u64,
    /// The present period; null before the developer rate plan starts and after its end.
    #[schema(required)]
    period: Option<QuotaPeriod>,
    /// How much was used in it.
    #[schema(example = 812)]
    used: u64,
    /// How many whole percent of the target that is; null with a target of 0.
    #[schema(required, example = 81)]
    percent: Option<u64>,
    /// When something was last counted in it; null when nothing was.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    updated_at: Option<Time>,
}

impl From<PlanUsage> for Usage {
    fn from(usage: PlanUsage) -> Self {
        let plan = usage.plan;
        Self {
            developer_rate_plan: plan.id,
            developer: plan.developer,
            rate_plan: plan.rate_plan,
            quota_target: plan.quota_target,
            period: usage.period.map(QuotaPeriod::from),
            used: usage.count,
            percent: usage.percent,
            updated_at: usage.updated_at,
        }
    }
}

/// Lists what developers have used against their targets in the present periods, by developer rate
/// plan, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/usage",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, DeveloperRatePlanQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Usage>),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn list_usage(
    State(state): State<AppState>,
    within: Whole,
    Query(query): Query<DeveloperRatePlanQuery>,
) -> Result<Json<List<Usage>>, Problem> {
    let filter = UsageFilter {
        developer: query.developer,
        rate_plan: query.rate_plan,
    };
    let parts = ["usage", &within.id().to_string(), &format!("{filter:?}")];
    let place = Place::of(Binding::of(&parts), &query.paging)?;
    let listing = state
        .service
        .usage(within.slug(), filter, place.window)
        .await?;
    let items = listing.items.into_iter().map(Usage::from).collect();
    Ok(Json(place.page(items, listing.total)))
}
