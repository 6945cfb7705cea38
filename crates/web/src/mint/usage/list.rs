//! `GET /v1/mint/organizations/{org}/usage`

use axum::extract::State;
use bellwire_core::{
    service::{PlanUsage, UsageFilter},
    time::Time,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, Params, Query, ReadQuery},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Whose usage of what.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MintUsageOf {
    /// Of this developer: an e-mail address.
    developer: Option<String>,
    /// Of this rate plan: an id.
    #[param(rename = "ratePlan")]
    rate_plan: Option<String>,
}

/// Both: whose, and which part of the list.
#[derive(Debug)]
pub struct MintUsageQuery(MintUsageOf, MintPage);

impl ReadQuery for MintUsageQuery {
    const NAMES: &'static [&'static str] = &["developer", "ratePlan", "all", "size", "page"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let text = |name| params.text(name).map(str::to_owned);
        let of = MintUsageOf {
            developer: text("developer"),
            rate_plan: text("ratePlan"),
        };
        Ok(Self(of, MintPage::read(params)?))
    }
}

/// How much developers use of what they have bought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintUsages {
    /// How many there are, on all pages.
    total_records: u64,
    /// Those of this page: one for each rate plan that a developer has bought, oldest first.
    usage: Vec<MintUsage>,
}

/// How much a developer uses of a rate plan, in its present period.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintUsage {
    /// How much was used.
    count: u64,
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The id of the developer's rate plan.
    #[schema(format = Uuid)]
    developer_rate_plan: String,
    /// When the next period begins, in milliseconds since 1970; null outside of any.
    #[schema(required)]
    next_billing_cycle_start_date: Option<i64>,
    /// When the period began, in milliseconds since 1970; null before the first and after the end.
    #[schema(required)]
    period_start_date: Option<i64>,
    /// How many whole percent of the target that is; null without a target.
    #[schema(required)]
    quota_percent_used: Option<u64>,
    /// The target.
    quota_target: u64,
    /// The rate plan's id.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// When something was last counted, in milliseconds since 1970; null when nothing was.
    #[schema(required)]
    updated: Option<i64>,
}

impl From<PlanUsage> for MintUsage {
    fn from(usage: PlanUsage) -> Self {
        Self {
            count: usage.count,
            developer: usage.plan.developer,
            developer_rate_plan: usage.plan.id.to_string(),
            next_billing_cycle_start_date: usage.period.map(|period| period.end.as_millis()),
            period_start_date: usage.period.map(|period| period.start.as_millis()),
            quota_percent_used: usage.percent,
            quota_target: usage.plan.quota_target,
            rate_plan: usage.plan.rate_plan,
            updated: usage.updated_at.map(Time::as_millis),
        }
    }
}

/// Lists how much developers use of what they have bought, in the present period of each.
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/usage",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintUsageOf, MintPage),
    responses((status = 200, description = "A page.", body = MintUsages), MintProblems)
)]
pub async fn list_mint_usage(
    State(state): State<AppState>,
    within: Whole<Read>,
    Query(MintUsageQuery(of, page)): Query<MintUsageQuery>,
) -> Result<axum::Json<MintUsages>, Problem> {
    let filter = UsageFilter {
        developer: of.developer,
        rate_plan: of.rate_plan,
    };
    let listing = state
        .service
        .usage(within.slug(), filter, page.window())
        .await?;
    Ok(axum::Json(MintUsages {
        total_records: listing.total,
        usage: listing.items.into_iter().map(Into::into).collect(),
    }))
}
