//! `POST /organizations/{org}/webhooks`

use axum::extract::State;
use bellwire_core::service::{self, Created, check_channels};
use http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer::Webhook, headers::Headers, others, overrides::Overrides};
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Json, OrganizationPath, object},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// A webhook to make. What is left out is as the profile says, or empty.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// For people. Some profiles require it.
    #[schema(
        example = "Reception desk",
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// Where to send: http or https, without credentials.
    #[schema(
        format = Uri,
        example = "https://example.com/hook",
        max_length = 2048,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?://"
    )]
    url: String,
    /// Event types (`booking.created`) or patterns of them (`booking.*`); empty means all.
    #[schema(example = json!(["booking.*"]), max_items = 200)]
    event_types: Option<Vec<String>>,
    /// Receive only what is addressed to it by id; as the profile says, if left out.
    direct: Option<bool>,
    /// Receive only events that share one of these; empty means all.
    #[schema(example = json!(["account:cool"]), max_items = 200)]
    channels: Option<Vec<String>>,
    /// Whether it receives anything yet; it does, if left out.
    enabled: Option<bool>,
    /// Its profile; the organization's default, if left out.
    #[schema(example = "standard")]
    profile: Option<String>,
    /// Headers of its own, sent with each request; at most 20. Never shown again.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>, example = json!({"x-api-key": "k-123"}))]
    headers: Option<Headers>,
    /// Its own numbers in place of the profile's.
    #[serde(default, deserialize_with = "object::optional")]
    overrides: Option<Overrides>,
    /// A signing secret that both sides know already (`whsec_…`); made here, if left out.
    #[schema(pattern = "^whsec_[A-Za-z0-9+/]{32,88}={0,2}$")]
    secret: Option<String>,
}

/// Makes a webhook. It is live when this is answered.
///
/// Where the profile allows one webhook for each URL and there is one already, that one is
/// answered with 200 and nothing is changed.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = NewWebhook, content_type = "application/json"),
    responses(
        (status = 200, description = "There is one with this URL: here it is.", body = Webhook),
        (
            status = 201, description = "Made.", body = Webhook,
            headers(("Location" = String, description = "Its path."))
        ),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn create_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Json(new): Json<NewWebhook>,
) -> Result<(StatusCode, [(HeaderName, String); 1], axum::Json<Webhook>), Problem> {
    let new = service::NewWebhook {
        name: new.name,
        url: Some(new.url),
        event_types: new.event_types,
        direct: new.direct,
        channels: new.channels,
        profile: new.profile,
        headers: new.headers.map(|Headers(headers)| headers),
        overrides: new.overrides.map(Into::into),
        enabled: new.enabled,
        secret: new.secret,
    };
    check_channels(within.access(), new.channels.as_deref().unwrap_or_default())?;
    let (webhook, created) = state
        .service
        .create_webhook(within.slug(), new, within.by())
        .await?;
    if !within.access().sees(&webhook) {
        return Err(others::url_taken());
    }
    let location = format!(
        "/api/v1/organizations/{}/webhooks/{}",
        within.slug(),
        webhook.id
    );
    let (status, health) = match created {
        Created::New => (StatusCode::CREATED, None),
        Created::Existing => (StatusCode::OK, state.health_of(webhook.id).await?),
    };
    let answer = Webhook::new(&state.service, webhook, health);
    Ok((status, [(header::LOCATION, location)], axum::Json(answer)))
}
