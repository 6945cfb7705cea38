//! Events that are too old, with everything that came of them. Excerpts are shared by the attempts
//! of a webhook's day and go by days, behind their attempts.

use rusqlite::Connection;

use super::{Done, Found, Item, Look, cost, is_resent, payloads, settled, walk};
use crate::{fault::Fault, sweep, work::Work};

/// In the order they were stored.
const WALK: &str = "\
SELECT seq, created_at, deliveries, length(data) FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2";

pub(super) fn find(conn: &Connection, look: Look) -> Result<Found, Fault> {
    walk(conn, WALK, look, |row, old| {
        if !old {
            return Ok(None);
        }
        let seq = row.get(0)?;
        let list = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        let Some(deliveries) = settled(conn, seq, list)? else {
            return Ok(None);
        };
        let cost = cost(deliveries.len(), row.get(3)?);
        let item = Item {
            deliveries,
            ..Item::new(seq)
        };
        Ok(Some((item, cost)))
    })
}

/// Removes as many as fit; of an event with many deliveries a part, and the event with the last one.
pub(super) fn remove(work: &mut Work<'_>, found: &Found, rows: usize) -> Result<Done, Fault> {
    let mut done = Done {
        after: found.after,
        ..Done::default()
    };
    let mut budget = rows;
    for item in &found.items {
        if is_resent(work, item.seq)? {
            continue;
        }
        for id in &item.deliveries {
            if budget == 0 {
                done.after = item.seq - 1;
                break;
            }
            if let Some(attempts) = sweep::delivery(work, *id, false)? {
                done.removed.deliveries += 1;
                done.removed.attempts += attempts as u64;
                budget = budget.saturating_sub(1 + attempts);
            }
        }
        if done.after < item.seq {
            break;
        }
        payloads::forget(work, item.seq)?;
        let removed = work
            .conn
            .prepare_cached("DELETE FROM events WHERE seq = ?1")?
            .execute([item.seq])?;
        done.removed.events += removed as u64;
    }
    payloads::step_back(work)?;
    Ok(done)
}
