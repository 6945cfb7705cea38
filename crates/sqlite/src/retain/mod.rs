//! Retention, one bounded step at a time: a reader finds what is old and needed by nothing that is
//! pending, the writer removes it in a transaction of its own.
//!
//! A pass goes through the phases below, each along the rows in the order they were written, which
//! is nearly the order of their age. Where it stands is kept in memory; a restart begins again,
//! which costs reads only. What a snapshot shows as not pending stays so: a delivery never becomes
//! pending again. Only a resend can add a pending one, so the writer looks for those again before it
//! removes anything.
//!
//! What is removed leaves free pages that later rows fill, so a database in a steady state does not
//! grow. Only when more than a quarter of it is free, pages are given back to the file system.

mod attempts;
mod events;
mod payloads;
mod space;
mod storage;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use bellwire_core::{
    ids::DeliveryId,
    ports::{Removed, Result, Retain, Retained, Retention, Size, Storage},
    stored::listed,
    time::{DurationUs, Time},
};
use rusqlite::{Connection, OptionalExtension as _, params};

pub(crate) use payloads::forget as forget_payload;

use crate::{Sqlite, fault::Fault, rows::RowExt as _, work::Work};

/// Rows that one step may remove while nobody else writes: about 3 ms of the writer's time.
const ROWS: usize = 300;
/// The same while others write, who wait for it.
const ROWS_BUSY: usize = 100;
/// Rows that one step looks at.
const LOOK_AT: i64 = 300;
/// Bytes of data that cost as much as a row: their pages are freed one by one.
const BYTES_PER_ROW: i64 = 16 << 10;
/// While others write, retention takes one part in so many of the writer's time.
const SHARE: DurationUs = 8;

/// Where a pass stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pass {
    phase: Phase,
    /// The last row of the phase's table that is done with.
    after: i64,
    /// Calls that the store had committed after the last step.
    calls: u64,
}

/// The phases of a pass, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Events,
    Payloads,
    /// Payloads that were kept by something pending.
    Kept,
    Attempts,
    Excerpts,
    Space,
}

impl Phase {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Events => Some(Self::Payloads),
            Self::Payloads => Some(Self::Kept),
            Self::Kept => Some(Self::Attempts),
            Self::Attempts => Some(Self::Excerpts),
            Self::Excerpts => Some(Self::Space),
            Self::Space => None,
        }
    }

    /// Up to when this phase removes; `None` when there is nothing to remove.
    fn cutoff(self, limits: &Retention, now: Time) -> Option<Time> {
        let limit = match self {
            Self::Events => limits.events,
            Self::Payloads | Self::Kept => limits.payloads,
            Self::Attempts => limits.attempts,
            Self::Excerpts => limits.of_attempts(),
            Self::Space => Some(0),
        };
        limit.map(|limit| now - limit)
    }

    fn find(self, conn: &Connection, look: Look) -> std::result::Result<Found, Fault> {
        match self {
            Self::Events => events::find(conn, look),
            Self::Payloads => payloads::find(conn, look),
            Self::Kept => payloads::find_kept(conn, look),
            Self::Attempts => attempts::find(conn, look),
            Self::Excerpts => attempts::find_excerpts(conn, look),
            Self::Space => space::find(conn, look),
        }
    }

    fn remove(
        self,
        work: &mut Work<'_>,
        found: &Found,
        rows: usize,
    ) -> std::result::Result<Done, Fault> {
        match self {
            Self::Events => events::remove(work, found, rows),
            Self::Payloads => payloads::remove(work, found, true),
            Self::Kept => payloads::remove(work, found, false),
            Self::Attempts => attempts::remove(work, found),
            Self::Excerpts => attempts::remove_excerpts(work, found),
            Self::Space => space::give_back(work, found),
        }
    }
}

/// What a reader is to look for.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// Behind this row.
    after: i64,
    /// Older than this.
    cutoff: Time,
    /// As much as this many rows.
    rows: usize,
}

/// What a reader has found.
#[derive(Debug, Default)]
struct Found {
    items: Vec<Item>,
    /// The last row that was looked at and is old.
    after: i64,
    /// Nothing old lies behind that.
    end: bool,
}

/// A row to do something about.
#[derive(Debug)]
struct Item {
    seq: i64,
    /// Its deliveries that are still there, where they go with it.
    deliveries: Vec<DeliveryId>,
    /// It is only noted, to be looked at again.
    keep: bool,
}

impl Item {
    const fn new(seq: i64) -> Self {
        Self {
            seq,
            deliveries: Vec::new(),
            keep: false,
        }
    }
}

/// What the writer has done.
#[derive(Debug, Default)]
struct Done {
    removed: Removed,
    /// The last row that is done with.
    after: i64,
}

