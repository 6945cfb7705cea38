//! `PUT` and `POST /v1/mint/organizations/{org}/webhooks/{id}`: one partial update under two
//! methods (APG-13).

use axum::extract::State;
use bellwire_core::{ids::WebhookId, service::WebhookPatch};

use super::{change::MintWebhookChange, shape::MintWebhook};
use crate::{
    AppState,
    api::v1::webhooks::others,
    auth::{Edit, Within},
    extract::{Id, IdPath, Json, OrganizationPath},
    mint::{
        flag::Flag,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a webhook: only the fields given (APG-12).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/webhooks/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = MintWebhookChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintWebhook),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Json(change): Json<MintWebhookChange>,
) -> Result<axum::Json<MintWebhook>, Problem> {
    update(&state, &within, id, change).await
}

/// Changes a webhook, as `PUT` does; with `{"enabled": "true"}` or `"false"` it is switched on or
/// off (APG-13).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/webhooks/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = MintWebhookChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintWebhook),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn post_mint_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Json(change): Json<MintWebhookChange>,
) -> Result<axum::Json<MintWebhook>, Problem> {
    update(&state, &within, id, change).await
}

async fn update(
    state: &AppState,
    within: &Within<Edit>,
    id: WebhookId,
    mut change: MintWebhookChange,
) -> Result<axum::Json<MintWebhook>, Problem> {
    state.live_webhook(within, id).await?;
    let patch = WebhookPatch {
        url: change.url()?,
        name: change.name,
        enabled: change.enabled.map(|Flag(enabled)| enabled),
        ..WebhookPatch::default()
    };
    let webhook = state
        .service
        .update_webhook(within.slug(), id, patch, within.access(), within.by())
        .await
        .map_err(|error| others::refusal(error, within.access()).renaming("url", "postURL"))?;
    Ok(axum::Json(MintWebhook::changed(&webhook, within.slug())))
}
