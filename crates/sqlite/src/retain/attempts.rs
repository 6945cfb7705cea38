//! Attempts that are too old, and excerpts that no attempt shows any more.
//!
//! An excerpt is shared by all attempts of its webhook and its day, and nothing counts them. So
//! excerpts go by days: when a day's attempts are gone but for a few that something pending keeps,
//! all excerpts of that day go but theirs.

use std::collections::HashSet;

use bellwire_core::time::{DAY, Time};
use rusqlite::{Connection, params};

use super::{Done, Found, Item, LOOK_AT, Look, cost, is_pending, walk};
use crate::{fault::Fault, work::Work};

/// With the state of the delivery: the attempts of a pending one stay.
const WALK: &str = "\
SELECT a.seq, a.at, (SELECT d.state FROM deliveries d WHERE d.id = a.delivery)
FROM attempts a WHERE a.seq > ?1 ORDER BY a.seq LIMIT ?2";
const FIRST: &str = "SELECT at, excerpt_seq FROM attempts ORDER BY seq LIMIT ?1";
const EXCERPTS: &str = "\
SELECT seq, length(body) FROM excerpts WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3";
/// So many attempts may be left of days whose excerpts go; with more of them, excerpts wait.
const LEFT: i64 = 10_000;
/// An attempt is written when it has ended, and records wait while a disk is full: so long after its
/// day, no attempt of it comes any more.
const LATE: i64 = 1;

pub(super) fn find(conn: &Connection, look: Look) -> Result<Found, Fault> {
    walk(conn, WALK, look, |row, old| {
        let pending = row.get::<_, Option<i64>>(2)?.is_some_and(is_pending);
        Ok((old && !pending).then_some((Item::new(row.get(0)?), 1)))
    })
}

pub(super) fn remove(work: &mut Work<'_>, found: &Found) -> Result<Done, Fault> {
    let mut done = Done {
        after: found.after,
        ..Done::default()
    };
    let mut delete = work
        .conn
        .prepare_cached("DELETE FROM attempts WHERE seq = ?1")?;
    for item in &found.items {
        done.removed.attempts += delete.execute([item.seq])? as u64;
    }
    Ok(done)
}

pub(super) fn find_excerpts(conn: &Connection, look: Look) -> Result<Found, Fault> {
    let mut found = Found {
        after: look.after,
        end: true,
        ..Found::default()
    };
    // The first day that is not done with.
    let day = look.cutoff.day() - LATE;
    if day <= 0 {
        return Ok(found);
    }
    let mut statement = conn.prepare_cached(EXCERPTS)?;
    let mut rows = statement.query(params![look.after, day << 32, LOOK_AT])?;
    let mut shown = None;
    let mut budget = look.rows;
    while let Some(row) = rows.next()? {
        let shown = match &shown {
            Some(shown) => shown,
            None => match left(conn, day)? {
                Some(left) => shown.insert(left),
                None => return Ok(found),
            },
        };
        let seq: i64 = row.get(0)?;
        found.after = seq;
        found.end = false;
        if !shown.contains(&seq) {
            found.items.push(Item::new(seq));
            budget = budget.saturating_sub(cost(0, row.get(1)?));
            if budget == 0 {
                break;
            }
        }
    }
    Ok(found)
}

/// The excerpts of attempts that are left of the days before this one; `None` when they are many.
fn left(conn: &Connection, day: i64) -> Result<Option<HashSet<i64>>, Fault> {
    let end = Time::from_micros((day + LATE) * DAY);
    let mut excerpts = HashSet::new();
    let mut statement = conn.prepare_cached(FIRST)?;
    let mut rows = statement.query([LEFT])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        if Time::from_micros(row.get(0)?) >= end {
            return Ok(Some(excerpts));
        }
        excerpts.extend(row.get::<_, Option<i64>>(1)?);
        count += 1;
    }
    Ok((count < LEFT).then_some(excerpts))
}

pub(super) fn remove_excerpts(work: &mut Work<'_>, found: &Found) -> Result<Done, Fault> {
    let mut delete = work
        .conn
        .prepare_cached("DELETE FROM excerpts WHERE seq = ?1")?;
    for item in &found.items {
        delete.execute([item.seq])?;
    }
    Ok(Done {
        after: found.after,
        ..Done::default()
    })
}
