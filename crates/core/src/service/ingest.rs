//! Stages 1 to 3: validate an event, find its webhooks, store it, hand its deliveries to lanes.
//!
//! Between the request and the answer there is one call to the store, which returns when the rows
//! are on disk. Places in lanes are reserved before it and filled after it, so that a delivery that
//! is due now is sent without being read back.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Error, FieldError, STALE_RETRIES, Service};
use crate::{
    delivery::{Job, Kind},
    event::Event,
    ids::{EventId, WebhookId},
    json,
    matching::{self, Verdict},
    ports::{self, Idempotency, NewDelivery, NewEvent, Receipt, Slot, Submission},
    schema,
    snapshot::{CatalogueType, Tenant},
    time::{DAY, Time},
};

/// The most events in one request.
pub const MAX_BATCH: usize = 1000;
/// The most channels on one event, and the most webhooks it may name.
pub const MAX_CHANNELS: usize = 50;
/// The deepest nesting of `data`: less than what any reader behind it can take (serde_json 127).
pub const MAX_DEPTH: usize = 100;
/// The longest external id, in bytes.
pub const MAX_EXTERNAL_ID_BYTES: usize = 255;

/// An event as a producer posts it.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Its type.
    pub event_type: String,
    /// Its data: JSON, verbatim.
    pub data: Bytes,
    /// What it is about.
    pub channels: Vec<String>,
    /// When it happened; now, when absent.
    pub time: Option<Time>,
    /// The producer's own id.
    pub external_id: Option<String>,
    /// Webhooks addressed by id, beside those that match.
    pub webhooks: Vec<WebhookId>,
}

/// An event that was found right.
struct Accepted {
    event: Arc<Event>,
    fingerprint: Option<[u8; 32]>,
    addressed: Vec<WebhookId>,
}

/// A delivery that waits for its event to be on disk.
struct Waiting {
    delivery: NewDelivery,
    slot: Option<Box<dyn Slot>>,
}

