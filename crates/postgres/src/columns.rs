//! The rows of an enqueue, column by column: each column of a statement over many rows is one array.

use bellwire_core::{
    event::Event,
    ids::EventId,
    ports::{NewDelivery, NewEvent},
    stored::{TEST, UNKNOWN_TYPE},
    time::Time,
};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::{
    plan::Plan,
    rows::{Key as _, code, time},
};

/// Rows of idempotency keys.
pub(crate) struct KeyRows {
    organizations: Vec<Uuid>,
    keys: Vec<Vec<u8>>,
    fingerprints: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
    expires_at: Vec<i64>,
    newest: i64,
}

impl KeyRows {
    pub(crate) fn new(plan: &Plan<'_>, newest: i64) -> Self {
        let keys = &plan.keys;
        Self {
            organizations: keys.iter().map(|key| key.organization.uuid()).collect(),
            keys: keys.iter().map(|key| key.key.to_vec()).collect(),
            fingerprints: keys.iter().map(|key| key.fingerprint.to_vec()).collect(),
            answers: keys.iter().map(|key| key.answer.clone()).collect(),
            expires_at: keys.iter().map(|key| key.expires_at.as_micros()).collect(),
            newest,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 6] {
        [
            &self.organizations,
            &self.keys,
            &self.fingerprints,
            &self.answers,
            &self.expires_at,
            &self.newest,
        ]
    }
}

/// Rows of external ids.
pub(crate) struct NameRows<'s> {
    organizations: Vec<Uuid>,
    names: Vec<&'s [u8]>,
    events: Vec<Uuid>,
    fingerprints: Vec<Option<&'s [u8]>>,
    matched: Vec<i32>,
    unknown: Vec<bool>,
    created_at: Vec<i64>,
    oldest: i64,
}

impl<'s> NameRows<'s> {
    pub(crate) fn new(plan: &Plan<'s>, oldest: i64) -> Self {
        let named: Vec<(&NewEvent, &[u8])> = plan
            .events
            .iter()
            .filter_map(|(_, event)| Some((*event, event.event.external_id.as_ref()?.as_bytes())))
            .collect();
        Self {
            organizations: named
                .iter()
                .map(|(new, _)| new.event.organization_id.uuid())
                .collect(),
            names: named.iter().map(|(_, name)| *name).collect(),
            events: named.iter().map(|(new, _)| new.event.id.uuid()).collect(),
            fingerprints: named
                .iter()
                .map(|(new, _)| new.fingerprint.as_ref().map(<[u8; 32]>::as_slice))
                .collect(),
            matched: named
                .iter()
                .map(|(new, _)| new.deliveries.len() as i32)
                .collect(),
            unknown: named
                .iter()
                .map(|(new, _)| new.event.unknown_type)
                .collect(),
            created_at: named
                .iter()
                .map(|(new, _)| new.event.created_at.as_micros())
                .collect(),
            oldest,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.organizations,
            &self.names,
            &self.events,
            &self.fingerprints,
            &self.matched,
            &self.unknown,
            &self.created_at,
            &self.oldest,
        ]
    }
}

/// Rows of events.
#[derive(Default)]
pub(crate) struct EventRows<'s> {
    ids: Vec<Uuid>,
    organizations: Vec<Uuid>,
    types: Vec<&'s str>,
    flags: Vec<i16>,
    created_at: Vec<i64>,
    times: Vec<Option<i64>>,
    channels: Vec<Option<String>>,
    external_ids: Vec<Option<&'s [u8]>>,
    deliveries: Vec<Vec<u8>>,
    data: Vec<&'s [u8]>,
}

impl<'s> EventRows<'s> {
    pub(crate) fn new(plan: &Plan<'s>) -> Self {
        let mut rows = Self::default();
        for (_, new) in &plan.events {
            let list = new.deliveries.iter().flat_map(|one| *one.id.as_bytes());
            rows.push(&new.event, list.collect());
        }
        rows
    }

    /// One more, with the list of its deliveries.
    pub(crate) fn push(&mut self, event: &'s Event, deliveries: Vec<u8>) {
        self.ids.push(event.id.uuid());
        self.organizations.push(event.organization_id.uuid());
        self.types.push(&event.event_type);
        let unknown = if event.unknown_type { UNKNOWN_TYPE } else { 0 };
        self.flags.push(unknown | if event.test { TEST } else { 0 });
        self.created_at.push(event.created_at.as_micros());
        self.times
            .push(time((event.time != event.created_at).then_some(event.time)));
        self.channels.push(
            (!event.channels.is_empty())
                .then(|| serde_json::to_string(&event.channels).expect("channels are plain data")),
        );
        self.external_ids
            .push(event.external_id.as_ref().map(String::as_bytes));
        self.deliveries.push(deliveries);
        self.data.push(&event.data);
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 10] {
        [
            &self.ids,
            &self.organizations,
            &self.types,
            &self.flags,
            &self.created_at,
            &self.times,
            &self.channels,
            &self.external_ids,
            &self.deliveries,
            &self.data,
        ]
    }
}

/// Rows of deliveries.
#[derive(Default)]
pub(crate) struct DeliveryRows {
    ids: Vec<Uuid>,
    events: Vec<Uuid>,
    webhooks: Vec<Uuid>,
    kinds: Vec<i16>,
    created_at: Vec<i64>,
    nodes: Vec<Option<i64>>,
}

impl DeliveryRows {
    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(crate) fn push(
        &mut self,
        event: EventId,
        delivery: &NewDelivery,
        created_at: Time,
        node: i64,
    ) {
        self.ids.push(delivery.id.uuid());
        self.events.push(event.uuid());
        self.webhooks.push(delivery.webhook_id.uuid());
        self.kinds.push(code(delivery.kind.code()));
        self.created_at.push(created_at.as_micros());
        self.nodes.push(delivery.claimed.then_some(node));
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 6] {
        [
            &self.ids,
            &self.events,
            &self.webhooks,
            &self.kinds,
            &self.created_at,
            &self.nodes,
        ]
    }
}
