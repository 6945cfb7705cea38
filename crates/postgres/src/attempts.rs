//! Attempts as rows, and the beginnings of response bodies, each stored once a day for a webhook.

use std::collections::HashSet;

use bellwire_core::{
    delivery::Attempt,
    ids::{DeliveryId, WebhookId},
    outcome::Answer,
    stored::{self, SHORT_EXCERPT_BYTES, address},
    time::Time,
};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::{
    rows::{Key as _, text, time},
    settle,
};

/// Excerpts remembered as stored, before all are forgotten: a bound on memory.
const REMEMBERED: usize = 50_000;

pub(crate) const STORE: &str = "\
INSERT INTO attempts (delivery_id, number, event_id, webhook_id, revision, at, status, cause,
    dns_us, connect_us, tls_us, first_byte_us, total_us, url, address, detail, body_sha256,
    request_headers, response_headers, excerpt, excerpt_id, truncated, retry_at)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[],
    $7::int[], $8::text[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[],
    $14::text[], $15::bytea[], $16::text[], $17::bytea[], $18::bytea[], $19::bytea[],
    $20::bytea[], $21::uuid[], $22::bool[], $23::bigint[])";
pub(crate) const STORE_EXCERPTS: &str = "\
INSERT INTO excerpts (id, body) SELECT * FROM unnest($1::uuid[], $2::bytea[]) ORDER BY 1
ON CONFLICT DO NOTHING";

/// Which excerpts are known to be stored.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<HashSet<Uuid>>);

impl Kept {
    /// After the commit of these rows.
    pub(crate) fn remember(&self, rows: &AttemptRows<'_>) {
        if rows.new_excerpt_ids.is_empty() {
            return;
        }
        let mut kept = self.0.lock();
        if kept.len() >= REMEMBERED {
            kept.clear();
        }
        kept.extend(&rows.new_excerpt_ids);
    }
}

/// The id of an excerpt: the day of the delivery, then a hash of webhook and body.
fn excerpt_id(delivery: DeliveryId, webhook: WebhookId, body: &[u8]) -> Uuid {
    let midnight = DeliveryId::floor(bellwire_core::time::Time::from_micros(
        crate::partitions::day(delivery.uuid()) * bellwire_core::time::DAY,
    ));
    let mut bytes = *midnight.as_bytes();
    let mut hash = Sha256::new();
    hash.update(webhook.as_bytes());
    hash.update(body);
    bytes[6..].copy_from_slice(&hash.finalize()[..10]);
    Uuid::from_bytes(bytes)
}

/// Rows of [`STORE`] and [`STORE_EXCERPTS`].
#[derive(Default)]
pub(crate) struct AttemptRows<'r> {
    deliveries: Vec<Uuid>,
    numbers: Vec<i32>,
    events: Vec<Uuid>,
    webhooks: Vec<Uuid>,
    revisions: Vec<i32>,
    at: Vec<i64>,
    statuses: Vec<Option<i32>>,
    causes: Vec<Option<&'static str>>,
    dns: Vec<Option<i32>>,
    connect: Vec<Option<i32>>,
    tls: Vec<Option<i32>>,
    first_byte: Vec<Option<i32>>,
    total: Vec<i32>,
    urls: Vec<&'r str>,
    addresses: Vec<Option<Vec<u8>>>,
    details: Vec<Option<String>>,
    bodies: Vec<&'r [u8]>,
    request_headers: Vec<&'r [u8]>,
    response_headers: Vec<&'r [u8]>,
    excerpts: Vec<Option<&'r [u8]>>,
    excerpt_ids: Vec<Option<Uuid>>,
    truncated: Vec<bool>,
    retry_at: Vec<Option<i64>>,
    new_excerpt_ids: Vec<Uuid>,
    new_excerpts: Vec<&'r [u8]>,
}

