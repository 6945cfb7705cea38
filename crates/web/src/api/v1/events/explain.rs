//! `POST /organizations/{org}/events/explain` and `GET …/events/{id}/explain`: who gets an event, and
//! which clause keeps the others out.

use axum::{Json, extract::State};
use bellwire_core::{
    explain::Explained,
    ids::{DeliveryId, EventId, WebhookId},
    service::{Explanation, Incoming},
    time::Time,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::shape::{ReasonName, StateName, own_channels},
    auth::Within,
    extract::{Id, IdPath, Json as Body, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// An event that is only asked about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "booking.created", max_length = 128)]
    event_type: String,
    /// Its data; not looked at, if left out.
    #[schema(value_type = Option<Value>)]
    data: Option<Box<RawValue>>,
    /// What it is about beyond its type.
    #[schema(max_items = 50, example = json!(["account:cool"]))]
    channels: Option<Vec<String>>,
    /// When it happened; now, if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    time: Option<Time>,
    /// The producer's own id. It makes no difference here, and is looked at as posting does.
    #[schema(min_length = 1, max_length = 255)]
    id: Option<String>,
    /// Webhooks that it addresses.
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 50)]
    webhooks: Option<Vec<WebhookId>>,
}

/// What becomes of an event, webhook by webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationAnswer {
    /// The stored event; null for one that is only asked about.
    #[schema(required, value_type = Option<String>, format = Uuid)]
    event_id: Option<EventId>,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "booking.created")]
    event_type: String,
    /// What it is about.
    channels: Vec<String>,
    /// When it was accepted; null for one that is only asked about.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    created_at: Option<Time>,
    /// Its type is not in the catalogue.
    unknown_type: bool,
    /// How many webhooks receive it.
    receives: usize,
    /// Every webhook, oldest first.
    webhooks: Vec<ExplainedWebhook>,
}

/// What becomes of an event at one webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedWebhook {
    /// The webhook.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// What it is called.
    name: String,
    /// Where it sends to.
    url: String,
    /// It receives the event, or has received it.
    receives: bool,
    /// The clause that decided.
    reason: ReasonName,
    /// The same in plain words.
    #[schema(example = "It listens to `booking.*`, and the event is a `user.created`.")]
    sentence: String,
    /// What a delivery would wait for; null when nothing is in its way.
    #[schema(required)]
    waits: Option<String>,
    /// When it was changed, where that was after the event; null otherwise.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    changed_at: Option<Time>,
    /// The newest delivery of the stored event; null when there is none.
    #[schema(required)]
    delivery: Option<ExplainedDelivery>,
}

/// A delivery in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedDelivery {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: DeliveryId,
    /// Where it stands.
    state: StateName,
}

impl From<Explained> for ExplainedWebhook {
    fn from(explained: Explained) -> Self {
        Self {
            webhook_id: explained.webhook_id,
            name: explained.name,
            url: explained.url,
            receives: explained.receives,
            reason: ReasonName(explained.reason),
            sentence: explained.sentence.into(),
            waits: explained.waits.map(Into::into),
            changed_at: explained.changed_at,
            delivery: explained.delivery.map(|(id, state)| ExplainedDelivery {
                id,
                state: StateName(state),
            }),
        }
    }
}

impl ExplanationAnswer {
    fn new(event_type: String, channels: Vec<String>, explanation: Explanation) -> Self {
        let webhooks: Vec<ExplainedWebhook> = explanation
            .webhooks
            .into_iter()
            .map(ExplainedWebhook::from)
            .collect();
        Self {
            event_id: explanation.event.as_ref().map(|event| event.id),
            created_at: explanation.event.as_ref().map(|event| event.created_at),
            event_type,
            channels,
            unknown_type: explanation.unknown_type,
            receives: webhooks.iter().filter(|webhook| webhook.receives).count(),
            webhooks,
        }
    }
}

/// Says which webhooks would receive an event if it were posted now, and which clause keeps each
/// other one out. Nothing is stored or sent.
#[utoipa::path(
    post,
    path = "/organizations/{org}/events/explain",
    tag = "events",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath),
    request_body = ExplainRequest,
    responses(
        (status = 200, description = "What would become of it.", body = ExplanationAnswer),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn explain_event(
    State(state): State<AppState>,
    within: Within,
    Body(request): Body<ExplainRequest>,
) -> Result<Json<ExplanationAnswer>, Problem> {
    let incoming = Incoming {
        event_type: request.event_type,
        data: request.data.map_or_else(Bytes::new, |data| {
            Bytes::copy_from_slice(data.get().as_bytes())
        }),
        channels: request.channels.unwrap_or_default(),
        time: request.time,
        external_id: request.id,
        webhooks: request.webhooks.unwrap_or_default(),
    };
    let explanation = state
        .service
        .explain_posted(within.slug(), &incoming, within.access())?;
    let answer = ExplanationAnswer::new(incoming.event_type, incoming.channels, explanation);
    Ok(Json(answer))
}

/// Says of a stored event which webhooks received it, and which clause keeps each other one out as it
/// is set now.
#[utoipa::path(
    get,
    path = "/organizations/{org}/events/{id}/explain",
    tag = "events",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "What became of it.", body = ExplanationAnswer),
        OrganizationProblems
    )
)]
pub async fn explain_stored_event(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<EventId>,
) -> Result<Json<ExplanationAnswer>, Problem> {
    let explanation = state
        .service
        .explain_stored(within.slug(), id, within.access())
        .await?;
    let (event_type, channels) = match &explanation.event {
        Some(event) => (event.event_type.clone(), event.channels.clone()),
        None => Default::default(),
    };
    let channels = own_channels(channels, within.access());
    let answer = ExplanationAnswer::new(event_type, channels, explanation);
    Ok(Json(answer))
}
