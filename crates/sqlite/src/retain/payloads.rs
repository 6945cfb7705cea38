//! The data of events that are too old for it. The walk passes each event once: how far it has come
//! is stored, and so is what it passed by because something was pending.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Done, Found, Item, LOOK_AT, Look, cost, is_resent, settled, walk};
use crate::{fault::Fault, work::Work};

const WALK: &str = "\
SELECT seq, created_at, deliveries, length(data) FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const WALK_KEPT: &str = "\
SELECT k.event, coalesce(e.created_at, -1), e.deliveries, coalesce(length(e.data), 0)
FROM payloads_kept k LEFT JOIN events e ON e.seq = k.event
WHERE k.event > ?1 ORDER BY k.event LIMIT ?2";
/// In `meta`: the last event that the walk has passed.
const POSITION: &str = "retention.payloads";

pub(super) fn find(conn: &Connection, look: Look) -> Result<Found, Fault> {
    let look = Look {
        after: look.after.max(position(conn)?.unwrap_or(0)),
        ..look
    };
    walk(conn, WALK, look, |row, old| {
        let (seq, bytes): (i64, i64) = (row.get(0)?, row.get(3)?);
        if bytes == 0 {
            return Ok(None);
        }
        let list = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        let keep = !old || settled(conn, seq, list)?.is_none();
        let cost = if keep { 1 } else { cost(0, bytes) };
        let item = Item {
            keep,
            ..Item::new(seq)
        };
        Ok(Some((item, cost)))
    })
}

/// What was passed by and is not pending any more.
pub(super) fn find_kept(conn: &Connection, look: Look) -> Result<Found, Fault> {
    let mut found = Found {
        after: look.after,
        end: true,
        ..Found::default()
    };
    let mut budget = look.rows;
    let mut statement = conn.prepare_cached(WALK_KEPT)?;
    let mut rows = statement.query(params![look.after, LOOK_AT])?;
    while let Some(row) = rows.next()? {
        let (seq, at, bytes): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(3)?);
        found.after = seq;
        found.end = false;
        let list = row.get_ref(2)?.as_blob_or_null();
        let list = list.map_err(rusqlite::Error::from)?.unwrap_or_default();
        let done_with = at < look.cutoff.as_micros() && settled(conn, seq, list)?.is_some();
        if bytes == 0 || done_with {
            found.items.push(Item::new(seq));
            budget = budget.saturating_sub(cost(0, bytes));
            if budget == 0 {
                break;
            }
        }
    }
    Ok(found)
}

/// Takes the data away; notes what must wait. `first`: on the first walk, which has a position.
pub(super) fn remove(work: &mut Work<'_>, found: &Found, first: bool) -> Result<Done, Fault> {
    let mut done = Done {
        after: found.after,
        ..Done::default()
    };
    for item in &found.items {
        if item.keep || is_resent(work, item.seq)? {
            work.conn
                .prepare_cached("INSERT OR IGNORE INTO payloads_kept (event) VALUES (?1)")?
                .execute([item.seq])?;
            continue;
        }
        let cleared = work
            .conn
            .prepare_cached("UPDATE events SET data = x'' WHERE seq = ?1 AND length(data) > 0")?
            .execute([item.seq])?;
        done.removed.payloads += cleared as u64;
        if !first {
            forget(work, item.seq)?;
        }
    }
    if first {
        store_position(work, found.after)?;
    }
    Ok(done)
}

/// An event goes: its number may come again, and must not be taken for one that was passed by.
pub(crate) fn forget(work: &Work<'_>, event: i64) -> Result<(), Fault> {
    work.conn
        .prepare_cached("DELETE FROM payloads_kept WHERE event = ?1")?
        .execute([event])?;
    Ok(())
}

/// Events have gone: when the last ones did, their numbers come again, behind the position.
pub(super) fn step_back(work: &Work<'_>) -> Result<(), Fault> {
    let Some(position) = position(work.conn)? else {
        return Ok(());
    };
    let last: i64 = work
        .conn
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?
        .query_row([], |row| row.get(0))?;
    if last < position {
        store_position(work, last)?;
    }
    Ok(())
}

fn position(conn: &Connection) -> Result<Option<i64>, Fault> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([POSITION], |row| row.get::<_, [u8; 8]>(0))
        .optional()?
        .map(i64::from_be_bytes))
}

fn store_position(work: &Work<'_>, position: i64) -> Result<(), Fault> {
    work.conn
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![POSITION, position.to_be_bytes()])?;
    Ok(())
}
