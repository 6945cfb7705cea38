//! Items as bytes, the same whichever store they come from, and checksums over them.
//!
//! Structures are taken apart field by field, so that a field that is added and not copied does not
//! compile.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Delivery, Event, ExternalId, Item, Key, Revision, Webhook};
use crate::{
    delivery::Attempt,
    event,
    ids::OrganizationId,
    organization::{Channel, EventType},
    outcome::{Answer, Timing},
    policy::Counters,
    stored::{address, standing::Standing},
    time::Time,
    webhook,
};

/// How many items, and the sum of their hashes: the same in whatever order they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checksum {
    /// How many.
    pub count: u64,
    /// How many bytes their canonical forms have.
    pub bytes: u64,
    /// The sum of the first 128 bits of their hashes, without what runs over.
    pub sum: u128,
}

impl Checksum {
    /// Adds an item.
    pub fn add(&mut self, item: &Item) {
        let form = item.form();
        self.count += 1;
        self.bytes += form.bytes;
        self.sum = self.sum.wrapping_add(form.hash());
    }
}

impl Item {
    /// The first 128 bits of the SHA-256 of the canonical form.
    #[must_use]
    pub fn hash(&self) -> u128 {
        self.form().hash()
    }

    fn form(&self) -> Form {
        let mut form = Form {
            hash: Sha256::new(),
            bytes: 0,
        };
        form.text(self.section().as_str());
        match self {
            Self::Organization(one) => form.organization(one),
            Self::EventType(one) => form.event_type(one),
            Self::Channel(organization_id, channel) => form.channel(*organization_id, channel),
            Self::Webhook(one) => form.webhook(one),
            Self::Revision(one) => form.revision(one),
            Self::Token(one) => form.token(one),
            Self::User(one) => form.user(one),
            Self::Link(one) => form.link(one),
            Self::Session(one) => form.session(one),
            Self::Entry(one) => form.entry(one),
            Self::Event(one) => form.event(one),
            Self::Delivery(one) => form.delivery(one),
            Self::Attempt(one) => form.attempt(one),
            Self::ExternalId(one) => form.external_id(one),
            Self::Key(one) => form.key(one),
            Self::Statistic(one) => form.statistic(one),
            Self::Unfolded(one) => form.unfolded(one),
            Self::UsageItem(one) => form.usage_item(one),
            Self::UsageCounter(one) => form.usage_counter(one),
            Self::RecordId(one) => form.record_id(one),
            Self::Inspector(one) => form.inspector(one),
        }
        form
    }
}

/// The canonical form on its way into a hash: every field with its length or with a fixed one, so
/// that no two items have the same bytes.
pub(super) struct Form {
    hash: Sha256,
    bytes: u64,
}