impl Service {
    /// Accepts events: all or none. One receipt for each, in order; when it returns, events and
    /// deliveries are on disk.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every wrong field, as `events[i].field` when there are several
    /// events and as `field` when there is one.
    pub async fn ingest(
        &self,
        slug: &str,
        incoming: Vec<Incoming>,
        key: Option<Idempotency>,
    ) -> Result<Vec<Receipt>, Error> {
        let now = self.now();
        let mut tenant = self.tenant(slug)?;
        let unknown = self.validate(&tenant, &incoming, now)?;
        let organization_id = tenant.organization.id;
        let accepted: Vec<Accepted> = incoming
            .into_iter()
            .zip(unknown)
            .map(|(incoming, unknown_type)| {
                let fingerprint = incoming
                    .external_id
                    .is_some()
                    .then(|| fingerprint(&incoming));
                let event = Event {
                    id: self.new_id(),
                    organization_id,
                    external_id: incoming.external_id,
                    event_type: incoming.event_type,
                    channels: incoming.channels,
                    data: incoming.data,
                    time: incoming.time.unwrap_or(now),
                    created_at: now,
                    unknown_type,
                    test: false,
                };
                Accepted {
                    event: Arc::new(event),
                    fingerprint,
                    addressed: incoming.webhooks,
                }
            })
            .collect();
        for _ in 0..STALE_RETRIES {
            let mut waiting = Vec::with_capacity(accepted.len());
            let events = accepted
                .iter()
                .map(
                    |Accepted {
                         event,
                         fingerprint,
                         addressed,
                     }| {
                        let matched = self.matched(&tenant, event, addressed);
                        let deliveries = matched.iter().map(|waiting| waiting.delivery).collect();
                        waiting.push(matched);
                        NewEvent {
                            event: Arc::clone(event),
                            fingerprint: *fingerprint,
                            deliveries,
                        }
                    },
                )
                .collect();
            let submission = Submission {
                organization_id,
                generation: tenant.generation,
                key: key.clone(),
                events,
                now,
                idempotency_ttl: self.options().idempotency_ttl,
            };
            match self.store().enqueue(submission).await {
                Ok(receipts) => {
                    for ((accepted, waiting), receipt) in
                        accepted.iter().zip(waiting).zip(&receipts)
                    {
                        // A repeat stored nothing: dropping the slots gives the places back.
                        if !receipt.repeated {
                            self.hand_over(&tenant, &accepted.event, waiting, now);
                        }
                    }
                    return Ok(receipts);
                }
                Err(ports::Error::Stale) => {
                    self.refresh(organization_id).await?;
                    tenant = self.tenant(slug)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Stage 2: the deliveries of an event, with places reserved in lanes where there is room.
    fn matched(
        &self,
        tenant: &Tenant,
        event: &Arc<Event>,
        addressed: &[WebhookId],
    ) -> Vec<Waiting> {
        tenant
            .candidates(&event.event_type, addressed)
            .filter_map(|route| {
                let webhook = &route.webhook;
                let kind =
                    match matching::verdict(webhook, &event.event_type, &event.channels, addressed)
                    {
                        Verdict::Matched => Kind::Matched,
                        Verdict::Addressed => Kind::Addressed,
                        _ => return None,
                    };
                Some(self.reserve(webhook.id, kind))
            })
            .collect()
    }

    fn reserve(&self, webhook_id: WebhookId, kind: Kind) -> Waiting {
        let slot = self.lanes().reserve(webhook_id);
        let delivery = NewDelivery {
            id: self.new_id(),
            webhook_id,
            kind,
            claimed: slot.is_some(),
        };
        Waiting { delivery, slot }
    }

    /// Stage 4, the short way: stored deliveries into their reserved places.
    fn hand_over(&self, tenant: &Tenant, event: &Arc<Event>, waiting: Vec<Waiting>, now: Time) {
        for Waiting { delivery, slot } in waiting {
            let Some(slot) = slot else {
                self.lanes().wake(delivery.webhook_id);
                continue;
            };
            let route = tenant.route(delivery.webhook_id);
            slot.fill(Job {
                delivery_id: delivery.id,
                webhook_id: delivery.webhook_id,
                kind: delivery.kind,
                attempts: 0,
                // As the store has it.
                created_at: route.map_or(now, |route| route.webhook.made_at(now)),
                event: Arc::clone(event),
            });
        }
    }

    /// Stores an event made here for exactly these webhooks (a test) and hands it over.
    pub(super) async fn enqueue_for(
        &self,
        event: Event,
        webhook_id: WebhookId,
        kind: Kind,
    ) -> Result<NewDelivery, Error> {
        let event = Arc::new(event);
        for _ in 0..STALE_RETRIES {
            let tenant = self
                .snapshot()
                .organization_by_id(event.organization_id)
                .ok_or(Error::NotFound("organization"))?;
            if tenant.route(webhook_id).is_none() {
                return Err(Error::NotFound("webhook"));
            }
            let waiting = self.reserve(webhook_id, kind);
            let delivery = waiting.delivery;
            let submission = Submission {
                organization_id: event.organization_id,
                generation: tenant.generation,
                key: None,
                events: vec![NewEvent {
                    event: Arc::clone(&event),
                    fingerprint: None,
                    deliveries: vec![delivery],
                }],
                now: event.created_at,
                idempotency_ttl: self.options().idempotency_ttl,
            };
            match self.store().enqueue(submission).await {
                Ok(_) => {
                    self.hand_over(&tenant, &event, vec![waiting], event.created_at);
                    return Ok(delivery);
                }
                Err(ports::Error::Stale) => self.refresh(event.organization_id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Adds deliveries of a stored event (a resend) and hands them over.
    pub(super) async fn enqueue_again(
        &self,
        tenant: &Tenant,
        event_id: EventId,
        webhooks: &[WebhookId],
    ) -> Result<Vec<NewDelivery>, Error> {
        let now = self.now();
        let waiting: Vec<Waiting> = webhooks
            .iter()
            .map(|webhook_id| self.reserve(*webhook_id, Kind::Resent))
            .collect();
        let deliveries: Vec<NewDelivery> = waiting.iter().map(|waiting| waiting.delivery).collect();
        let event = self
            .store()
            .enqueue_again(tenant.organization.id, event_id, deliveries.clone(), now)
            .await?;
        self.hand_over(tenant, &event, waiting, now);
        Ok(deliveries)
    }

    /// Checks every event; for each, whether its type is unknown.
    fn validate(
        &self,
        tenant: &Tenant,
        incoming: &[Incoming],
        now: Time,
    ) -> Result<Vec<bool>, Error> {
        if incoming.is_empty() || incoming.len() > MAX_BATCH {
            return Err(Error::Invalid(vec![FieldError::new(
                "events",
                format!(
                    "a request carries 1 to {MAX_BATCH} events, this one has {}",
                    incoming.len()
                ),
            )]));
        }
        let platform = self.snapshot().platform_event_types();
        let mut errors = Vec::new();
        let mut unknown = Vec::with_capacity(incoming.len());
        for (index, event) in incoming.iter().enumerate() {
            if event.data.len() > self.options().max_event_bytes {
                return Err(Error::TooLarge(format!(
                    "{}: {} bytes are more than the {} bytes that one event may have; send a \
                     link to the rest",
                    field(incoming, index, "data"),
                    event.data.len(),
                    self.options().max_event_bytes
                )));
            }
            let entry = tenant
                .event_types
                .get(&event.event_type)
                .or_else(|| platform.get(&event.event_type));
            unknown.push(entry.is_none());
            check(tenant, event, entry, now, |name, message| {
                errors.push(FieldError::new(field(incoming, index, name), message));
            });
        }
        if errors.is_empty() {
            Ok(unknown)
        } else {
            Err(Error::Invalid(errors))
        }
    }
}

/// `events[3].type` in a batch, `type` for a single event.
fn field(incoming: &[Incoming], index: usize, name: &str) -> String {
    if incoming.len() == 1 {
        name.to_owned()
    } else {
        format!("events[{index}].{name}")
    }
}

fn check(
    tenant: &Tenant,
    event: &Incoming,
    entry: Option<&Arc<CatalogueType>>,
    now: Time,
    mut wrong: impl FnMut(&str, String),
) {
    match (entry, matching::check_event_type(&event.event_type)) {
        (None, Err(message)) => wrong("type", message),
        (None, Ok(())) if tenant.organization.strict_event_types => wrong(
            "type",
            format!(
                "`{}` is not in the catalogue of event types, and this organization accepts only \
                 those that are; add it to the catalogue first",
                event.event_type
            ),
        ),
        _ => {}
    }
    if event.channels.len() > MAX_CHANNELS {
        wrong(
            "channels",
            format!("an event carries at most {MAX_CHANNELS} channels"),
        );
    }
    for (index, channel) in event.channels.iter().enumerate() {
        if let Err(message) = matching::check_channel(channel) {
            wrong(&format!("channels[{index}]"), message);
        }
    }
    if event.webhooks.len() > MAX_CHANNELS {
        wrong(
            "webhooks",
            format!("an event addresses at most {MAX_CHANNELS} webhooks"),
        );
    }
    for (index, id) in event.webhooks.iter().enumerate() {
        if tenant.route(*id).is_none() {
            wrong(
                &format!("webhooks[{index}]"),
                format!("the organization has no webhook {id}; list its webhooks to see their ids"),
            );
        } else if event.webhooks[..index].contains(id) {
            wrong(
                &format!("webhooks[{index}]"),
                format!("webhook {id} is named twice"),
            );
        }
    }
    if let Some(id) = &event.external_id
        && (id.is_empty() || id.len() > MAX_EXTERNAL_ID_BYTES || id.chars().any(char::is_control))
    {
        wrong(
            "id",
            format!("an id has 1 to {MAX_EXTERNAL_ID_BYTES} bytes and no control characters"),
        );
    }
    if let Some(time) = event.time
        && (time < Time::EPOCH || time > now + DAY)
    {
        wrong(
            "time",
            format!("{time} is before 1970 or more than a day in the future"),
        );
    }
    if !json::check_depth(&event.data, MAX_DEPTH) {
        wrong(
            "data",
            format!("it is nested deeper than {MAX_DEPTH} levels"),
        );
    } else if let Some(validator) = entry.and_then(|entry| entry.validator.as_ref()) {
        match serde_json::from_slice::<serde_json::Value>(&event.data) {
            Err(error) => wrong("data", format!("it is not JSON: {error}")),
            Ok(data) => {
                for (path, message) in schema::findings(validator, &data, 10) {
                    let kind = &event.event_type;
                    let message = format!("it does not fit the schema of `{kind}`: {message}");
                    wrong(&format!("data{path}"), message);
                }
            }
        }
    }
}

/// What an external id stands for: everything that the producer sent beside it. Each part is
/// preceded by its length, so that no two events share a fingerprint by moving a boundary.
fn fingerprint(event: &Incoming) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(event.event_type.as_bytes());
    part(&event.data);
    part(&event.time.map_or(i64::MIN, Time::as_micros).to_le_bytes());
    part(&(event.channels.len() as u64).to_le_bytes());
    for channel in &event.channels {
        part(channel.as_bytes());
    }
    for webhook in &event.webhooks {
        part(webhook.as_bytes());
    }
    hash.finalize().into()
}
