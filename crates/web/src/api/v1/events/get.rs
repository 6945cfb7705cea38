//! `GET /organizations/{org}/events/{id}`: everything that came of an event, and why not more.

use std::collections::HashMap;

use axum::{Json, extract::State};
use bellwire_core::{
    event::Event,
    explain,
    ids::{EventId, WebhookId},
    ports::{DeliveryView, EventDetail},
    time::Time,
    webhook::Webhook,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::{
        attempt::Attempt,
        deliveries::Delivery,
        shape::{ReasonName, own_channels},
    },
    auth::Within,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Code, Problem, docs::OrganizationProblems},
};

/// An event with everything that came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventAnswer {
    /// Our id: `webhook-id` on the wire.
    #[schema(value_type = String, format = Uuid)]
    id: EventId,
    /// The producer's own id; null when it gave none.
    #[schema(required)]
    external_id: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "booking.created")]
    event_type: String,
    /// What it is about.
    channels: Vec<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Its type was not in the catalogue.
    unknown_type: bool,
    /// It was made by a test.
    test: bool,
    /// The producer's JSON, as it was written; null once it was removed.
    #[schema(value_type = Value)]
    data: Box<RawValue>,
    /// The setting that had the data removed; null while it is there.
    #[schema(required)]
    data_removed_by: Option<&'static str>,
    /// What became of it, webhook by webhook, oldest first; at most 1000.
    deliveries: Vec<DeliveryDetail>,
    /// Webhooks that it did not go to, and why, as they are set now.
    not_matched: Vec<NotMatched>,
}

/// A delivery with its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    delivery: Delivery,
    /// What the webhook is called; null when nothing is known of it any more.
    #[schema(required)]
    webhook_name: Option<String>,
    /// Where the webhook sends to now; null when nothing is known of it any more.
    #[schema(required)]
    webhook_url: Option<String>,
    /// The webhook was deleted.
    webhook_deleted: bool,
    /// Its attempts, first to last.
    attempts: Vec<Attempt>,
}

/// A webhook that an event did not go to.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotMatched {
    /// The webhook.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// What it is called.
    name: String,
    /// The kind of reason.
    reason: ReasonName,
    /// The reason in plain words.
    #[schema(example = "It listens to `booking.*`, and the event is a `user.created`.")]
    sentence: String,
}

impl NotMatched {
    fn new(webhook: &Webhook, event: &Event) -> Self {
        let explained = explain::not_sent(webhook, event);
        Self {
            webhook_id: explained.webhook_id,
            name: explained.name,
            reason: ReasonName(explained.reason),
            sentence: explained.sentence.into(),
        }
    }
}

/// Shows an event: its data, every webhook it went to with every attempt, and why each other
/// webhook did not match.
#[utoipa::path(
    get,
    path = "/organizations/{org}/events/{id}",
    tag = "events",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The event.", body = EventAnswer),
        OrganizationProblems
    )
)]
pub async fn get_event(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<EventId>,
) -> Result<Json<EventAnswer>, Problem> {
    let mut detail = state
        .service
        .store()
        .event(within.id(), id)
        .await?
        .filter(|detail| {
            within
                .access()
                .shows(&detail.event.event_type, &detail.event.channels)
        })
        .ok_or_else(|| Problem::not_found("event"))?;
    // Also for the sentences that say why a webhook did not match.
    detail.event.channels = own_channels(detail.event.channels, within.access());
    let tombstones = tombstones(&state, &within, &detail).await?;
    answer(&state, &within, detail, &tombstones).await.map(Json)
}

/// The deleted webhooks that deliveries of this event went to: the catalogue in memory has only
/// those that live.
async fn tombstones(
    state: &AppState,
    within: &Within,
    detail: &EventDetail,
) -> Result<HashMap<WebhookId, Webhook>, Problem> {
    let mut found = HashMap::new();
    for view in &detail.deliveries {
        let id = view.delivery.webhook_id;
        if within.tenant.route(id).is_none()
            && !found.contains_key(&id)
            && let Some(webhook) = state.service.store().webhook(within.id(), id).await?
        {
            found.insert(id, webhook);
        }
    }
    Ok(found)
}

async fn answer(
    state: &AppState,
    within: &Within,
    detail: EventDetail,
    tombstones: &HashMap<WebhookId, Webhook>,
) -> Result<EventAnswer, Problem> {
    let event = detail.event;
    let (tenant, access) = (&within.tenant, within.access());
    let not_matched = tenant
        .routes
        .iter()
        .map(|route| &route.webhook)
        .filter(|webhook| access.sees(webhook))
        .filter(|webhook| {
            detail
                .deliveries
                .iter()
                .all(|view| view.delivery.webhook_id != webhook.id)
        })
        .map(|webhook| NotMatched::new(webhook, &event))
        .collect();
    let deliveries = shown(state, within, detail.deliveries, tombstones).await?;
    let removed = event.is_payload_removed();
    Ok(EventAnswer {
        id: event.id,
        external_id: event.external_id,
        event_type: event.event_type,
        channels: own_channels(event.channels, access),
        time: event.time,
        created_at: event.created_at,
        unknown_type: event.unknown_type,
        test: event.test,
        data: verbatim(if removed { b"null" } else { &event.data })?,
        data_removed_by: removed.then_some("retention.payloads"),
        deliveries,
        not_matched,
    })
}

/// The deliveries that whoever asks sees, each with its attempts.
async fn shown(
    state: &AppState,
    within: &Within,
    deliveries: Vec<DeliveryView>,
    tombstones: &HashMap<WebhookId, Webhook>,
) -> Result<Vec<DeliveryDetail>, Problem> {
    let (tenant, access) = (&within.tenant, within.access());
    let webhook = |id: WebhookId| {
        tenant
            .route(id)
            .map(|route| &route.webhook)
            .or(tombstones.get(&id))
    };
    // What nobody knows any more is shown to those who see everything.
    let seen = |id| webhook(id).map_or(access.touches(&[]), |webhook| access.sees(webhook));
    let (deliveries, attempts): (Vec<_>, Vec<_>) = deliveries
        .into_iter()
        .filter(|view| seen(view.delivery.webhook_id))
        .map(|view| ((view.delivery, view.attempts.len()), view.attempts))
        .unzip();
    let attempts = attempts.into_iter().flatten().collect();
    let mut attempts = Attempt::all(&state.service, within.id(), attempts)
        .await?
        .into_iter();
    Ok(deliveries
        .into_iter()
        .map(|(delivery, count)| {
            let webhook = webhook(delivery.webhook_id);
            DeliveryDetail {
                webhook_name: webhook.map(|webhook| webhook.settings.name.clone()),
                webhook_url: webhook.map(|webhook| webhook.settings.url.clone()),
                webhook_deleted: webhook.is_none_or(|webhook| webhook.deleted_at.is_some()),
                delivery: delivery.into(),
                attempts: attempts.by_ref().take(count).collect(),
            }
        })
        .collect())
}

/// The producer's bytes, to be written as they are.
fn verbatim(data: &[u8]) -> Result<Box<RawValue>, Problem> {
    let damaged = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the stored data of an event is not JSON");
        Problem::new(Code::Internal, "The stored data of this event is damaged.")
    };
    let text = std::str::from_utf8(data).map_err(|error| damaged(&error))?;
    RawValue::from_string(text.to_owned()).map_err(|error| damaged(&error))
}
