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
    ports::{Asked, Enqueue, Error, NewDelivery, NewEvent, Receipt, Repeats, Result, Submission},
    stored::{RESENT, SIZED, TEST, UNKNOWN_TYPE, receipts, refusals},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};

use crate::{
    Sqlite,
    fault::{Fault, corrupt},
    repeats,
    rows::{self, DeliveryRow, event_columns},
    work::Work,
};

/// Expired keys removed in one call.
const KEYS_PER_SWEEP: i64 = 300;

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

    async fn repeats(&self, asked: Asked) -> Result<Repeats> {
        self.readers()
            .read(move |conn| repeats::repeats(conn, &asked))
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
        .map(|key| (receipts::short(&key.key), key.fingerprint));
    if let Some((key, fingerprint)) = &key
        && let Some((stored, receipts)) =
            repeats::answered(work.conn, organization.seq, key, submission.now)?
    {
        if stored != *fingerprint {
            return Err(Error::KeyReused(None).into());
        }
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
                receipts::encode(&receipts),
                (submission.now + submission.idempotency_ttl).as_micros(),
            ])?;
    }
    Ok(receipts)
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
        let stored = repeats::named(work.conn, organization, external_id)?;
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

/// Inserts an event with its deliveries, whose webhooks were looked up before.
pub(crate) fn store(
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
    let flags = SIZED
        | if event.unknown_type { UNKNOWN_TYPE } else { 0 }
        | if event.test { TEST } else { 0 };
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
pub(crate) fn insert(
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
    if again {
        // How a search finds it: the ids of these deliveries tell nothing of its age.
        work.conn
            .prepare_cached(
                "UPDATE events SET flags = flags | ?2 WHERE seq = ?1 AND flags & ?2 = 0",
            )?
            .execute(params![event, RESENT])?;
    }
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
    if event.is_payload_removed() {
        return Err(Error::PayloadRemoved.into());
    }
    for delivery in deliveries {
        match work.webhook(delivery.webhook_id)? {
            Some(slot) if slot.organization == organization => {
                if slot.deleted_at.is_some() {
                    return Err(Error::Conflict(refusals::deleted()).into());
                }
                if slot.disabled && delivery.kind != Kind::Test {
                    return Err(Error::Conflict(refusals::disabled()).into());
                }
            }
            _ => return Err(Error::NotFound("webhook").into()),
        }
    }
    insert(work, seq, deliveries, true, now)?;
    Ok(Arc::new(event))
}
