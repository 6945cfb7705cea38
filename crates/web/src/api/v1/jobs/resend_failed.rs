//! `POST /organizations/{org}/webhooks/{id}/resend-failed`

use axum::extract::State;
use bellwire_core::{
    ids::WebhookId,
    service::{self, JobFilter},
    time::Time,
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer::Job, filter::DEFAULT_PER_SECOND};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OptionalJson, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// What failed since when, and how fast.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendFailed {
    /// That failed at or after this time; all that is kept, if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// How many deliveries a second.
    #[schema(minimum = 1, maximum = 10_000, default = 10)]
    per_second: Option<u32>,
}

/// Starts a job that sends a webhook everything again that failed since a time.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/resend-failed",
    tag = "jobs",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = Option<ResendFailed>, content_type = "application/json"),
    responses(
        (status = 202, description = "Made, and about to begin.", body = Job),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn resend_failed(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    OptionalJson(what): OptionalJson<ResendFailed>,
) -> Result<(StatusCode, axum::Json<Job>), Problem> {
    let new = service::NewJob {
        filter: JobFilter {
            webhook: Some(id),
            since: what.since,
            ..JobFilter::default()
        },
        per_second: what.per_second.unwrap_or(DEFAULT_PER_SECOND),
    };
    let job = state
        .service
        .start_job(within.slug(), new, within.access(), within.by())
        .await
        .map_err(|error| {
            // Here the path names the webhook, and the body has no `filter`.
            let problem = Problem::from(error).renaming("filter.since", "since");
            if problem
                .errors
                .iter()
                .any(|error| error.field == "filter.webhook")
            {
                return Problem::not_found("webhook");
            }
            problem
        })?;
    let job = Job::new(job, state.service.now());
    Ok((StatusCode::ACCEPTED, axum::Json(job)))
}