impl<'r> AttemptRows<'r> {
    pub(crate) fn new(attempts: &[settle::Kept<'r>], kept: &Kept) -> Self {
        let mut rows = Self::default();
        let kept = kept.0.lock();
        let mut here = HashSet::new();
        for one in attempts {
            let attempt = &one.record.attempt;
            // Retention may have removed what was stored on an old day.
            let old = attempt.at.day() > crate::partitions::day(attempt.delivery_id.uuid()) + 1;
            rows.push(one, |id| (old || !kept.contains(&id)) && here.insert(id));
        }
        rows
    }

    /// Attempts that are stored elsewhere already, and are kept as they are.
    pub(crate) fn whole(attempts: impl Iterator<Item = &'r Attempt>) -> Self {
        let mut rows = Self::default();
        let mut here = HashSet::new();
        for one in attempts {
            let kept = (one.excerpt.as_ref(), one.truncated);
            rows.add(one, kept, one.retry_at, |id| here.insert(id));
        }
        rows
    }

    fn push(&mut self, one: &settle::Kept<'r>, is_new: impl FnMut(Uuid) -> bool) {
        let attempt = &one.record.attempt;
        let kept = stored::excerpt(attempt, one.record.success());
        self.add(attempt, kept, one.retry_at, is_new);
    }

    fn add(
        &mut self,
        attempt: &'r Attempt,
        (excerpt, truncated): (&'r [u8], bool),
        retry_at: Option<Time>,
        mut is_new: impl FnMut(Uuid) -> bool,
    ) {
        let signed = |value: Option<u32>| value.map(u32::cast_signed);
        self.deliveries.push(attempt.delivery_id.uuid());
        self.numbers.push(attempt.number.cast_signed());
        self.events.push(attempt.event_id.uuid());
        self.webhooks.push(attempt.webhook_id.uuid());
        self.revisions.push(attempt.revision.cast_signed());
        self.at.push(attempt.at.as_micros());
        let (status, cause) = match attempt.answer {
            Answer::Status(status) => (Some(i32::from(status)), None),
            Answer::None(cause) => (None, Some(cause.as_str())),
        };
        self.statuses.push(status);
        self.causes.push(cause);
        self.dns.push(signed(attempt.timing.dns_us));
        self.connect.push(signed(attempt.timing.connect_us));
        self.tls.push(signed(attempt.timing.tls_us));
        self.first_byte.push(signed(attempt.timing.first_byte_us));
        self.total.push(attempt.timing.total_us.cast_signed());
        self.urls.push(&attempt.url);
        self.addresses.push(attempt.address.map(address::encode));
        self.details.push(attempt.detail.as_deref().map(text));
        self.bodies.push(&attempt.body_sha256);
        self.request_headers
            .push(attempt.request_headers.as_bytes());
        self.response_headers
            .push(attempt.response_headers.as_bytes());
        self.truncated.push(truncated);
        let (inline, id) = match excerpt.len() {
            0 => (None, None),
            1..=SHORT_EXCERPT_BYTES => (Some(excerpt), None),
            _ => (
                None,
                Some(excerpt_id(attempt.delivery_id, attempt.webhook_id, excerpt)),
            ),
        };
        if let Some(id) = id
            && is_new(id)
        {
            self.new_excerpt_ids.push(id);
            self.new_excerpts.push(excerpt);
        }
        self.excerpts.push(inline);
        self.excerpt_ids.push(id);
        self.retry_at.push(time(retry_at));
    }

    pub(crate) fn len(&self) -> usize {
        self.deliveries.len()
    }

    /// How many excerpts are new.
    pub(crate) fn excerpts(&self) -> usize {
        self.new_excerpts.len()
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 23] {
        [
            &self.deliveries,
            &self.numbers,
            &self.events,
            &self.webhooks,
            &self.revisions,
            &self.at,
            &self.statuses,
            &self.causes,
            &self.dns,
            &self.connect,
            &self.tls,
            &self.first_byte,
            &self.total,
            &self.urls,
            &self.addresses,
            &self.details,
            &self.bodies,
            &self.request_headers,
            &self.response_headers,
            &self.excerpts,
            &self.excerpt_ids,
            &self.truncated,
            &self.retry_at,
        ]
    }

    pub(crate) fn excerpt_params(&self) -> [&(dyn ToSql + Sync); 2] {
        [&self.new_excerpt_ids, &self.new_excerpts]
    }
}
