//! `POST /organizations/{org}/jobs/{id}/pause`

use axum::{Json, extract::State};
use bellwire_core::{ids::JobId, job::Change};

use super::answer::Job;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// Halts a job: it makes no more deliveries until it is resumed. Those that it has made go on.
#[utoipa::path(
    post,
    path = "/organizations/{org}/jobs/{id}/pause",
    tag = "jobs",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The job as it is now.", body = Job),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn pause_job(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<JobId>,
) -> Result<Json<Job>, Problem> {
    let job = state
        .service
        .change_job(
            within.slug(),
            id,
            Change::Pause,
            within.access(),
            within.by(),
        )
        .await?;
    Ok(Json(Job::new(job, state.service.now())))
}
