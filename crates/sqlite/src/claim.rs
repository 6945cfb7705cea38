//! Stage 4: due deliveries out of the store, each to one holder at a time.
//!
//! Every query here walks the index of pending rows. What a disable left in it (rows that are
//! cancelled and not swept yet) lies at due times up to the mark, because a delivery is never due
//! before it was made; so walks begin behind the mark, and look before it in the index of tests. Of a
//! paused webhook nothing but tests is given.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use bellwire_core::{
    delivery::Job,
    event::Event,
    ids::{DeliveryId, WebhookId},
    ports::{Claim, LaneAsk, Result},
    stored::standing::Marks,
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    Inner, Sqlite,
    claims::Claims,
    fault::Fault,
    rows::{self, DeliveryRow, RowExt as _, delivery_columns, event_columns},
};

/// Rows that one walk looks at beyond those it is asked for: held ones, and what is not swept.
const SLACK: usize = 10_000;
/// Bytes of events that one claim brings into memory, but for the last event. Lanes count
/// deliveries and not bytes, and those of one claim could be gigabytes.
const BYTES_PER_CLAIM: usize = 16 << 20;

/// Pending rows of a webhook in the order they are due.
pub(crate) const WALK: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries WHERE state = 0 AND webhook = ?1 AND due_at > ?2 AND due_at <= ?3
      ORDER BY due_at, id LIMIT ?4"
);
/// The same of tests only, which go to disabled and to paused webhooks too.
pub(crate) const WALK_TESTS: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries INDEXED BY deliveries_tests
      WHERE state = 0 AND kind = 3 AND webhook = ?1 AND due_at > ?2 AND due_at <= ?3
      ORDER BY due_at, id LIMIT ?4"
);
/// The next webhook that has a pending row.
pub(crate) const NEXT_LANE: &str = "\
SELECT webhook FROM deliveries WHERE state = 0 AND webhook > ?1 ORDER BY webhook LIMIT 1";

#[async_trait]
impl Claim for Sqlite {
    async fn claim(&self, asks: &[LaneAsk], now: Time) -> Result<Vec<Job>> {
        self.as_server()?;
        let asks: Vec<LaneAsk> = asks.iter().filter(|ask| ask.room > 0).copied().collect();
        if asks.is_empty() {
            return Ok(Vec::new());
        }
        let inner = Arc::clone(&self.inner);
        let given = self
            .readers()
            .read(move |conn| {
                // The snapshot begins with the first query, which is after the ticket.
                let ticket = inner.claims.ticket();
                let mut events = HashMap::new();
                let mut jobs = Vec::new();
                let mut bytes = BYTES_PER_CLAIM;
                for ask in &asks {
                    lane(
                        conn,
                        &inner.claims,
                        ask,
                        now,
                        &mut bytes,
                        &mut events,
                        &mut jobs,
                    )?;
                    if bytes == 0 {
                        break;
                    }
                }
                let jobs = jobs
                    .into_iter()
                    .filter_map(|(job, row)| ticket.take(row).then_some(job))
                    .collect();
                drop(ticket);
                Ok(Given { inner, jobs })
            })
            .await?;
        Ok(given.accept())
    }

    async fn release(&self, deliveries: &[DeliveryId]) -> Result<()> {
        self.inner.claims.end(deliveries);
        Ok(())
    }

    async fn due_lanes(&self) -> Result<Vec<(WebhookId, Time)>> {
        let inner = Arc::clone(&self.inner);
        self.readers()
            .read(move |conn| {
                let mut next = conn.prepare_cached(NEXT_LANE)?;
                let mut lanes = Vec::new();
                let mut last = 0_i64;
                while let Some(seq) = next
                    .query_row([last], |row| row.get::<_, i64>(0))
                    .optional()?
                {
                    last = seq;
                    if let Some((id, marks)) = webhook_of(conn, seq)?
                        && let Some(due) = first_due(conn, &inner.claims, seq, &marks)?
                    {
                        lanes.push((id, due));
                    }
                }
                Ok(lanes)
            })
            .await
    }

    async fn next_due(&self, webhook_id: WebhookId) -> Result<Option<Time>> {
        let inner = Arc::clone(&self.inner);
        self.readers()
            .read(move |conn| match seq_of(conn, webhook_id)? {
                Some((seq, marks)) => first_due(conn, &inner.claims, seq, &marks),
                None => Ok(None),
            })
            .await
    }
}

/// Jobs on their way to the caller. When the caller is gone before they arrive, they are free.
struct Given {
    inner: Arc<Inner>,
    jobs: Vec<Job>,
}

impl Given {
    fn accept(mut self) -> Vec<Job> {
        std::mem::take(&mut self.jobs)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        if !self.jobs.is_empty() {
            let ids: Vec<DeliveryId> = self.jobs.iter().map(|job| job.delivery_id).collect();
            self.inner.claims.end(&ids);
        }
    }
}

