//! What the cases say instead of forty lines of nouns: an organization, a webhook, an event, a
//! record, each with the fields that the case cares about.

use std::sync::Arc;

use bellwire_core::{
    delivery::{Attempt, Delivery, Job, Kind, State},
    event::Event,
    headers::HeaderList,
    ids::{DeliveryId, EventId, IdSource, OrganizationId, WebhookId},
    organization::Organization,
    outcome::{Answer, Header, Timing},
    policy::{Class, DisableReason, DisableRule, Next},
    ports::{
        LaneAsk, NewDelivery, NewEvent, Receipt, Record, Result, Store, Submission, Tally,
        WebhookChange,
    },
    time::{DAY, Time},
    webhook::{Disabled, Secret, Settings, Webhook},
};
use bytes::Bytes;

use super::Subject;
use crate::{entropy::SeededEntropy, people::any};
use bellwire_core::entropy::Entropy as _;

/// A store under test and what is needed to talk to it.
pub struct World<S> {
    subject: S,
    ids: IdSource,
    entropy: SeededEntropy,
    /// The time that calls are made at. Cases move it on.
    pub now: Time,
}

impl<S: Subject> World<S> {
    /// A world in November 2025.
    pub fn new(subject: S) -> Self {
        Self {
            subject,
            ids: IdSource::default(),
            entropy: SeededEntropy::new(1),
            now: Time::from_millis(1_763_700_000_000),
        }
    }

    /// The store under test, for what only its own tests know of it.
    pub fn subject(&self) -> &S {
        &self.subject
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        self.subject.store()
    }

    /// Loses what is not on disk.
    pub async fn crash(&mut self) {
        self.subject.reopen().await;
    }

    /// The next id.
    pub fn id<I: From<Id>>(&self) -> I {
        I::from(Id(*self
            .ids
            .next::<EventId>(self.now, self.entropy.u64())
            .as_bytes()))
    }

    /// A new organization with this slug.
    pub async fn organization(&self, slug: &str) -> Organization {
        let organization = Organization {
            id: self.id(),
            slug: slug.to_owned(),
            name: format!("The {slug}"),
            default_profile: "standard".to_owned(),
            strict_event_types: false,
            appearance: bellwire_core::appearance::Appearance::default(),
            created_at: self.now,
            updated_at: self.now,
        };
        let created = self
            .store()
            .create_organization(organization.clone(), any())
            .await;
        created.expect("the organization is stored");
        organization
    }

    /// Deletes an organization.
    pub async fn remove(&self, organization: &Organization) {
        let deleted = self
            .store()
            .delete_organization(organization.id, self.now, any())
            .await;
        deleted.expect("the organization is deleted");
    }

    /// A webhook that is not stored yet.
    pub fn unsaved(&self, organization: &Organization, url: &str) -> Webhook {
        Webhook {
            id: self.id(),
            organization_id: organization.id,
            revision: 1,
            settings: Settings {
                name: "a webhook".to_owned(),
                url: url.to_owned(),
                event_types: Vec::new(),
                direct: false,
                channels: Vec::new(),
                profile: "standard".to_owned(),
                headers: vec![Header {
                    name: "x-custom".to_owned(),
                    value: "a header nobody may read".to_owned(),
                }],
                overrides: Default::default(),
            },
            disabled: None,
            paused: None,
            drain: None,
            secrets: vec![Secret {
                value: "whsec_bm9ib2R5IG1heSByZWFkIHRoaXM=".to_owned(),
                created_at: self.now,
                expires_at: None,
            }],
            cancelled_up_to: None,
            created_at: self.now,
            created_by: "ann@example.com".to_owned(),
            updated_at: self.now,
            updated_by: "ann@example.com".to_owned(),
            deleted_at: None,
        }
    }

    /// A stored webhook.
    pub async fn webhook(&self, organization: &Organization) -> Webhook {
        let webhook = self.unsaved(organization, "https://example.com/hook");
        let stored = self
            .store()
            .create_webhook(webhook.clone(), false, any())
            .await;
        assert_eq!(
            stored.expect("the webhook is stored"),
            WebhookChange::Stored
        );
        webhook
    }

    /// The webhook as it is stored now.
    pub async fn read(&self, webhook: &Webhook) -> Webhook {
        let read = self
            .store()
            .webhook(webhook.organization_id, webhook.id)
            .await;
        read.expect("the webhook is read").expect("it is there")
    }

    /// Disables or enables a webhook by hand.
    pub async fn switch(&self, webhook: &Webhook, on: bool) {
        let mut next = self.read(webhook).await;
        next.revision += 1;
        next.updated_at = self.now;
        next.disabled = (!on).then_some(Disabled {
            reason: DisableReason::Manual,
            at: self.now,
        });
        let updated = self.store().update_webhook(next, false, any()).await;
        assert_eq!(
            updated.expect("the webhook is changed"),
            WebhookChange::Stored
        );
    }

    /// An event that is not stored yet.
    pub fn event(&self, organization: &Organization) -> Event {
        Event {
            id: self.id(),
            organization_id: organization.id,
            external_id: None,
            event_type: "booking.created".to_owned(),
            channels: Vec::new(),
            data: Bytes::from_static(b"{\"n\":1}"),
            time: self.now,
            created_at: self.now,
            unknown_type: false,
            test: false,
        }
    }

    /// An event with a delivery for each of these webhooks.
    pub fn to(&self, event: Event, webhooks: &[&Webhook], kind: Kind, claimed: bool) -> NewEvent {
        let fingerprint = event
            .external_id
            .is_some()
            .then(|| fingerprint(&event.data));
        let deliveries = webhooks
            .iter()
            .map(|webhook| NewDelivery {
                id: self.id(),
                webhook_id: webhook.id,
                kind,
                claimed,
            })
            .collect();
        NewEvent {
            event: Arc::new(event),
            fingerprint,
            deliveries,
        }
    }

