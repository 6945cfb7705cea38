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

/// The secrets of a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Secrets {
    /// Newest first. The first stays; the others are leaving after a rotation, or have left since the
    /// last one.
    secrets: Vec<Secret>,
    /// How requests fare since the newest secret was made.
    since_rotation: SinceRotation,
}

/// How requests fare since a rotation. While an old secret signs too, a success does not tell which of
/// them the receiver looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct SinceRotation {
    /// How many succeeded, of the latest 200.
    succeeded: u32,
    /// There were more requests since the rotation than were looked at.
    more: bool,
    /// When the last one that succeeded began; null when there is none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Time>,
}

/// A signing secret.
#[derive(Serialize, ToSchema)]
pub struct Secret {
    /// `whsec_` and base64, as in Standard Webhooks; null when it signs no more.
    #[schema(required, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it stops signing, or stopped; null when it stays.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// It signs requests that begin now.
    signs: bool,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// An answer with secrets, which no cache may keep.
pub type Answer = ([(HeaderName, HeaderValue); 1], Json<Secrets>);

/// The secrets, in clear as far as they sign.
///
/// # Errors
/// When the store cannot be used.
pub async fn answer(state: &AppState, webhook: &webhook::Webhook) -> Result<Answer, Problem> {
    let now = state.service.now();
    let since = state.service.since_rotation(webhook).await?;
    let secrets = webhook
        .secrets
        .iter()
        .map(|secret| {
            let signs = secret.expires_at.is_none_or(|end| now < end);
            Secret {
                secret: signs.then(|| secret.value.clone()),
                created_at: secret.created_at,
                expires_at: secret.expires_at,
                signs,
            }
        })
        .collect();
    let since_rotation = SinceRotation {
        succeeded: since.succeeded,
        more: since.more,
        last_success_at: since.last_at,
    };
    Ok((
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Json(Secrets {
            secrets,
            since_rotation,
        }),
    ))
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
    answer(&state, &webhook).await
}
