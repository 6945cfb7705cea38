//! `PATCH /organizations/{org}/webhooks/{id}`

use axum::extract::State;
use bellwire_core::{
    ids::WebhookId,
    service::{WebhookPatch, check_channels},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer::Webhook, headers::Headers, others, overrides::Overrides};
use crate::{
    AppState,
    api::v1::shape::{given, given_or_null},
    auth::{Edit, Within},
    extract::{Id, IdPath, Json, Object, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// What to change of a webhook; what is left out stays, what is given replaces all of that field.
/// Null makes a list, the headers or the overrides empty.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// Where to send; holds from the next attempt of pending deliveries on.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        format = Uri,
        max_length = 2048,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?://"
    )]
    url: Option<String>,
    /// Event types or patterns of them; hold for new events. Empty or null means all.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    event_types: Option<Option<Vec<String>>>,
    /// Receive only what is addressed to it by id.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    direct: Option<bool>,
    /// Receive only events that share one of these; holds for new events. Empty or null means all.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    channels: Option<Option<Vec<String>>>,
    /// Switches it on, which clears its failure counters, or off, which cancels what is pending.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// Its profile.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    profile: Option<String>,
    /// All headers of its own. Null means none.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    headers: Option<Option<Headers>>,
    /// All its own numbers in place of the profile's. Null means none.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<Overrides>)]
    overrides: Option<Option<Object<Overrides>>>,
}

impl From<WebhookChange> for WebhookPatch {
    fn from(change: WebhookChange) -> Self {
        Self {
            name: change.name,
            url: change.url,
            event_types: change.event_types.map(Option::unwrap_or_default),
            direct: change.direct,
            channels: change.channels.map(Option::unwrap_or_default),
            profile: change.profile,
            headers: change
                .headers
                .map(|headers| headers.map(|Headers(headers)| headers).unwrap_or_default()),
            overrides: change
                .overrides
                .map(|overrides| overrides.unwrap_or_default().0.into()),
            enabled: change.enabled,
            revision: None,
        }
    }
}

/// Changes a webhook: only the fields given. The change is live when this is answered.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/webhooks/{id}",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = WebhookChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Webhook),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn update_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    Json(change): Json<WebhookChange>,
) -> Result<axum::Json<Webhook>, Problem> {
    state.live_webhook(&within, id).await?;
    let patch = WebhookPatch::from(change);
    if let Some(channels) = &patch.channels {
        check_channels(within.access(), channels)?;
    }
    let webhook = state
        .service
        .update_webhook(within.slug(), id, patch, within.access(), within.by())
        .await
        .map_err(|error| others::refusal(error, within.access()))?;
    let health = state.health_of(id).await?;
    Ok(axum::Json(Webhook::new(&state.service, webhook, health)))
}
