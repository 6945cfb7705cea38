//! Retention: whole days at a time, because dropping a table costs the same however much is in it
//! and gives all its space back.
//!
//! - **events** (`days.rs`): a day that is past the limit, and in which nothing is pending, is
//!   dropped: four tables in one short transaction. A day that something is pending in is waited
//!   for, a day long; then what is pending is all that is kept of it.
//! - **payloads** (`payloads.rs`): a day is copied without its data, chunk by chunk (an event is
//!   never changed, so the copy cannot miss anything), and the copy takes its place. An update would
//!   write every row a second time and give nothing back.
//! - **attempts** (`attempts.rs`): a day's tables of attempts and excerpts are emptied and stay, so
//!   that a late attempt finds its table.
//!
//! One node does it at a time: it holds an advisory lock, on a connection of its own, from the first
//! step of a pass to the last. Whatever takes something away for good first locks the tables of that
//! day and looks once more what is pending. It waits for such a lock only briefly, because ingest
//! waits behind it; another try comes later.

mod attempts;
mod days;
mod payloads;
mod pending;
mod storage;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use bellwire_core::{
    ports::{Removed, Result, Retain, Retained, Retention, Size, Storage},
    time::{DAY, DurationUs, SECOND, Time},
};
use deadpool_postgres::Transaction;
use tokio::time::Instant;
use tokio_postgres::error::SqlState;

use crate::{
    Postgres,
    connect::{Conn as _, Session},
    fault::Fault,
    shared::Shared,
};

/// Held by the node that does it.
const LOCK: i64 = 0x6265_6c6c_0000_0010;
/// How long a step waits for a table: ingest may be waiting behind it.
const PATIENCE: &str = "SET LOCAL lock_timeout = '200ms'";
/// How often in one pass a step that was in the way of others is tried again.
const TRIES: u32 = 5;
/// A step is followed by so many times its own length without one.
const REST: DurationUs = 2;
/// Pending events of a day that may be kept while the rest of it goes. With more, the day waits.
const KEPT: usize = 1000;
/// So long a day that something is pending in is waited for, before that is moved.
const GRACE: DurationUs = DAY;
/// Pages of a table that one step reads: 2 MiB.
const BLOCKS: i64 = 256;

/// What is done to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    Events,
    Payloads,
    Attempts,
}

/// Where a pass stands: in memory, because a pass that begins again finds what is left.
#[derive(Default)]
pub(crate) struct Pass {
    /// Holds the advisory lock while it lives.
    leader: Option<Session>,
    /// Tasks that are done, or that must wait for the next pass.
    done: BTreeSet<(Task, i64)>,
    /// The last one that was begun.
    current: Option<(Task, i64)>,
    tries: u32,
    scan: Option<days::Scan>,
    look: Option<attempts::Look>,
    kept: payloads::Kept,
}

/// What is known of a day.
#[derive(Debug, Clone, Copy, Default)]
struct Note {
    copied_blocks: Option<i64>,
    payloads_gone: bool,
    attempts_next: i64,
    kept: Option<i64>,
}

/// What a step on a day came to.
enum Step {
    /// There is more to do on this day.
    More(Removed),
    /// There is not, in this pass.
    Done(Removed),
}

#[async_trait]
impl Retain for Postgres {
    async fn retain(&self, limits: &Retention, now: Time) -> Result<Retained> {
        let shared = self.shared();
        let mut pass = self.inner.pass.lock().await;
        if limits.keeps_all() {
            *pass = Pass::default();
            return Ok(Retained::default());
        }
        let began = Instant::now();
        if !pass.leads(shared).await? {
            return Ok(Retained::default());
        }
        let stepped = pass.step(shared, limits, now).await;
        let rest = began.elapsed().as_micros() as DurationUs * REST;
        match stepped {
            Ok(Some(removed)) => Ok(Retained {
                removed,
                more: true,
                pause: rest,
            }),
            Ok(None) => {
                *pass = Pass::default();
                Ok(Retained::default())
            }
            Err(Fault::Sql(error)) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                pass.in_the_way();
                Ok(Retained {
                    more: true,
                    pause: SECOND,
                    ..Retained::default()
                })
            }
            Err(fault) => {
                *pass = Pass::default();
                Err(fault.into())
            }
        }
    }

    async fn storage(&self) -> Result<Storage> {
        let conn = self.shared().reader().await?;
        Ok(storage::measure(&conn).await?)
    }

    async fn size(&self) -> Result<Size> {
        let conn = self.shared().reader().await?;
        Ok(Size {
            store: storage::NAME,
            bytes: storage::total(&conn).await?.max(0).unsigned_abs(),
        })
    }
}

