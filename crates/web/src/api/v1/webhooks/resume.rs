//! `POST /organizations/{org}/webhooks/{id}/resume`

use axum::{Json, extract::State};
use bellwire_core::ids::WebhookId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::Webhook;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OptionalJson, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// How to send what was held.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeRequest {
    /// Requests a second, at most, until all of it is sent; as fast as is allowed, if left out.
    #[schema(minimum = 1, maximum = 10_000, example = 50)]
    drain_per_second: Option<u32>,
}

/// Resumes a paused webhook. What was held is sent, oldest first, and what comes in meanwhile queues
/// behind it. Of one that still sends what a pause held, this changes the rate.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/resume",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = Option<ResumeRequest>, content_type = "application/json"),
    responses(
        (status = 200, description = "Resumed.", body = Webhook),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn resume_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    OptionalJson(request): OptionalJson<ResumeRequest>,
) -> Result<Json<Webhook>, Problem> {
    let rate = request.drain_per_second;
    let webhook = state
        .service
        .resume_webhook(within.slug(), id, rate, within.access(), within.by())
        .await?;
    let health = state.health_of(id).await?;
    let shown = Webhook::new(&state.service, webhook, health);
    Ok(Json(shown.counted(&state.service).await?))
}