/// A webhook that may get deliveries: not deleted, nor its organization.
const LIVING: &str = "\
SELECT w.seq, w.id, w.cancelled_up_to, w.disabled_up_to, w.cleared_up_to, w.paused IS NOT NULL
FROM webhooks w
JOIN organizations o ON o.seq = w.organization
WHERE w.deleted_at IS NULL AND o.deleted_at IS NULL AND ";

fn seq_of(conn: &Connection, id: WebhookId) -> std::result::Result<Option<(i64, Marks)>, Fault> {
    let found = conn
        .prepare_cached(&format!("{LIVING} w.id = ?1"))?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, marks(row)?)))
        .optional()?;
    Ok(found)
}

fn webhook_of(
    conn: &Connection,
    seq: i64,
) -> std::result::Result<Option<(WebhookId, Marks)>, Fault> {
    let found = conn
        .prepare_cached(&format!("{LIVING} w.seq = ?1"))?
        .query_row([seq], |row| Ok((row.id(1)?, marks(row)?)))
        .optional()?;
    Ok(found)
}

fn marks(row: &rusqlite::Row<'_>) -> rusqlite::Result<Marks> {
    Ok(Marks {
        cancelled_up_to: row.time(2)?,
        disabled_up_to: row.time(3)?,
        cleared_up_to: row.time(4)?,
        deleted_at: None,
        paused: row.get(5)?,
    })
}

/// Walks the free pending rows of a lane that are due by `until`, until `visit` says enough.
fn walk(
    conn: &Connection,
    claims: &Claims,
    (webhook, marks): (i64, &Marks),
    until: Time,
    slack: usize,
    mut visit: impl FnMut(DeliveryRow) -> bool,
) -> std::result::Result<(), Fault> {
    let start = Time::from_micros(i64::MIN);
    let mark = marks.cancelled_up_to;
    let tests = match mark {
        _ if marks.paused => Some((WALK_TESTS, start, until)),
        Some(mark) => Some((WALK_TESTS, start, mark.min(until))),
        None => None,
    };
    let behind = (!marks.paused).then_some((WALK, mark.unwrap_or(start), until));
    let limit = i64::try_from(slack).unwrap_or(i64::MAX);
    for (sql, after, until) in tests.into_iter().chain(behind) {
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query(params![
            webhook,
            after.as_micros(),
            until.as_micros(),
            limit
        ])?;
        while let Some(row) = rows.next()? {
            let row = rows::delivery(row)?;
            let free = marks.cancel(row.kind, row.created_at).is_none() && !claims.is_held(&row.id);
            if free && !visit(row) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// When the first free delivery of a lane is due.
fn first_due(
    conn: &Connection,
    claims: &Claims,
    webhook: i64,
    marks: &Marks,
) -> std::result::Result<Option<Time>, Fault> {
    let mut first: Option<Time> = None;
    walk(
        conn,
        claims,
        (webhook, marks),
        Time::from_micros(i64::MAX),
        SLACK,
        |row| {
            first = row.due_at;
            false
        },
    )?;
    Ok(first)
}

/// Candidates for one lane, with their events.
fn lane(
    conn: &Connection,
    claims: &Claims,
    ask: &LaneAsk,
    now: Time,
    bytes: &mut usize,
    events: &mut HashMap<i64, Arc<Event>>,
    jobs: &mut Vec<(Job, DeliveryRow)>,
) -> std::result::Result<(), Fault> {
    let Some((webhook, marks)) = seq_of(conn, ask.webhook_id)? else {
        return Ok(());
    };
    let mut due = Vec::new();
    let slack = ask.room.saturating_add(SLACK);
    walk(conn, claims, (webhook, &marks), now, slack, |row| {
        due.push(row);
        due.len() < ask.room
    })?;
    for row in due {
        if *bytes == 0 {
            break;
        }
        let event = match events.get(&row.event) {
            Some(event) => Arc::clone(event),
            None => {
                let event = Arc::new(event_of(conn, row.event)?);
                *bytes = bytes.saturating_sub(event.data.len());
                events.insert(row.event, Arc::clone(&event));
                event
            }
        };
        let job = Job {
            delivery_id: row.id,
            webhook_id: ask.webhook_id,
            kind: row.kind,
            attempts: row.attempts,
            created_at: row.created_at,
            event,
        };
        jobs.push((job, row));
    }
    Ok(())
}

fn event_of(conn: &Connection, seq: i64) -> std::result::Result<Event, Fault> {
    let event = conn
        .prepare_cached(concat!(
            "SELECT ",
            event_columns!(),
            ", data, (SELECT o.id FROM organizations o WHERE o.seq = events.organization)
              FROM events WHERE seq = ?1"
        ))?
        .query_row([seq], |row| rows::event(row, row.id(10)?))?;
    Ok(event)
}
