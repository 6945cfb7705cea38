//! `GET /organizations/{org}/jobs`

use axum::{Json, extract::State};
use bellwire_core::ids::JobId;

use super::answer::Job;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::Within,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Lists jobs, newest first. Those that are over are kept for 30 days.
#[utoipa::path(
    get,
    path = "/organizations/{org}/jobs",
    tag = "jobs",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Job>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_jobs(
    State(state): State<AppState>,
    within: Within,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Job>>, Problem> {
    let binding = Binding::of(&["jobs", within.slug()]);
    let before = binding.bytes_after::<16>(&paging)?.map(JobId::from_bytes);
    let page = state
        .service
        .jobs(within.slug(), within.access(), before, paging.limit())
        .await?;
    let now = state.service.now();
    Ok(Json(List {
        items: page
            .items
            .into_iter()
            .map(|job| Job::new(job, now))
            .collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
