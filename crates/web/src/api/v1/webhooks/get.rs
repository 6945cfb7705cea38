//! `GET /organizations/{org}/webhooks/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::WebhookId;

use super::answer::Webhook;
use crate::{
    AppState,
    auth::Within,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Shows a webhook.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks/{id}",
    tag = "webhooks",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The webhook.", body = Webhook),
        OrganizationProblems
    )
)]
pub async fn get_webhook(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<WebhookId>,
) -> Result<Json<Webhook>, Problem> {
    let webhook = state.live_webhook(&within, id).await?;
    let health = state.health_of(id).await?;
    let shown = Webhook::new(&state.service, webhook, health);
    Ok(Json(shown.counted(&state.service).await?))
}
