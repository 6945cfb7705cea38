//! Events, deliveries, external ids and idempotency keys, out of and into their tables.
//!
//! What an external id stands for has no table here: it is the newest event that has it.

use bellwire_core::{
    copied::{Delivery, Event, ExternalId, Item, Key},
    delivery::CancelReason,
    ids::EventId,
    ports::{ItemPage, Position},
    stored::{RESENT, SIZED, TEST, UNKNOWN_TYPE, listed},
};
use rusqlite::{Connection, params};

use super::pages::{self, ROWS};
use crate::{
    fault::{Fault, corrupt},
    rows::{self, RowExt as _, event_columns, time},
};

const EVENTS: &str = concat!(
    "SELECT ",
    event_columns!(),
    ", data, (SELECT o.id FROM organizations o WHERE o.seq = events.organization)
     FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2"
);

pub(super) fn events(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(EVENTS)?;
    pages::read(&mut statement, params![pages::seq(after)?, ROWS], |row| {
        let event = rows::event(row, row.id(10)?)?;
        let list = row.get_ref(7)?.as_blob().map_err(rusqlite::Error::from)?;
        let bytes = event.data.len() + list.len();
        let deliveries = listed(list).collect();
        let item = Item::Event(Event { event, deliveries });
        Ok((item, pages::at(row.get(8)?), bytes))
    })
}

pub(super) fn write_event(conn: &Connection, one: &Event) -> Result<(), Fault> {
    let event = &one.event;
    let list: Vec<u8> = one
        .deliveries
        .iter()
        .flat_map(|id| *id.as_bytes())
        .collect();
    let channels = (!event.channels.is_empty())
        .then(|| serde_json::to_string(&event.channels).expect("channels are plain data"));
    let flags = SIZED
        | if event.unknown_type { UNKNOWN_TYPE } else { 0 }
        | if event.test { TEST } else { 0 };
    conn.prepare_cached(
        "INSERT INTO events (id, organization, type, flags, created_at, time, channels,
                             external_id, deliveries, data)
         SELECT ?1, seq, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM organizations WHERE id = ?2
         ON CONFLICT (organization, id) DO NOTHING",
    )?
    .execute(params![
        event.id.as_bytes(),
        event.organization_id.as_bytes(),
        event.event_type,
        flags,
        event.created_at.as_micros(),
        (event.time != event.created_at).then_some(event.time.as_micros()),
        channels,
        event.external_id,
        list,
        event.data.as_ref(),
    ])?;
    Ok(())
}

/// The first columns are those that a delivery is read from.
const DELIVERIES: &str = "\
SELECT d.id, d.event, d.webhook, d.state, d.kind, d.reason, d.attempts, d.created_at, d.due_at,
       d.updated_at, d.last_attempt, e.id, w.id, d.again
FROM deliveries d CROSS JOIN events e ON e.seq = d.event CROSS JOIN webhooks w ON w.seq = d.webhook
WHERE d.id > ?1 ORDER BY d.id LIMIT ?2";

pub(super) fn deliveries(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let mut statement = conn.prepare_cached(DELIVERIES)?;
    let start = after.map_or(&[][..], Position::as_bytes);
    pages::read(&mut statement, params![start, ROWS], |row| {
        let delivery = rows::delivery(row)?;
        let one = Delivery {
            id: delivery.id,
            event_id: row.id(11)?,
            webhook_id: row.id(12)?,
            standing: delivery.standing(),
            again: row.get(13)?,
        };
        let position = Position::new(&[one.id.as_bytes()]);
        Ok((Item::Delivery(one), position, 0))
    })
}

pub(super) fn write_delivery(conn: &Connection, one: &Delivery) -> Result<(), Fault> {
    let standing = &one.standing;
    conn.prepare_cached(
        "INSERT INTO deliveries (id, event, webhook, state, kind, again, reason, attempts,
                                 created_at, due_at, updated_at)
         SELECT ?1, e.seq, w.seq, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
         FROM webhooks w JOIN events e ON e.organization = w.organization AND e.id = ?2
         WHERE w.id = ?3
         ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        one.id.as_bytes(),
        one.event_id.as_bytes(),
        one.webhook_id.as_bytes(),
        standing.state.code(),
        standing.kind.code(),
        one.again,
        standing.reason.map(CancelReason::code),
        standing.attempts,
        standing.created_at.as_micros(),
        time(standing.due_at),
        time(standing.updated_at),
    ])?;
    if one.again {
        conn.prepare_cached(
            "UPDATE events SET flags = flags | ?3
             WHERE organization = (SELECT organization FROM webhooks WHERE id = ?2) AND id = ?1
                   AND flags & ?3 = 0",
        )?
        .execute(params![
            one.event_id.as_bytes(),
            one.webhook_id.as_bytes(),
            RESENT
        ])?;
    }
    Ok(())
}

