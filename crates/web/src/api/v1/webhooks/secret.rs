//! `GET /organizations/{org}/webhooks/{id}/secret`

use axum::{Json, extract::State};
use bellwire_core::{ids::WebhookId, time::Time, webhook};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// The secrets that sign a webhook's requests now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Secrets {
    /// Newest first. The first stays; the others are leaving after a rotation.
    secrets: Vec<Secret>,
}

/// A signing secret.
#[derive(Serialize, ToSchema)]
pub struct Secret {
    /// `whsec_` and base64, as in Standard Webhooks.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it stops signing; null when it stays.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// An answer with secrets, which no cache may keep.
pub type Answer = ([(HeaderName, HeaderValue); 1], Json<Secrets>);

/// The secrets that sign at this time.
pub fn answer(webhook: &webhook::Webhook, now: Time) -> Answer {
    let secrets = webhook
        .signing_secrets(now)
        .map(|secret| Secret {
            secret: secret.value.clone(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        })
        .collect();
    (
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Json(Secrets { secrets }),
    )
}

/// Shows the secrets that sign a webhook's requests.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks/{id}/secret",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The secrets.", body = Secrets),
        OrganizationProblems
    )
)]
pub async fn get_secret(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
) -> Result<Answer, Problem> {
    let webhook = state.live_webhook(&within, id).await?;
    state.service.secret_shown(&webhook, within.by()).await?;
    Ok(answer(&webhook, state.service.now()))
}
