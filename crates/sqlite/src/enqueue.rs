//! Stage 3: events and their deliveries onto disk, and repeats answered as the first time.
//!
//! A call looks everything up before it writes anything, so that what a rule refuses has left no
//! trace in the transaction that it shares with others.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Kind, State},
    event::Event,
    ids::{EventId, OrganizationId},
    ports::{Enqueue, Error, NewDelivery, NewEvent, Receipt, Result, Submission},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::{
    Sqlite,
    fault::{Fault, corrupt},
    rows::{self, DeliveryRow, RowExt as _, TEST, UNKNOWN_TYPE, event_columns},
    work::Work,
};

/// Expired keys removed in one call.
const KEYS_PER_SWEEP: i64 = 300;
/// Bytes of a receipt in a stored answer: event id, matched, unknown type.
const RECEIPT_BYTES: usize = 21;

#[async_trait]
impl Enqueue for Sqlite {
    async fn enqueue(&self, submission: Submission) -> Result<Vec<Receipt>> {
        self.as_server()?;
        let deliveries: usize = submission
            .events
            .iter()
            .map(|event| event.deliveries.len())
            .sum();
        let rows = submission.events.len() + deliveries;
        self.writer()
            .call(rows, move |work| enqueue(work, &submission))
            .await
    }

    async fn enqueue_again(
        &self,
        organization_id: OrganizationId,
        event_id: EventId,
        deliveries: Vec<NewDelivery>,
        now: Time,
    ) -> Result<Arc<Event>> {
        self.as_server()?;
        self.writer()
            .call(deliveries.len() + 1, move |work| {
                enqueue_again(work, organization_id, event_id, &deliveries, now)
            })
            .await
    }

    async fn sweep_keys(&self, now: Time) -> Result<u64> {
        self.as_server()?;
        self.writer()
            .call(KEYS_PER_SWEEP as usize, move |work| {
                let removed = work
                    .conn
                    .prepare_cached(
                        "DELETE FROM idempotency WHERE (organization, key) IN (
                             SELECT organization, key FROM idempotency
                             WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
                    )?
                    .execute([now.as_micros(), KEYS_PER_SWEEP])?;
                Ok(removed as u64)
            })
            .await
    }
}

/// What an event of a submission comes to.
enum Plan {
    Store,
    /// It was stored by an earlier request.
    Stored(Receipt),
    /// It repeats this event of the same request.
    Same(usize),
}

fn enqueue(
    work: &mut Work<'_>,
    submission: &Submission,
) -> std::result::Result<Vec<Receipt>, Fault> {
    let organization = work.organization(submission.organization_id)?;
    let key = submission
        .key
        .as_ref()
        .map(|key| (short(&key.key), key.fingerprint));
    if let Some((key, fingerprint)) = &key
        && let Some(receipts) = answered(work, organization.seq, key, fingerprint, submission.now)?
    {
        return Ok(receipts);
    }
    if organization.generation != submission.generation {
        return Err(Error::Stale.into());
    }
    let plans = plan(work, organization.seq, submission)?;
    for (event, plan) in submission.events.iter().zip(&plans) {
        if matches!(plan, Plan::Store) {
            for delivery in &event.deliveries {
                match work.webhook(delivery.webhook_id)? {
                    Some(slot) if slot.organization == organization.seq => {}
                    _ => return Err(Error::NotFound("webhook").into()),
                }
            }
        }
    }
    // From here on only SQLite can say no.
    let mut receipts: Vec<Receipt> = Vec::with_capacity(plans.len());
    for (event, plan) in submission.events.iter().zip(plans) {
        receipts.push(match plan {
            Plan::Store => {
                store(work, organization.seq, event, submission.now)?;
                Receipt {
                    event_id: event.event.id,
                    matched: event.deliveries.len() as u32,
                    unknown_type: event.event.unknown_type,
                    repeated: false,
                }
            }
            Plan::Stored(receipt) => receipt,
            Plan::Same(first) => Receipt {
                repeated: true,
                ..receipts[first].clone()
            },
        });
    }
    if let Some((key, fingerprint)) = key {
        work.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO idempotency
                     (organization, key, fingerprint, answer, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                organization.seq,
                key,
                fingerprint,
                encode(&receipts),
                (submission.now + submission.idempotency_ttl).as_micros(),
            ])?;
    }
    Ok(receipts)
}

