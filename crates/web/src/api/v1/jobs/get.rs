//! `GET /organizations/{org}/jobs/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::JobId;

use super::answer::Job;
use crate::{
    AppState,
    auth::Within,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Shows a job and how far it is.
#[utoipa::path(
    get,
    path = "/organizations/{org}/jobs/{id}",
    tag = "jobs",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The job.", body = Job),
        OrganizationProblems
    )
)]
pub async fn get_job(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<JobId>,
) -> Result<Json<Job>, Problem> {
    let job = state
        .service
        .job(within.slug(), id, within.access())
        .await?;
    Ok(Json(Job::new(job, state.service.now())))
}