#[async_trait]
impl Retain for Sqlite {
    async fn retain(&self, limits: &Retention, now: Time) -> Result<Retained> {
        self.as_server()?;
        let stats = Arc::clone(&self.inner.stats);
        let mut pass = *self.inner.pass.lock();
        // The last step was one call of those that were committed since.
        let busy = stats.read().calls > pass.calls + 1;
        pass.calls = stats.read().calls;
        let rows = if busy { ROWS_BUSY } else { ROWS };
        let mut retained = Retained::default();
        loop {
            let phase = pass.phase;
            let found = match phase.cutoff(limits, now) {
                None => Found {
                    end: true,
                    ..Found::default()
                },
                Some(cutoff) => {
                    let look = Look {
                        after: pass.after,
                        cutoff,
                        rows,
                    };
                    self.readers()
                        .read(move |conn| phase.find(conn, look))
                        .await?
                }
            };
            let end = found.end;
            if !found.items.is_empty() {
                let (done, took) = self
                    .writer()
                    .call(rows, move |work| {
                        let began = Instant::now();
                        Ok((phase.remove(work, &found, rows)?, began.elapsed()))
                    })
                    .await?;
                retained.removed = done.removed;
                if busy {
                    retained.pause = took.as_micros() as DurationUs * (SHARE - 1);
                }
                pass.after = done.after;
                retained.more = true;
                break;
            }
            if !end {
                pass.after = found.after;
                retained.more = true;
                break;
            }
            match phase.next() {
                Some(next) => (pass.phase, pass.after) = (next, 0),
                None => {
                    pass = Pass::default();
                    break;
                }
            }
        }
        *self.inner.pass.lock() = pass;
        Ok(retained)
    }

    async fn storage(&self) -> Result<Storage> {
        self.readers().read(storage::measure).await
    }

    async fn size(&self) -> Result<Size> {
        self.readers().read(storage::size).await
    }
}

impl Sqlite {
    /// Begins the pass again: rows have gone beside it, and their numbers may come again.
    pub(crate) fn restart_pass(&self) {
        *self.inner.pass.lock() = Pass::default();
    }
}

/// How many rows an event counts for.
fn cost(deliveries: usize, bytes: i64) -> usize {
    // Each delivery has one attempt, as a rule.
    1 + 2 * deliveries + usize::try_from(bytes / BYTES_PER_ROW).unwrap_or(0)
}

/// The deliveries of an event that are still there; `None` when one of them is pending.
fn settled(
    conn: &Connection,
    event: i64,
    list: &[u8],
) -> std::result::Result<Option<Vec<DeliveryId>>, Fault> {
    let mut ids = Vec::new();
    let mut state = conn.prepare_cached("SELECT state FROM deliveries WHERE id = ?1")?;
    for id in listed(list) {
        let state: Option<i64> = state
            .query_row([id.as_bytes()], |row| row.get(0))
            .optional()?;
        match state {
            None => {}
            Some(state) if is_pending(state) => return Ok(None),
            Some(_) => ids.push(id),
        }
    }
    for (id, state) in resends(conn, event)? {
        if is_pending(state) {
            return Ok(None);
        }
        ids.push(id);
    }
    Ok(Some(ids))
}

/// Deliveries that were added to an event later, with their states.
fn resends(conn: &Connection, event: i64) -> std::result::Result<Vec<(DeliveryId, i64)>, Fault> {
    let rows = conn
        .prepare_cached("SELECT id, state FROM deliveries WHERE event = ?1 AND again = 1")?
        .query_map([event], |row| Ok((row.id::<DeliveryId>(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows)
}

/// Whether a resend has come since the reader looked, and is pending.
fn is_resent(work: &Work<'_>, event: i64) -> std::result::Result<bool, Fault> {
    Ok(resends(work.conn, event)?
        .iter()
        .any(|(_, state)| is_pending(*state)))
}

fn is_pending(state: i64) -> bool {
    state == bellwire_core::delivery::State::Pending.code()
}

/// Walks rows in their order and takes the old ones. `read` gives row, age and what to do, and says
/// how much that costs.
///
/// Clocks go back now and then: a new row may lie between old ones. So the end is where a whole
/// chunk is new, and the walk stands at the last old one.
fn walk(
    conn: &Connection,
    sql: &str,
    look: Look,
    mut read: impl FnMut(&rusqlite::Row<'_>, bool) -> std::result::Result<Option<(Item, usize)>, Fault>,
) -> std::result::Result<Found, Fault> {
    let mut found = Found {
        after: look.after,
        end: true,
        ..Found::default()
    };
    let mut budget = look.rows;
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![look.after, LOOK_AT])?;
    let mut between = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let old = Time::from_micros(at) < look.cutoff;
        let item = read(row, old)?;
        if !old {
            between.extend(item.map(|(item, _)| item));
            continue;
        }
        found.items.append(&mut between);
        found.after = seq;
        found.end = false;
        if let Some((item, cost)) = item {
            found.items.push(item);
            budget = budget.saturating_sub(cost);
            if budget == 0 {
                break;
            }
        }
    }
    Ok(found)
}
