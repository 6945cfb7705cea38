//! Stages 1 to 3: check an event (`checks`), find its webhooks, store it, hand its deliveries to lanes.
//!
//! Between the request and the answer there is one call to the store, which returns when the rows
//! are on disk. Places in lanes are reserved before it and filled after it, so that a delivery that
//! is due now is sent without being read back.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Error, STALE_RETRIES, Service, checks::MAX_DELIVERIES};
use crate::{
    delivery::{Job, Kind},
    event::Event,
    ids::{EventId, OrganizationId, WebhookId},
    matching::{self, Verdict},
    ports::{self, Asked, Idempotency, NewDelivery, NewEvent, Receipt, Slot, Submission},
    snapshot::Tenant,
    time::Time,
};

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

/// What of a request was accepted before.
struct Before {
    /// All of it, by its key: the answer it got.
    answer: Option<Vec<Receipt>>,
    /// For each event, by its external id, whether it was.
    events: Vec<bool>,
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
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        let checked = self.validate(&tenant, &incoming, now)?;
        self.meters().check.count(took(now, self.now()));
        if let Some(refusal) = checked.refusal {
            let ids = incoming.iter().map(|event| {
                let id = event.external_id.clone()?;
                Some((id, fingerprint(event)))
            });
            let before = self
                .before(organization_id, ids.collect(), key.as_ref(), now)
                .await?;
            if let Some(receipts) = before.answer {
                return Ok(receipts);
            }
            if !refusal.events.iter().all(|index| before.events[*index]) {
                return Err(refusal.error);
            }
        }
        let unknown = checked.unknown;
        let accepted: Vec<Accepted> = incoming
            .into_iter()
            .zip(unknown)
            .map(|(incoming, unknown)| self.accepted(organization_id, incoming, unknown, now))
            .collect();
        self.store_all(tenant, accepted, key, now).await
    }

    /// Stores events of Bellwire's own, which need no check: all or none. Whether each was new.
    pub(super) async fn ingest_own(
        &self,
        tenant: &Arc<Tenant>,
        incoming: Vec<Incoming>,
    ) -> Result<Vec<bool>, Error> {
        let now = self.now();
        let accepted = incoming
            .into_iter()
            .map(|one| self.accepted(tenant.organization.id, one, false, now))
            .collect();
        let receipts = self
            .store_all(Arc::clone(tenant), accepted, None, now)
            .await?;
        Ok(receipts.iter().map(|receipt| !receipt.repeated).collect())
    }

    /// An event that was found right.
    fn accepted(
        &self,
        organization_id: OrganizationId,
        incoming: Incoming,
        unknown_type: bool,
        now: Time,
    ) -> Accepted {
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
    }

    /// Stages 2 and 3: matched, stored, handed over; again when the catalogue changes under it.
    async fn store_all(
        &self,
        mut tenant: Arc<Tenant>,
        accepted: Vec<Accepted>,
        key: Option<Idempotency>,
        now: Time,
    ) -> Result<Vec<Receipt>, Error> {
        let organization_id = tenant.organization.id;
        for _ in 0..STALE_RETRIES {
            let began = self.now();
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
            let deliveries: usize = waiting.iter().map(Vec::len).sum();
            let matched = self.now();
            self.meters().matching.count(took(began, matched));
            if accepted.len() > 1 && deliveries > MAX_DELIVERIES {
                let ids = accepted.iter().map(|one| {
                    let id = one.event.external_id.clone()?;
                    Some((id, one.fingerprint?))
                });
                let before = self
                    .before(organization_id, ids.collect(), key.as_ref(), now)
                    .await?;
                if let Some(receipts) = before.answer {
                    return Ok(receipts);
                }
                if before.events.contains(&false) {
                    return Err(too_many(accepted.len(), deliveries));
                }
            }
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
                    let meters = self.meters();
                    meters.enqueue.count(took(matched, self.now()));
                    meters.fan_out.count(deliveries as u64);
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
                    tenant = self
                        .snapshot()
                        .organization_by_id(organization_id)
                        .ok_or(Error::NotFound("organization"))?;
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
        let slot = match kind {
            Kind::Test => self.lanes().reserve_test(webhook_id),
            _ => self.lanes().reserve(webhook_id),
        };
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
                match delivery.kind {
                    Kind::Test => self.lanes().wake_test(delivery.webhook_id),
                    _ => self.lanes().wake(delivery.webhook_id),
                }
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

    /// What of a request was accepted before, of events with these external ids and fingerprints.
    /// What is right changes with the catalogue and the configuration; a repeat gets the answer of
    /// the first all the same.
    async fn before(
        &self,
        organization_id: OrganizationId,
        events: Vec<Option<(String, [u8; 32])>>,
        key: Option<&Idempotency>,
        now: Time,
    ) -> Result<Before, Error> {
        let mut before = Before {
            answer: None,
            events: vec![false; events.len()],
        };
        let named = events.into_iter().enumerate();
        let (places, ids): (Vec<usize>, Vec<(String, [u8; 32])>) =
            named.filter_map(|(index, id)| Some((index, id?))).unzip();
        if key.is_none() && ids.is_empty() {
            return Ok(before);
        }
        let asked = Asked {
            organization_id,
            key: key.cloned(),
            ids,
            now,
            idempotency_ttl: self.options().idempotency_ttl,
        };
        let repeats = self.store().repeats(asked).await?;
        for (index, repeated) in places.into_iter().zip(repeats.ids) {
            before.events[index] = repeated;
        }
        before.answer = repeats.answer;
        Ok(before)
    }
}

/// Microseconds between two looks at the clock, which may have been set back.
fn took(from: Time, to: Time) -> u64 {
    u64::try_from(to.since(from)).unwrap_or(0)
}

fn too_many(events: usize, deliveries: usize) -> Error {
    let message = format!(
        "these {events} events come to {deliveries} deliveries, and at most {MAX_DELIVERIES} are \
         stored together; send fewer events in one request"
    );
    Error::TooLarge(message.into())
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
