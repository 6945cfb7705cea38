//! `GET /organizations/{org}/deliveries/{id}/attempts/{n}/request`

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::{
    ids::{DeliveryId, EventId, WebhookId},
    service,
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::{attempt::hex, shape::HeaderLine},
    auth::Within,
    extract::{AttemptNumber, AttemptPath, Id, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// A request as it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentRequest {
    /// The delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// Which attempt of it.
    #[schema(minimum = 1)]
    number: u32,
    /// The event.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// The webhook.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// The webhook's revision that was in force.
    revision: u32,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The HTTP method.
    #[schema(example = "POST")]
    method: &'static str,
    /// The URL that was called.
    url: String,
    /// Headers as sent; custom and authentication values masked.
    headers: Vec<HeaderLine>,
    /// The body; null when it cannot be made any more.
    #[schema(required)]
    body: Option<String>,
    /// The same bytes in base64, when they are not UTF-8. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    body_base64: Option<String>,
    /// SHA-256 of the body that was sent, in hexadecimal, as it was noted then.
    body_sha256: String,
    /// The body has this hash: these are the bytes that were sent.
    proven: bool,
    /// Why it is not proven; null when it is.
    #[schema(required)]
    reason: Option<String>,
}

impl From<service::SentRequest> for SentRequest {
    fn from(sent: service::SentRequest) -> Self {
        let service::SentRequest { attempt, made } = sent;
        let base64 = made
            .body
            .as_ref()
            .filter(|body| std::str::from_utf8(body).is_err())
            .map(|body| STANDARD.encode(body));
        Self {
            delivery_id: attempt.delivery_id,
            number: attempt.number,
            event_id: attempt.event_id,
            webhook_id: attempt.webhook_id,
            revision: attempt.revision,
            at: attempt.at,
            method: "POST",
            headers: HeaderLine::all(&attempt.request_headers),
            url: attempt.url,
            body: made
                .body
                .as_ref()
                .map(|body| String::from_utf8_lossy(body).into_owned()),
            body_base64: base64,
            body_sha256: hex(&attempt.body_sha256),
            proven: made.proven().is_some(),
            reason: made.unproven.map(Into::into),
        }
    }
}

/// Shows the exact request of an attempt: made again from the stored event and the webhook's
/// revision, and proven by the hash that was noted when it was sent.
#[utoipa::path(
    get,
    path = "/organizations/{org}/deliveries/{id}/attempts/{n}/request",
    tag = "deliveries",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, AttemptPath),
    responses(
        (status = 200, description = "The request.", body = SentRequest),
        OrganizationProblems
    )
)]
pub async fn get_request(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<DeliveryId>,
    AttemptNumber(number): AttemptNumber,
) -> Result<Json<SentRequest>, Problem> {
    let sent = state
        .service
        .sent_request(&within.tenant, id, number, within.access())
        .await?;
    Ok(Json(sent.into()))
}
