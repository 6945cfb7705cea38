//! `PATCH /organizations/{org}/developer-rate-plans/{id}`

use axum::extract::State;
use bellwire_core::{ids::DeveloperPlanId, service::DeveloperPlanPatch, time::Time};
use serde::Deserialize;
use utoipa::ToSchema;

use super::DeveloperRatePlan;
use crate::{
    AppState,
    api::v1::shape::{given, given_or_null},
    auth::{Edit, Whole},
    extract::{Id, IdPath, Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// What to change of a developer rate plan; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeveloperRatePlanChange {
    /// How much may be used in a period. What has fired in a period does not fire again in it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, maximum = 1_000_000_000_000_000u64)]
    quota_target: Option<u64>,
    /// When the first period begins; only until something was counted.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, format = DateTime)]
    start: Option<Time>,
    /// From when on nothing is counted; null for never.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    end: Option<Option<Time>>,
}

/// Changes a developer rate plan: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/developer-rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = DeveloperRatePlanChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = DeveloperRatePlan),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn update_developer_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Id(id): Id<DeveloperPlanId>,
    Json(change): Json<DeveloperRatePlanChange>,
) -> Result<axum::Json<DeveloperRatePlan>, Problem> {
    let patch = DeveloperPlanPatch {
        quota_target: change.quota_target,
        start: change.start,
        end: change.end,
    };
    let changed = state
        .service
        .update_developer_plan(within.slug(), id, patch, within.by())
        .await?;
    Ok(axum::Json(changed.into()))
}