impl Pass {
    /// Whether this node is the one that does it.
    async fn leads(&mut self, shared: &Shared) -> std::result::Result<bool, Fault> {
        if self.leader.as_ref().is_some_and(Session::is_usable) {
            return Ok(true);
        }
        *self = Self::default();
        let session = shared.connector.session().await?;
        let row = session
            .query_opt("SELECT pg_try_advisory_lock($1)", &[&LOCK])
            .await?;
        let leads = row.is_some_and(|row| row.get(0));
        self.leader = leads.then_some(session);
        Ok(leads)
    }

    /// The next step; `None` when the pass is over.
    async fn step(
        &mut self,
        shared: &Arc<Shared>,
        limits: &Retention,
        now: Time,
    ) -> std::result::Result<Option<Removed>, Fault> {
        let days = shared.partitions.days(&shared.pools.work).await?;
        let notes = notes(shared).await?;
        let Some((task, day)) = self.choose(&days, &notes, limits, now) else {
            if limits.payloads.is_none() || self.kept.is_done() {
                return Ok(None);
            }
            return payloads::step_kept(shared, &mut self.kept).await.map(Some);
        };
        self.current = Some((task, day));
        let note = notes.get(&day).copied().unwrap_or_default();
        let step = match task {
            Task::Events => {
                let late = limits
                    .events
                    .is_some_and(|limit| is_past(day, limit + GRACE, now));
                days::step(shared, &mut self.scan, day, note, late).await?
            }
            Task::Payloads => payloads::step(shared, day, note).await?,
            Task::Attempts => {
                let cutoff = now - limits.attempts.unwrap_or_default();
                attempts::step(shared, &mut self.look, day, cutoff, now).await?
            }
        };
        self.tries = 0;
        match step {
            Step::More(removed) => Ok(Some(removed)),
            Step::Done(removed) => {
                self.done.insert((task, day));
                Ok(Some(removed))
            }
        }
    }

    /// The next day to do something about: oldest first, events before payloads before attempts.
    fn choose(
        &self,
        days: &BTreeSet<i64>,
        notes: &BTreeMap<i64, Note>,
        limits: &Retention,
        now: Time,
    ) -> Option<(Task, i64)> {
        let past = |day: i64, limit: Option<DurationUs>| {
            limit.is_some_and(|limit| is_past(day, limit, now))
        };
        let wants = |task: Task, day: i64| {
            let note = notes.get(&day).copied().unwrap_or_default();
            match task {
                Task::Events => past(day, limits.events),
                // What goes as a whole need not lose its data first.
                Task::Payloads => {
                    past(day, limits.payloads) && !note.payloads_gone && !past(day, limits.events)
                }
                Task::Attempts => {
                    past(day, limits.attempts) && note.attempts_next <= now.as_micros()
                }
            }
        };
        [Task::Events, Task::Payloads, Task::Attempts]
            .into_iter()
            .flat_map(|task| days.iter().map(move |day| (task, *day)))
            .find(|(task, day)| !self.done.contains(&(*task, *day)) && wants(*task, *day))
    }

    /// Somebody was using a table that a step wanted for itself.
    fn in_the_way(&mut self) {
        self.tries += 1;
        if self.tries >= TRIES {
            self.tries = 0;
            self.done.extend(self.current);
            self.kept.give_up();
        }
    }
}

/// Whether all of a day is older than this.
fn is_past(day: i64, limit: DurationUs, now: Time) -> bool {
    (day + 1).saturating_mul(DAY).saturating_add(limit) <= now.as_micros()
}

async fn notes(shared: &Shared) -> std::result::Result<BTreeMap<i64, Note>, Fault> {
    let conn = shared.worker().await?;
    let sql = "SELECT day, copied_blocks, payloads_gone, attempts_next, kept FROM retention_days";
    let mut notes = BTreeMap::new();
    for row in conn.query(sql, &[]).await? {
        let note = Note {
            copied_blocks: row.try_get(1)?,
            payloads_gone: row.try_get(2)?,
            attempts_next: row.try_get(3)?,
            kept: row.try_get(4)?,
        };
        notes.insert(row.try_get(0)?, note);
    }
    Ok(notes)
}

/// How many pages a table has.
async fn blocks(transaction: &Transaction<'_>, table: &str) -> std::result::Result<i64, Fault> {
    let sql = format!("SELECT pg_relation_size('{table}') / current_setting('block_size')::bigint");
    Ok(transaction.query_one(&sql, &[]).await?.try_get(0)?)
}

/// The rows of these pages.
fn within(from: i64, to: i64) -> String {
    format!("ctid >= '({from},0)'::tid AND ctid < '({to},0)'::tid")
}

/// About how many rows a table has.
async fn rows(transaction: &Transaction<'_>, table: &str) -> std::result::Result<u64, Fault> {
    let sql = format!(
        "SELECT greatest(pg_stat_get_live_tuples(c.oid), c.reltuples::bigint, 0)
         FROM pg_class c WHERE c.oid = '{table}'::regclass"
    );
    let rows: i64 = transaction.query_one(&sql, &[]).await?.try_get(0)?;
    Ok(rows.unsigned_abs())
}
