//! `POST /organizations/{org}/developer-rate-plans`

use axum::extract::State;
use bellwire_core::{service::NewDeveloperPlan, time::Time};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::DeveloperRatePlan;
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// A rate plan that a developer buys.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeveloperRatePlan {
    /// The developer's e-mail address.
    #[schema(example = "ada@example.com")]
    developer: String,
    /// The rate plan.
    #[schema(example = "location_adjustable")]
    rate_plan: String,
    /// How much may be used in a period: what percentages are of. With 0 nothing is notified.
    #[schema(example = 1000, maximum = 1_000_000_000_000_000u64)]
    quota_target: u64,
    /// When the first period begins; now, if left out.
    #[schema(value_type = Option<String>, format = DateTime, example = "2025-11-01T00:00:00Z")]
    start: Option<Time>,
    /// From when on nothing is counted; never, if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    end: Option<Time>,
}

/// Says that a developer has bought a rate plan. Two of one developer and one rate plan may not
/// overlap in time.
#[utoipa::path(
    post,
    path = "/organizations/{org}/developer-rate-plans",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewDeveloperRatePlan, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = DeveloperRatePlan),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn create_developer_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(new): Json<NewDeveloperRatePlan>,
) -> Result<(StatusCode, axum::Json<DeveloperRatePlan>), Problem> {
    let new = NewDeveloperPlan {
        developer: new.developer,
        rate_plan: new.rate_plan,
        quota_target: new.quota_target,
        start: new.start,
        end: new.end,
    };
    let made = state
        .service
        .create_developer_plan(within.slug(), new, within.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
