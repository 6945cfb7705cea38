//! A batch as bytes: one short row for a commit. Ids and texts stand once, at the beginning.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Batch, Counts, Example, Histogram, Key, Period, Span, parse_result, result_text,
    varint::{put, slice, take},
};
use crate::{
    ids::{DeliveryId, OrganizationId, WebhookId},
    time::Time,
};

/// The first byte. Raised when the rest is read in another way.
const FORMAT: u8 = 1;
/// Bytes that a group has at least: what a length that was made up is held against.
const LEAST: usize = 16;

/// Things of one kind, each once, by the order in which they came.
#[derive(Default)]
struct Dictionary<T>(BTreeMap<T, u64>, Vec<T>);

impl<T: Ord + Clone> Dictionary<T> {
    fn number(&mut self, of: T) -> u64 {
        let next = self.1.len() as u64;
        *self.0.entry(of).or_insert_with_key(|of| {
            self.1.push(of.clone());
            next
        })
    }
}

impl Batch {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut ids: Dictionary<[u8; 16]> = Dictionary::default();
        let mut texts: Dictionary<Arc<str>> = Dictionary::default();
        let mut groups = Vec::with_capacity(self.len() * 64);
        for (period, key, counts) in self.groups() {
            let organization = key.organization_id.map_or([0; 16], |id| *id.as_bytes());
            let webhook = key.webhook_id.map_or([0; 16], |id| *id.as_bytes());
            let start = period.start();
            put(&mut groups, period.number.unsigned_abs());
            put(&mut groups, ids.number(organization));
            put(&mut groups, ids.number(webhook));
            put(&mut groups, texts.number(key.event_type.clone()));
            put(&mut groups, texts.number(result_text(key.answer).into()));
            groups.push(u8::from(key.success));
            put(&mut groups, counts.attempts);
            put(&mut groups, counts.exhausted);
            put(&mut groups, counts.total_us);
            put(&mut groups, counts.max_us.into());
            put(&mut groups, offset(counts.first_at, start));
            put(&mut groups, offset(counts.last.at, start));
            groups.extend_from_slice(counts.last.delivery_id.as_bytes());
            put(&mut groups, counts.last.number.into());
            put(&mut groups, counts.latency.buckets() as u64);
            counts.latency.encode(&mut groups);
        }
        let mut out = vec![FORMAT];
        put(&mut out, ids.1.len() as u64);
        ids.1.iter().for_each(|id| out.extend_from_slice(id));
        put(&mut out, texts.1.len() as u64);
        for text in &texts.1 {
            put(&mut out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        put(&mut out, self.len() as u64);
        out.append(&mut groups);
        out
    }

    /// What [`encode`](Self::encode) has made; `None` when it is something else.
    #[must_use]
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        if slice(bytes, 1)? != [FORMAT] {
            return None;
        }
        let mut ids: Vec<[u8; 16]> = Vec::new();
        for _ in 0..length(bytes, 16)? {
            ids.push(slice(bytes, 16)?.try_into().ok()?);
        }
        let mut texts: Vec<Arc<str>> = Vec::new();
        for _ in 0..length(bytes, 1)? {
            let length = length(bytes, 1)?;
            texts.push(std::str::from_utf8(slice(bytes, length)?).ok()?.into());
        }
        let mut batch = Self::default();
        for _ in 0..length(bytes, LEAST)? {
            let (minute, key, counts) = group(bytes, &ids, &texts)?;
            batch.put(minute, key, &counts);
        }
        bytes.is_empty().then_some(batch)
    }
}

fn group(bytes: &mut &[u8], ids: &[[u8; 16]], texts: &[Arc<str>]) -> Option<(i64, Key, Counts)> {
    let mut number = || take(bytes);
    let minute = i64::try_from(number()?).ok()?;
    let mut index = || usize::try_from(number()?).ok();
    let (organization, webhook) = (index()?, index()?);
    let (event_type, result) = (index()?, index()?);
    let success = match slice(bytes, 1)? {
        [0] => false,
        [1] => true,
        _ => return None,
    };
    let key = Key {
        organization_id: Some(OrganizationId::from_bytes(*ids.get(organization)?)),
        webhook_id: Some(WebhookId::from_bytes(*ids.get(webhook)?)),
        event_type: texts.get(event_type)?.clone(),
        answer: parse_result(texts.get(result)?)?,
        success,
    };
    let start = Period {
        span: Span::Minute,
        number: minute,
    }
    .start();
    let at = |bytes: &mut &[u8]| Some(start + i64::try_from(take(bytes)?).ok()?);
    let (attempts, exhausted) = (take(bytes)?, take(bytes)?);
    let total_us = take(bytes)?;
    let max_us = u32::try_from(take(bytes)?).ok()?;
    let first_at = at(bytes)?;
    let last = Example {
        at: at(bytes)?,
        delivery_id: DeliveryId::from_bytes(slice(bytes, 16)?.try_into().ok()?),
        number: u32::try_from(take(bytes)?).ok()?,
    };
    let buckets = length(bytes, 2)?;
    let latency = Histogram::decode(bytes, buckets)?;
    let counts = Counts {
        attempts,
        exhausted,
        total_us,
        max_us,
        latency,
        first_at,
        last,
    };
    Some((minute, key, counts))
}

