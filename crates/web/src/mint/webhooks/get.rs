//! `GET /v1/mint/organizations/{org}/webhooks/{id}`

use axum::extract::State;
use bellwire_core::ids::WebhookId;

use super::shape::MintWebhook;
use crate::{
    AppState,
    auth::{Read, Within},
    extract::{Id, IdPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// One webhook (APG-10).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/webhooks/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses((status = 200, description = "The webhook.", body = MintWebhook), MintProblems)
)]
pub async fn get_mint_webhook(
    State(state): State<AppState>,
    within: Within<Read>,
    Id(id): Id<WebhookId>,
) -> Result<axum::Json<MintWebhook>, Problem> {
    let webhook = state.live_webhook(&within, id).await?;
    Ok(axum::Json(MintWebhook::new(&webhook)))
}
