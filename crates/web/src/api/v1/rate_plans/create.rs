//! `POST /organizations/{org}/rate-plans`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{RatePlan, named};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// A rate plan to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRatePlan {
    /// Its id, never changed afterwards; made of package and name, if left out.
    #[schema(example = "location_adjustable", pattern = "^[A-Za-z0-9_.-]{1,100}$")]
    id: Option<String>,
    /// The package it sells; never changed afterwards.
    #[schema(example = "location")]
    package: String,
    /// For people.
    #[schema(
        example = "Adjustable",
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// For people.
    #[schema(
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// How many calendar months a period has.
    #[schema(minimum = 1, maximum = 24, default = 1, example = 1)]
    period_months: Option<u64>,
    /// Its notification conditions fire; a draft, if left out.
    #[schema(default = false, example = true)]
    published: Option<bool>,
}

/// Makes a rate plan of a package.
#[utoipa::path(
    post,
    path = "/organizations/{org}/rate-plans",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewRatePlan, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = RatePlan),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn create_rate_plan(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(new): Json<NewRatePlan>,
) -> Result<(StatusCode, axum::Json<RatePlan>), Problem> {
    let new = service::NewRatePlan {
        id: new.id,
        package: new.package,
        name: new.name,
        description: new.description,
        months: new.period_months,
        published: new.published,
    };
    let made = state
        .service
        .create_rate_plan(within.slug(), new, within.by())
        .await
        .map_err(named)?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
