//! `POST /v1/mint/organizations/{org}/webhooks`

use axum::extract::State;
use bellwire_core::service::{NewWebhook, check_channels};

use super::{change::NewMintWebhook, shape::MintWebhook};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Json, OrganizationPath},
    mint::{
        flag::Flag,
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// The profile of what is made here, whatever the organization's own is.
const PROFILE: &str = "apigee";

/// Makes a webhook, disabled unless the request says otherwise (APG-11).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/webhooks",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewMintWebhook, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintWebhook),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Json(mut new): Json<NewMintWebhook>,
) -> Result<axum::Json<MintWebhook>, Problem> {
    // Nothing here can give it channels, and a restricted customer needs some.
    check_channels(within.access(), &[])?;
    let url = new.url()?;
    let new = NewWebhook {
        name: Some(new.name),
        url: Some(url),
        profile: Some(PROFILE.to_owned()),
        enabled: Some(new.enabled.is_some_and(|Flag(enabled)| enabled)),
        ..NewWebhook::default()
    };
    let (webhook, _) = state
        .service
        .create_webhook(within.slug(), new, within.by())
        .await
        .map_err(|error| Problem::from(error).renaming("url", "postURL"))?;
    Ok(axum::Json(MintWebhook::changed(&webhook, within.slug())))
}