pub(super) fn external_ids(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, external_id) = pages::split(after)?;
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT organization, external_id,
                (SELECT o.id FROM organizations o WHERE o.seq = events.organization)
         FROM events WHERE external_id IS NOT NULL AND (organization, external_id) > (?1, ?2)
         ORDER BY organization, external_id LIMIT ?3",
    )?;
    let mut events = conn.prepare_cached(
        "SELECT id, fingerprint, length(deliveries) / 16, flags, created_at FROM events
         WHERE organization = ?1 AND external_id = ?2 ORDER BY seq",
    )?;
    let params = params![organization, pages::text(external_id)?, ROWS];
    pages::read(&mut statement, params, |row| {
        let (organization, external_id): (i64, String) = (row.get(0)?, row.get(1)?);
        let mut earlier: Vec<EventId> = Vec::new();
        let mut newest: Option<ExternalId> = None;
        let mut found = events.query(params![organization, external_id])?;
        while let Some(event) = found.next()? {
            earlier.extend(newest.map(|former| former.event_id));
            newest = Some(ExternalId {
                organization_id: row.id(2)?,
                external_id: external_id.clone(),
                event_id: event.id(0)?,
                fingerprint: event.get(1)?,
                matched: event.get(2)?,
                unknown_type: event.get::<_, i64>(3)? & i64::from(UNKNOWN_TYPE) != 0,
                created_at: event.at(4)?,
                earlier: Vec::new(),
            });
        }
        let newest = newest.ok_or_else(|| corrupt("an external id without an event"))?;
        let position = Position::new(&[&organization.to_be_bytes(), external_id.as_bytes()]);
        let bytes = external_id.len() + earlier.len() * 16;
        Ok((
            Item::ExternalId(ExternalId { earlier, ..newest }),
            position,
            bytes,
        ))
    })
}

/// The rest of it came with the events.
pub(super) fn write_external_id(conn: &Connection, one: &ExternalId) -> Result<(), Fault> {
    conn.prepare_cached(
        "UPDATE events SET fingerprint = ?3
         WHERE organization = (SELECT seq FROM organizations WHERE id = ?1) AND id = ?2",
    )?
    .execute(params![
        one.organization_id.as_bytes(),
        one.event_id.as_bytes(),
        one.fingerprint,
    ])?;
    Ok(())
}

pub(super) fn keys(conn: &Connection, after: Option<&Position>) -> Result<ItemPage, Fault> {
    let (organization, key) = pages::split(after)?;
    let mut statement = conn.prepare_cached(
        "SELECT (SELECT o.id FROM organizations o WHERE o.seq = idempotency.organization),
                key, fingerprint, answer, expires_at, organization
         FROM idempotency WHERE (organization, key) > (?1, ?2)
         ORDER BY organization, key LIMIT ?3",
    )?;
    pages::read(&mut statement, params![organization, key, ROWS], |row| {
        let one = Key {
            organization_id: row.id(0)?,
            key: row.get(1)?,
            fingerprint: row.get(2)?,
            answer: row.get(3)?,
            expires_at: row.at(4)?,
        };
        let organization: i64 = row.get(5)?;
        let position = Position::new(&[&organization.to_be_bytes(), &one.key]);
        let bytes = one.answer.len();
        Ok((Item::Key(one), position, bytes))
    })
}

pub(super) fn write_key(conn: &Connection, one: &Key) -> Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO idempotency (organization, key, fingerprint, answer, expires_at)
         SELECT seq, ?2, ?3, ?4, ?5 FROM organizations WHERE id = ?1
         ON CONFLICT (organization, key) DO NOTHING",
    )?
    .execute(params![
        one.organization_id.as_bytes(),
        one.key,
        one.fingerprint,
        one.answer,
        one.expires_at.as_micros(),
    ])?;
    Ok(())
}
