//! `POST /organizations/{org}/jobs`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    answer::Job,
    filter::{DEFAULT_PER_SECOND, Filter, JobKind},
};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Json, OrganizationPath, object},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// A job to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJob {
    /// What it is to do.
    #[expect(
        dead_code,
        reason = "there is one kind, and it is checked by being read"
    )]
    kind: JobKind,
    /// What it is to do it to.
    #[serde(default, deserialize_with = "object::optional")]
    filter: Option<Filter>,
    /// How many deliveries a second.
    #[schema(minimum = 1, maximum = 10_000, default = 10)]
    per_second: Option<u32>,
}

/// Starts a job that sends deliveries again which failed or were cancelled, at a rate that the
/// endpoint can bear.
///
/// It is about what had failed when it was made. What was sent again since and has arrived, or is on
/// its way, is left out. A restart of the server goes on with it.
#[utoipa::path(
    post,
    path = "/organizations/{org}/jobs",
    tag = "jobs",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewJob, content_type = "application/json"),
    responses(
        (status = 202, description = "Made, and about to begin.", body = Job),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn start_job(
    State(state): State<AppState>,
    within: Within<Edit>,
    Json(new): Json<NewJob>,
) -> Result<(StatusCode, axum::Json<Job>), Problem> {
    let new = service::NewJob {
        filter: new.filter.unwrap_or_default().into(),
        per_second: new.per_second.unwrap_or(DEFAULT_PER_SECOND),
    };
    let job = state
        .service
        .start_job(within.slug(), new, within.access(), within.by())
        .await?;
    let job = Job::new(job, state.service.now());
    Ok((StatusCode::ACCEPTED, axum::Json(job)))
}
