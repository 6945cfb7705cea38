//! `GET /organizations/{org}/events/{id}`: everything that came of an event, and why not more.

use std::collections::HashMap;

use axum::{Json, extract::State};
use bellwire_core::{
    event::Event,
    ids::{EventId, WebhookId},
    matching::{self, Verdict},
    ports::EventDetail,
    time::Time,
    webhook::Webhook,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::{attempt::Attempt, deliveries::Delivery, shape::own_channels},
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
    reason: NotMatchedReason,
    /// The reason in plain words.
    #[schema(example = "It listens to `booking.*`, and the event is a `user.created`.")]
    sentence: String,
}

/// Why an event did not go to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotMatchedReason {
    /// It is disabled.
    Disabled,
    /// It receives only what is addressed to it.
    Direct,
    /// None of its patterns covers the event's type.
    EventType,
    /// It listens to channels, and the event is on none of them.
    Channel,
    /// It would match now, but it was made or changed after the event.
    Later,
}

impl NotMatched {
    fn new(webhook: &Webhook, event: &Event) -> Self {
        // Whom the event addressed got a delivery and is not asked about here.
        let verdict = matching::verdict(webhook, &event.event_type, &event.channels, &[]);
        let (reason, sentence) = match verdict {
            Verdict::Disabled => (NotMatchedReason::Disabled, None),
            Verdict::Direct => (NotMatchedReason::Direct, None),
            Verdict::EventType => (NotMatchedReason::EventType, None),
            Verdict::Channel => (NotMatchedReason::Channel, None),
            Verdict::Matched | Verdict::Addressed => {
                (NotMatchedReason::Later, Some(later(webhook, event)))
            }
        };
        Self {
            webhook_id: webhook.id,
            name: webhook.settings.name.clone(),
            reason,
            sentence: sentence
                .unwrap_or_else(|| verdict.sentence(webhook, &event.event_type, &event.channels)),
        }
    }
}

fn later(webhook: &Webhook, event: &Event) -> String {
    if event.test {
        "The event is a test of another webhook.".to_owned()
    } else if webhook.created_at > event.created_at {
        format!(
            "It would match, but it was made on {}, after the event.",
            webhook.created_at
        )
    } else {
        format!(
            "It matches as it is set now; it was changed on {}, and did not match when the event \
             came.",
            webhook.updated_at
        )
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
    let detail = state
        .service
        .store()
        .event(within.id(), id)
        .await?
        .filter(|detail| within.access().touches(&detail.event.channels))
        .ok_or_else(|| Problem::not_found("event"))?;
    let tombstones = tombstones(&state, &within, &detail).await?;
    answer(&within, detail, &tombstones).map(Json)
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

fn answer(
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
    let deliveries = detail
        .deliveries
        .into_iter()
        .filter_map(|view| {
            let id = view.delivery.webhook_id;
            let webhook = tenant
                .route(id)
                .map(|route| &route.webhook)
                .or(tombstones.get(&id));
            // What nobody knows any more is shown to those who see everything.
            if !webhook.map_or(access.touches(&[]), |webhook| access.sees(webhook)) {
                return None;
            }
            Some(DeliveryDetail {
                webhook_name: webhook.map(|webhook| webhook.settings.name.clone()),
                webhook_url: webhook.map(|webhook| webhook.settings.url.clone()),
                webhook_deleted: webhook.is_none_or(|webhook| webhook.deleted_at.is_some()),
                delivery: view.delivery.into(),
                attempts: view.attempts.into_iter().map(Attempt::from).collect(),
            })
        })
        .collect();
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

/// The producer's bytes, to be written as they are.
fn verbatim(data: &[u8]) -> Result<Box<RawValue>, Problem> {
    let damaged = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the stored data of an event is not JSON");
        Problem::new(Code::Internal, "The stored data of this event is damaged.")
    };
    let text = std::str::from_utf8(data).map_err(|error| damaged(&error))?;
    RawValue::from_string(text.to_owned()).map_err(|error| damaged(&error))
}
