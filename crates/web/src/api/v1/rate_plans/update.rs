//! `PATCH /organizations/{org}/rate-plans/{id}`

use axum::extract::State;
use bellwire_core::service::RatePlanPatch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RatePlan, named};
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath, RatePlanId, RatePlanPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// What to change of a rate plan; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatePlanChange {
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// For people; empty for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// How many calendar months a period has; only until somebody has bought the plan.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 1, maximum = 24)]
    period_months: Option<u64>,
    /// Its notification conditions fire.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    published: Option<bool>,
}

/// Changes a rate plan: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/rate-plans/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, RatePlanPath),
    request_body(content = RatePlanChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = RatePlan),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn update_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    RatePlanId(id): RatePlanId,
    Json(change): Json<RatePlanChange>,
) -> Result<axum::Json<RatePlan>, Problem> {
    let patch = RatePlanPatch {
        name: change.name,
        description: change.description,
        months: change.period_months,
        published: change.published,
    };
    let changed = state
        .service
        .update_rate_plan(within.slug(), &id, patch, within.by())
        .await
        .map_err(named)?;
    Ok(axum::Json(changed.into()))
}