    /// A submission at the organization's current generation.
    pub async fn submission(
        &self,
        organization: &Organization,
        events: Vec<NewEvent>,
    ) -> Submission {
        let record = self.store().load_organization(organization.id).await;
        let generation = record
            .expect("it is read")
            .map_or(0, |record| record.generation);
        Submission {
            organization_id: organization.id,
            generation,
            key: None,
            events,
            now: self.now,
            idempotency_ttl: DAY,
        }
    }

    /// Stores events at the organization's current generation.
    pub async fn submit(
        &self,
        organization: &Organization,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Receipt>> {
        let submission = self.submission(organization, events).await;
        self.store().enqueue(submission).await
    }

    /// Stores one event with one delivery that nobody holds; both ids.
    pub async fn enqueue(
        &self,
        organization: &Organization,
        webhook: &Webhook,
    ) -> (EventId, DeliveryId) {
        let event = self.to(self.event(organization), &[webhook], Kind::Matched, false);
        let ids = (event.event.id, event.deliveries[0].id);
        self.submit(organization, vec![event])
            .await
            .expect("the event is stored");
        ids
    }

    /// Claims as many as there are for one webhook.
    pub async fn claim(&self, webhook: &Webhook, room: usize) -> Vec<Job> {
        self.ask(webhook, room, false).await
    }

    /// The same for a webhook that one process only may send to.
    pub async fn claim_alone(&self, webhook: &Webhook, room: usize) -> Vec<Job> {
        self.ask(webhook, room, true).await
    }

    async fn ask(&self, webhook: &Webhook, room: usize, exclusive: bool) -> Vec<Job> {
        let asks = [LaneAsk {
            webhook_id: webhook.id,
            room,
            exclusive,
        }];
        self.store()
            .claim(&asks, self.now)
            .await
            .expect("claiming works")
    }

    /// What a job's next attempt came to.
    pub fn record(&self, job: &Job, status: u16, next: Next) -> Record {
        Record {
            attempt: Attempt {
                delivery_id: job.delivery_id,
                number: job.attempts + 1,
                event_id: job.event.id,
                webhook_id: job.webhook_id,
                organization_id: job.event.organization_id,
                revision: 1,
                at: self.now,
                answer: Answer::Status(status),
                timing: Timing {
                    total_us: 1_500,
                    ..Timing::default()
                },
                url: "https://example.com/hook".to_owned(),
                address: None,
                detail: None,
                body_sha256: [7; 32],
                request_headers: HeaderList::default(),
                response_headers: HeaderList::default(),
                excerpt: Bytes::new(),
                truncated: false,
                retry_at: None,
            },
            event_type: job.event.event_type.as_str().into(),
            next,
            tally: (job.kind != Kind::Test).then(|| tally(status, &DisableRule::default())),
            now: self.now,
            listened: Default::default(),
            is_own: false,
        }
    }

    /// Records one attempt of a job.
    pub async fn attempt(&self, job: &Job, status: u16, next: Next) {
        let records = vec![self.record(job, status, next)];
        self.store()
            .record(records.into())
            .await
            .expect("the attempt is recorded");
    }

    /// A delivery as it is seen now.
    pub async fn delivery(&self, organization: &Organization, id: DeliveryId) -> Delivery {
        let found = self.store().delivery(organization.id, id).await;
        found.expect("the delivery is read").expect("it is there")
    }

    /// The state of a delivery as it is seen now.
    pub async fn state(&self, organization: &Organization, id: DeliveryId) -> State {
        self.delivery(organization, id).await.state
    }

    /// Sweeps until there is nothing left to sweep.
    pub async fn sweep(&self) {
        let store = self.store();
        while store.sweep_cancelled().await.expect("sweeping works") {}
        while store.sweep_deleted().await.expect("sweeping works") {}
    }
}

/// 16 bytes on their way into an id.
#[derive(Debug)]
pub struct Id([u8; 16]);

macro_rules! from_id {
    ($($id:ty),*) => {$(
        impl From<Id> for $id {
            fn from(id: Id) -> Self {
                Self::from_bytes(id.0)
            }
        }
    )*};
}
from_id!(
    OrganizationId,
    EventId,
    WebhookId,
    DeliveryId,
    bellwire_core::ids::EventTypeId,
    bellwire_core::ids::TokenId,
    bellwire_core::ids::UserId,
    bellwire_core::ids::SessionId,
    bellwire_core::ids::LinkId,
    bellwire_core::ids::AuditId,
    bellwire_core::ids::NoticeId,
    bellwire_core::ids::JobId,
    bellwire_core::ids::DeveloperPlanId,
    bellwire_core::ids::ConditionId,
    bellwire_core::ids::InspectorId,
    bellwire_core::ids::InspectedId
);

/// The tally of an answer with this status under a rule; 2xx is a success.
pub(super) fn tally(status: u16, rule: &DisableRule) -> Tally {
    let class = match status {
        200..=299 => Class::Success,
        300..=399 => Class::Redirect,
        400..=499 => Class::ClientError,
        500..=599 => Class::ServerError,
        _ => Class::OtherStatus,
    };
    Tally {
        class,
        rule: Arc::new(rule.clone()),
    }
}

/// Stands for the SHA-256 of a body.
pub(super) fn fingerprint(body: &[u8]) -> [u8; 32] {
    let mut print = [0; 32];
    for (index, byte) in body.iter().enumerate() {
        print[index % 32] ^= byte.rotate_left((index % 8) as u32);
    }
    print
}