/// A number of things that have at least so many bytes each; `None` when they cannot all be there.
fn length(bytes: &mut &[u8], least: usize) -> Option<usize> {
    let count = usize::try_from(take(bytes)?).ok()?;
    (count.checked_mul(least)? <= bytes.len()).then_some(count)
}

fn offset(at: Time, start: Time) -> u64 {
    at.since(start).max(0).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::{super::Types, *};
    use crate::{
        outcome::{Answer, Cause},
        time::MINUTE,
    };

    fn batch() -> Batch {
        let mut batch = Batch::default();
        for n in 0..200_u32 {
            let at = Time::from_millis(1_763_714_096_120) + i64::from(n) * MINUTE / 7;
            let key = Key {
                organization_id: Some(OrganizationId::from_bytes([n as u8 % 3; 16])),
                webhook_id: Some(WebhookId::from_bytes([n as u8 % 5; 16])),
                event_type: ["a.b", "booking.created", "ä"][n as usize % 3].into(),
                answer: match n % 4 {
                    0 => Answer::None(Cause::Dns),
                    _ => Answer::Status(200 + (n % 9) as u16 * 40),
                },
                success: n % 2 == 0,
            };
            let example = Example {
                at,
                delivery_id: DeliveryId::from_bytes([n as u8; 16]),
                number: n,
            };
            let counts = Counts::one(example, n * n * 1_001, n % 11 == 0);
            batch.put(Period::of(Span::Minute, at).number, key, &counts);
        }
        batch
    }

    #[test]
    fn a_batch_comes_back_from_its_bytes() {
        let batch = batch();
        let bytes = batch.encode();
        assert!(bytes.len() < batch.len() * 80, "{} bytes", bytes.len());
        assert_eq!(Batch::decode(&bytes), Some(batch.clone()));
        assert_eq!(
            Batch::decode(&Batch::default().encode()),
            Some(Batch::default())
        );
        let mut again = Batch::default();
        for piece in batch.clone().pieces(7) {
            assert!(piece.len() <= 7);
            again.merge(piece);
        }
        assert_eq!(again, batch);
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_believed_to_be_long() {
        let bytes = batch().encode();
        for cut in [0, 1, 2, 50, bytes.len() - 1] {
            assert_eq!(Batch::decode(&bytes[..cut]), None, "{cut}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Batch::decode(&longer), None);
        let mut other = bytes.clone();
        other[0] = 9;
        assert_eq!(Batch::decode(&other), None);
        let endless = [FORMAT, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(Batch::decode(&endless), None);
    }

    #[test]
    fn rows_count_each_attempt_once_for_each_span_and_once_more_for_all_types() {
        let batch = batch();
        let attempts: u64 = batch.groups().map(|(_, _, counts)| counts.attempts).sum();
        let rows = batch.rows();
        for (span, types) in Span::ALL
            .into_iter()
            .flat_map(|span| Types::ALL.map(|types| (span, types)))
        {
            let of = |wanted: fn(&Key) -> bool| -> u64 {
                rows.iter()
                    .filter(|((period, key), _)| {
                        period.span == span && key.types() == types && wanted(key)
                    })
                    .map(|(_, counts)| counts.attempts)
                    .sum()
            };
            let all = |key: &Key| key.organization_id.is_none();
            let whole = |key: &Key| key.organization_id.is_some() && key.webhook_id.is_none();
            let each = |key: &Key| key.webhook_id.is_some();
            assert_eq!(
                (of(all), of(whole), of(each)),
                (attempts, attempts, attempts)
            );
        }
    }
}