impl Write for Form {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.raw(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Form {
    fn hash(self) -> u128 {
        let digest = self.hash.finalize();
        let (first, _) = digest
            .as_slice()
            .split_first_chunk()
            .expect("SHA-256 has 32 bytes");
        u128::from_be_bytes(*first)
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.raw(&(bytes.len() as u64).to_be_bytes());
        self.raw(bytes);
    }

    /// NUL counts as the sign for what cannot be shown: PostgreSQL holds no NUL in a text.
    pub(super) fn text(&mut self, text: &str) {
        match text.contains('\0') {
            false => self.bytes(text.as_bytes()),
            true => self.bytes(text.replace('\0', "\u{fffd}").as_bytes()),
        }
    }

    pub(super) fn number(&mut self, number: impl Into<i64>) {
        self.raw(&number.into().to_be_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.raw(&[u8::from(flag)]);
    }

    pub(super) fn time(&mut self, time: Time) {
        self.number(time.as_micros());
    }

    pub(super) fn option<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            put(self, value);
        }
    }

    pub(super) fn maybe(&mut self, time: Option<Time>) {
        self.option(time, Self::time);
    }

    /// What the stores keep as JSON. It ends by itself.
    fn json(&mut self, value: &impl Serialize) {
        serde_json::to_writer(self, value).expect("plain data, into memory");
    }

    fn event_type(&mut self, one: &EventType) {
        let EventType {
            id,
            organization_id,
            name,
            description,
            schema,
            example,
            created_at,
            updated_at,
        } = one;
        self.raw(id.as_bytes());
        self.option(*organization_id, |form, id| form.raw(id.as_bytes()));
        self.text(name);
        self.text(description);
        self.option(schema.as_ref(), |form, raw| form.text(raw.get()));
        self.option(example.as_ref(), |form, raw| form.text(raw.get()));
        self.time(*created_at);
        self.time(*updated_at);
    }

    fn channel(&mut self, organization_id: OrganizationId, channel: &Channel) {
        let Channel {
            key,
            label,
            kind,
            created_at,
            updated_at,
        } = channel;
        self.raw(organization_id.as_bytes());
        self.text(key);
        self.text(label);
        self.text(kind);
        self.time(*created_at);
        self.time(*updated_at);
    }

    fn webhook(&mut self, one: &Webhook) {
        let Webhook {
            webhook,
            disabled_up_to,
            cleared_up_to,
            unswept,
            counters,
        } = one;
        let webhook::Webhook {
            id,
            organization_id,
            revision,
            settings,
            disabled,
            paused,
            drain,
            secrets,
            cancelled_up_to,
            created_at,
            created_by,
            updated_at,
            updated_by,
            deleted_at,
        } = webhook;
        let Counters {
            redirects,
            client_errors,
            server_errors,
            failures,
            failing_since,
            told_at,
        } = counters;
        self.raw(id.as_bytes());
        self.raw(organization_id.as_bytes());
        self.number(*revision);
        self.json(settings);
        self.json(disabled);
        self.json(paused);
        self.json(drain);
        self.json(secrets);
        self.maybe(*cancelled_up_to);
        self.time(*created_at);
        self.text(created_by);
        self.time(*updated_at);
        self.text(updated_by);
        self.maybe(*deleted_at);
        self.maybe(*disabled_up_to);
        self.maybe(*cleared_up_to);
        self.flag(*unswept);
        for count in [redirects, client_errors, server_errors, failures] {
            self.number(*count);
        }
        self.maybe(*failing_since);
        self.maybe(*told_at);
    }

    fn revision(&mut self, one: &Revision) {
        let Revision {
            webhook_id,
            revision,
            settings,
            disabled,
            paused,
            drain,
            updated_at,
            updated_by,
        } = one;
        self.raw(webhook_id.as_bytes());
        self.number(*revision);
        self.json(settings);
        self.json(disabled);
        self.json(paused);
        self.json(drain);
        self.time(*updated_at);
        self.text(updated_by);
    }

    fn event(&mut self, one: &Event) {
        let Event { event, deliveries } = one;
        let event::Event {
            id,
            organization_id,
            external_id,
            event_type,
            channels,
            data,
            time,
            created_at,
            unknown_type,
            test,
        } = event;
        self.raw(id.as_bytes());
        self.raw(organization_id.as_bytes());
        self.option(external_id.as_ref(), |form, id| form.bytes(id.as_bytes()));
        self.text(event_type);
        self.number(channels.len() as i64);
        for channel in channels {
            self.bytes(channel.as_bytes());
        }
        self.bytes(data);
        self.time(*time);
        self.time(*created_at);
        self.flag(*unknown_type);
        self.flag(*test);
        self.number(deliveries.len() as i64);
        for id in deliveries {
            self.raw(id.as_bytes());
        }
    }

    fn delivery(&mut self, one: &Delivery) {
        let Delivery {
            id,
            event_id,
            webhook_id,
            standing,
            again,
        } = one;
        let Standing {
            state,
            kind,
            reason,
            attempts,
            created_at,
            due_at,
            updated_at,
        } = standing;
        self.raw(id.as_bytes());
        self.raw(event_id.as_bytes());
        self.raw(webhook_id.as_bytes());
        self.number(state.code());
        self.number(kind.code());
        self.option(*reason, |form, reason| form.number(reason.code()));
        self.number(*attempts);
        self.time(*created_at);
        self.maybe(*due_at);
        self.maybe(*updated_at);
        self.flag(*again);
    }

    fn attempt(&mut self, one: &Attempt) {
        let Attempt {
            delivery_id,
            number,
            event_id,
            webhook_id,
            organization_id,
            revision,
            at,
            answer,
            timing,
            url,
            address,
            detail,
            body_sha256,
            request_headers,
            response_headers,
            excerpt,
            truncated,
            retry_at,
        } = one;
        let Timing {
            dns_us,
            connect_us,
            tls_us,
            first_byte_us,
            total_us,
        } = timing;
        self.raw(delivery_id.as_bytes());
        self.number(*number);
        self.raw(event_id.as_bytes());
        self.raw(webhook_id.as_bytes());
        self.raw(organization_id.as_bytes());
        self.number(*revision);
        self.time(*at);
        match answer {
            Answer::Status(status) => self.number(*status),
            Answer::None(cause) => self.text(cause.as_str()),
        }
        for step in [dns_us, connect_us, tls_us, first_byte_us] {
            self.option(*step, |form, us| form.number(us));
        }
        self.number(*total_us);
        self.text(url);
        self.option(*address, |form, one| form.bytes(&address::encode(one)));
        self.option(detail.as_ref(), |form, detail| form.text(detail));
        self.raw(body_sha256);
        self.bytes(request_headers.as_bytes());
        self.bytes(response_headers.as_bytes());
        self.bytes(excerpt);
        self.flag(*truncated);
        self.maybe(*retry_at);
    }

    fn external_id(&mut self, one: &ExternalId) {
        let ExternalId {
            organization_id,
            external_id,
            event_id,
            fingerprint,
            matched,
            unknown_type,
            created_at,
            earlier,
        } = one;
        self.raw(organization_id.as_bytes());
        self.bytes(external_id.as_bytes());
        self.raw(event_id.as_bytes());
        self.option(*fingerprint, |form, bytes| form.raw(&bytes));
        self.number(*matched);
        self.flag(*unknown_type);
        self.time(*created_at);
        self.number(earlier.len() as i64);
        for id in earlier {
            self.raw(id.as_bytes());
        }
    }

    fn key(&mut self, one: &Key) {
        let Key {
            organization_id,
            key,
            fingerprint,
            answer,
            expires_at,
        } = one;
        self.raw(organization_id.as_bytes());
        self.raw(key);
        self.raw(fingerprint);
        self.bytes(answer);
        self.time(*expires_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(answer: &[u8], micros: i64) -> Item {
        Item::Key(Key {
            organization_id: OrganizationId::from_bytes([1; 16]),
            key: [2; 16],
            fingerprint: [3; 32],
            answer: answer.to_vec(),
            expires_at: Time::from_micros(micros),
        })
    }

    fn sum(items: &[Item]) -> Checksum {
        let mut sum = Checksum::default();
        items.iter().for_each(|item| sum.add(item));
        sum
    }

    #[test]
    fn the_order_does_not_matter_and_every_field_does() {
        let (a, b) = (key(b"a", 1), key(b"b", 2));
        assert_eq!(sum(&[a.clone(), b.clone()]), sum(&[b.clone(), a.clone()]));
        assert_ne!(sum(&[a.clone(), a.clone()]), sum(&[a.clone(), b]));
        assert_ne!(a.hash(), key(b"a", 2).hash());
        assert_ne!(a.hash(), key(b"", 1).hash());
    }

    #[test]
    fn a_text_that_postgresql_cannot_hold_counts_as_what_it_becomes_there() {
        let channel = |label: &str| {
            let channel = Channel {
                key: "k".to_owned(),
                label: label.to_owned(),
                kind: String::new(),
                created_at: Time::default(),
                updated_at: Time::default(),
            };
            Item::Channel(OrganizationId::from_bytes([1; 16]), channel).hash()
        };
        assert_eq!(channel("a\0b"), channel("a\u{fffd}b"));
        assert_ne!(channel("a\0b"), channel("ab"));
    }
}