/// The answer that this key got, while it is remembered.
fn answered(
    work: &Work<'_>,
    organization: i64,
    key: &[u8; 16],
    fingerprint: &[u8; 32],
    now: Time,
) -> std::result::Result<Option<Vec<Receipt>>, Fault> {
    let stored: Option<([u8; 32], Vec<u8>)> = work
        .conn
        .prepare_cached(
            "SELECT fingerprint, answer FROM idempotency
             WHERE organization = ?1 AND key = ?2 AND expires_at > ?3",
        )?
        .query_row(params![organization, key, now.as_micros()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match stored {
        None => Ok(None),
        Some((stored, _)) if stored != *fingerprint => Err(Error::KeyReused(None).into()),
        Some((_, answer)) => decode(&answer)
            .map(Some)
            .ok_or_else(|| corrupt("the answer kept for a key")),
    }
}

/// Decides for each event whether it is new, from external ids alone.
fn plan(
    work: &Work<'_>,
    organization: i64,
    submission: &Submission,
) -> std::result::Result<Vec<Plan>, Fault> {
    let mut plans = Vec::with_capacity(submission.events.len());
    let mut here: HashMap<&str, usize> = HashMap::new();
    for (index, event) in submission.events.iter().enumerate() {
        let Some(external_id) = event.event.external_id.as_deref() else {
            plans.push(Plan::Store);
            continue;
        };
        if let Some(first) = here.get(external_id) {
            if submission.events[*first].fingerprint != event.fingerprint {
                return Err(Error::KeyReused(Some(index)).into());
            }
            plans.push(Plan::Same(*first));
            continue;
        }
        here.insert(external_id, index);
        let oldest = submission.now - submission.idempotency_ttl;
        let stored = work
            .conn
            .prepare_cached(
                "SELECT id, fingerprint, length(deliveries) / 16, flags, created_at FROM events
                 WHERE organization = ?1 AND external_id = ?2 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![organization, external_id], |row| {
                let fingerprint: Option<[u8; 32]> = row.get(1)?;
                let receipt = Receipt {
                    event_id: row.id(0)?,
                    matched: row.get(2)?,
                    unknown_type: row.get::<_, i64>(3)? & UNKNOWN_TYPE != 0,
                    repeated: true,
                };
                Ok((fingerprint, receipt, row.at(4)?))
            })
            .optional()?;
        plans.push(match stored {
            Some((fingerprint, receipt, created_at)) if created_at > oldest => {
                if fingerprint != event.fingerprint {
                    return Err(Error::KeyReused(Some(index)).into());
                }
                Plan::Stored(receipt)
            }
            _ => Plan::Store,
        });
    }
    Ok(plans)
}

fn store(
    work: &mut Work<'_>,
    organization: i64,
    new: &NewEvent,
    now: Time,
) -> std::result::Result<(), Fault> {
    let event = &new.event;
    let ids: Vec<u8> = new
        .deliveries
        .iter()
        .flat_map(|delivery| *delivery.id.as_bytes())
        .collect();
    let channels = (!event.channels.is_empty())
        .then(|| serde_json::to_string(&event.channels).expect("channels are plain data"));
    let flags =
        if event.unknown_type { UNKNOWN_TYPE } else { 0 } | if event.test { TEST } else { 0 };
    work.conn
        .prepare_cached(
            "INSERT INTO events (id, organization, type, flags, created_at, time, channels,
                                 external_id, fingerprint, deliveries, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            event.id.as_bytes(),
            organization,
            event.event_type,
            flags,
            event.created_at.as_micros(),
            (event.time != event.created_at).then_some(event.time.as_micros()),
            channels,
            event.external_id,
            new.fingerprint,
            ids,
            event.data.as_ref(),
        ])?;
    let seq = work.conn.last_insert_rowid();
    insert(work, seq, &new.deliveries, false, now)
}

/// Inserts deliveries of an event whose webhooks were looked up before.
fn insert(
    work: &mut Work<'_>,
    event: i64,
    deliveries: &[NewDelivery],
    again: bool,
    now: Time,
) -> std::result::Result<(), Fault> {
    let mut statement = work.conn.prepare_cached(
        "INSERT INTO deliveries
             (id, event, webhook, state, kind, again, attempts, created_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7)",
    )?;
    let mut claimed = Vec::new();
    for delivery in deliveries {
        let Some(slot) = work.state.webhook(work.conn, delivery.webhook_id)? else {
            return Err(corrupt("a webhook vanished within a transaction"));
        };
        // A clock that stands still or goes back must not put a new delivery under the mark of a
        // disable that is over.
        let created_at = match slot.cancelled_up_to {
            Some(mark) if !slot.disabled && slot.deleted_at.is_none() => now.max(mark + 1),
            _ => now,
        };
        let webhook = slot.seq;
        work.state.newest = work.state.newest.max(created_at);
        statement.execute(params![
            delivery.id.as_bytes(),
            event,
            webhook,
            State::Pending.code(),
            delivery.kind.code(),
            again,
            created_at.as_micros(),
        ])?;
        if delivery.claimed {
            let row = DeliveryRow::new(delivery.id, webhook, delivery.kind, created_at);
            claimed.push(DeliveryRow { event, ..row });
        }
    }
    work.effects.pending += deliveries.len() as i64;
    drop(statement);
    work.hold(claimed);
    Ok(())
}

fn enqueue_again(
    work: &mut Work<'_>,
    organization_id: OrganizationId,
    event_id: EventId,
    deliveries: &[NewDelivery],
    now: Time,
) -> std::result::Result<Arc<Event>, Fault> {
    let organization = match work.state.organization(work.conn, organization_id)? {
        Some(organization) => organization.seq,
        None => return Err(Error::NotFound("event").into()),
    };
    let (event, seq) = work
        .conn
        .prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            ", data FROM events WHERE organization = ?1 AND id = ?2"
        ))?
        .query_row(params![organization, event_id.as_bytes()], |row| {
            Ok((rows::event(row, organization_id)?, row.get::<_, i64>(8)?))
        })
        .optional()?
        .ok_or(Error::NotFound("event"))?;
    for delivery in deliveries {
        match work.webhook(delivery.webhook_id)? {
            Some(slot) if slot.organization == organization => {
                if slot.deleted_at.is_some() {
                    return Err(Error::Conflict("the webhook is deleted".to_owned()).into());
                }
                if slot.disabled && delivery.kind != Kind::Test {
                    return Err(Error::Conflict(
                        "the webhook is disabled; enable it first".to_owned(),
                    )
                    .into());
                }
            }
            _ => return Err(Error::NotFound("webhook").into()),
        }
    }
    insert(work, seq, deliveries, true, now)?;
    Ok(Arc::new(event))
}

/// Keys are looked up by their hash: short, and of one length.
fn short(key: &str) -> [u8; 16] {
    let digest = Sha256::digest(key.as_bytes());
    let (short, _) = digest
        .as_slice()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    *short
}

fn encode(receipts: &[Receipt]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(receipts.len() * RECEIPT_BYTES);
    for receipt in receipts {
        bytes.extend_from_slice(receipt.event_id.as_bytes());
        bytes.extend_from_slice(&receipt.matched.to_be_bytes());
        bytes.push(u8::from(receipt.unknown_type));
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<Receipt>> {
    let (chunks, rest) = bytes.as_chunks::<RECEIPT_BYTES>();
    if !rest.is_empty() {
        return None;
    }
    chunks
        .iter()
        .map(|chunk| {
            let (id, rest) = chunk.split_first_chunk::<16>()?;
            let (matched, rest) = rest.split_first_chunk::<4>()?;
            Some(Receipt {
                event_id: EventId::from_bytes(*id),
                matched: u32::from_be_bytes(*matched),
                unknown_type: *rest.first()? != 0,
                repeated: true,
            })
        })
        .collect()
}
