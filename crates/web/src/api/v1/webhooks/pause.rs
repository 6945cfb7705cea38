//! `POST /organizations/{org}/webhooks/{id}/pause`

use axum::{Json, extract::State};
use bellwire_core::ids::WebhookId;

use super::answer::Webhook;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// Pauses a webhook: what matches it is stored and held until it is resumed, and nothing is sent to
/// it but tests. A request that is under way is not called back. One that is paused stays as it is.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/pause",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "Paused.", body = Webhook),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn pause_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
) -> Result<Json<Webhook>, Problem> {
    let webhook = state
        .service
        .pause_webhook(within.slug(), id, within.access(), within.by())
        .await?;
    let health = state.health_of(id).await?;
    let shown = Webhook::new(&state.service, webhook, health);
    Ok(Json(shown.counted(&state.service).await?))
}
