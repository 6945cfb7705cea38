//! `POST /organizations/{org}/jobs/count`

use axum::extract::State;
use bellwire_core::job;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{answer::Skipped, filter::Filter};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Json, OrganizationPath, object},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// What to count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToCount {
    /// Which deliveries.
    #[serde(default, deserialize_with = "object::optional")]
    filter: Option<Filter>,
}

/// What a job with this filter would do now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    /// Deliveries that it would send again.
    count: u64,
    /// Deliveries that it would leave out.
    skipped: Skipped,
    /// Everything was counted; otherwise there are at least so many.
    complete: bool,
}

impl From<job::Count> for Count {
    fn from(count: job::Count) -> Self {
        Self {
            count: count.to_send,
            skipped: count.skipped.into(),
            complete: count.complete,
        }
    }
}

/// Counts what a job would send again, and starts none. Answers after about a second with what it
/// has counted by then.
#[utoipa::path(
    post,
    path = "/organizations/{org}/jobs/count",
    tag = "jobs",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = ToCount, content_type = "application/json"),
    responses(
        (status = 200, description = "Counted.", body = Count),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn count_job(
    State(state): State<AppState>,
    within: Within<Edit>,
    Json(what): Json<ToCount>,
) -> Result<axum::Json<Count>, Problem> {
    let filter = what.filter.unwrap_or_default().into();
    let count = state
        .service
        .count_job(within.slug(), filter, within.access())
        .await?;
    Ok(axum::Json(count.into()))
}
