//! `GET /organizations/{org}/developer-rate-plans/{id}/usage`

use axum::{Json, extract::State};
use bellwire_core::{ids::DeveloperPlanId, service, time::Time};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    auth::Whole,
    extract::{
        Id, IdPath, OrganizationPath, Params, Query, ReadQuery,
        query::{MAX_LIMIT, wrong},
    },
    problem::{
        Problem,
        docs::{QueryProblems, WholeProblems},
    },
};

/// How many periods, when none are asked for: the most that two years have.
const DEFAULT_PERIODS: usize = 24;

/// How far back.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodsQuery {
    /// How many periods at most.
    #[param(minimum = 1, maximum = 100, default = 24)]
    pub limit: Option<usize>,
}

impl ReadQuery for PeriodsQuery {
    const NAMES: &'static [&'static str] = &["limit"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let limit = params.value("limit")?;
        if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
            let message = format!("a number from 1 to {MAX_LIMIT} is expected");
            return Err(wrong("limit", message));
        }
        Ok(Self { limit })
    }
}

/// What was used in one period.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodUsage {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    start: Time,
    /// When the next one does.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    end: Option<Time>,
    /// How much was used in it.
    #[schema(example = 812)]
    used: u64,
    /// How many whole percent of the present target that is; null with a target of 0.
    #[schema(required, example = 81)]
    percent: Option<u64>,
    /// When something was last counted in it.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<service::PeriodUsage> for PeriodUsage {
    fn from(usage: service::PeriodUsage) -> Self {
        Self {
            start: usage.start,
            end: usage.end,
            used: usage.count,
            percent: usage.percent,
            updated_at: usage.updated_at,
        }
    }
}

/// What was used of a developer rate plan, by period.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageHistory {
    /// Periods in which something was used, latest first.
    periods: Vec<PeriodUsage>,
}

/// Shows what was used of a developer rate plan in each period, latest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/developer-rate-plans/{id}/usage",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, PeriodsQuery),
    responses(
        (status = 200, description = "The periods.", body = UsageHistory),
        QueryProblems,
        WholeProblems
    )
)]
pub async fn get_developer_rate_plan_usage(
    State(state): State<AppState>,
    within: Whole,
    Id(id): Id<DeveloperPlanId>,
    Query(query): Query<PeriodsQuery>,
) -> Result<Json<UsageHistory>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_PERIODS);
    let periods = state.service.plan_usage(within.slug(), id, limit).await?;
    Ok(Json(UsageHistory {
        periods: periods.into_iter().map(PeriodUsage::from).collect(),
    }))
}
