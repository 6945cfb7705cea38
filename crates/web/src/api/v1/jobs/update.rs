//! `PATCH /organizations/{org}/jobs/{id}`

use axum::extract::State;
use bellwire_core::{ids::JobId, job::Change};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::Job;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// What to change of a job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobChange {
    /// How many deliveries it makes in a second from now on.
    #[schema(minimum = 1, maximum = 10_000)]
    per_second: u32,
}

/// Sets the rate of a job.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/jobs/{id}",
    tag = "jobs",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = JobChange, content_type = "application/json"),
    responses(
        (status = 200, description = "The job as it is now.", body = Job),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn update_job(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<JobId>,
    Json(change): Json<JobChange>,
) -> Result<axum::Json<Job>, Problem> {
    let change = Change::Rate(change.per_second);
    let job = state
        .service
        .change_job(within.slug(), id, change, within.access(), within.by())
        .await?;
    Ok(axum::Json(Job::new(job, state.service.now())))
}
