//! Which records were counted, for 35 days, at little cost for random ids.
//!
//! A chunk's ids are appended as one row (`usage_batches`) and kept in memory (`new`). When there are
//! enough of them they are written, in order and a few blocks with each chunk, as a run (`run.rs`);
//! those on their way are in `moving`. Both are looked into until the run is whole. A restart reads only
//! the batches behind the last one of which all is in whole runs (`up_to`). Eight runs become one in the
//! same way (`merge.rs`), so there are few; and as everything is appended in order, an id costs some
//! bytes of log each time, and not a page.
//!
//! An id is kept as the key that it makes with its organization. Batches are forgotten when they are
//! old, a run when all of it is: it may know an id for longer.
//!
//! Whether an id was counted can be found out by a reader beforehand: its answer holds as long as
//! `up_to` is what it saw, because whatever the runs lacked then is still in memory. Of almost all new
//! ids `sieve` says that no run has them, and none is asked.

mod catch_up;
mod merge;
mod pile;
mod run;
mod sieve;
mod sweep;

use std::{collections::HashSet, sync::Arc};

use bellwire_core::{
    ids::OrganizationId,
    ports::{Chunk, Error},
    time::{DAY, DurationUs, Time},
};
use rusqlite::{Connection, Row, params};

pub(super) use self::sweep::{SWEPT_ROWS, forget, sweep};
pub(crate) use self::{catch_up::catch_up, sieve::Sieve};
use self::{
    merge::Merge,
    pile::{Pile, Quick},
    run::{BLOCK, Run, Shelf, State},
};
#[cfg(test)]
pub(crate) use self::{
    run::{BLOCK_BEHIND, BLOCK_OF},
    sieve::PORTION_OF_BLOCKS,
    sweep::OLDEST,
};
use crate::{
    fault::{Fault, corrupt},
    rows::RowExt as _,
};

/// So many ids in memory begin to be written as a run: with those that come meanwhile some 15 MB, where
/// so much is reported.
const ENOUGH: usize = 1 << 17;
/// Runs that become one.
const MERGED: usize = 8;
/// What is merged was reported within this time, or it would be kept for too long.
const WIDEST: DurationUs = 5 * DAY;

/// Batches that are in no whole run.
const LATEST: &str = "\
SELECT b.seq, b.at, o.id, b.ids FROM usage_batches b JOIN organizations o ON o.seq = b.organization
WHERE b.seq > ?1 ORDER BY b.seq";

pub(crate) type RecordId = [u8; 16];
/// Ids alone.
pub(crate) type RecordIds = HashSet<RecordId, Quick>;
/// The id of an organization's record. Both are as good as random, so no two of them make the same.
type Key = [u8; 16];

fn key(organization: OrganizationId, id: &RecordId) -> Key {
    let of = organization.as_bytes();
    std::array::from_fn(|place| of[place] ^ id[place])
}

/// What a reader has found out.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The last batch of which all was in whole runs; `None` when nobody has looked.
    up_to: Option<i64>,
    /// The ids that are in them.
    found: RecordIds,
}

/// Looks the ids of a chunk up, and fills the sieve a little.
pub(super) fn look_up(conn: &Connection, chunk: &Chunk, sieve: &Sieve) -> Result<Known, Fault> {
    let shelf = Shelf::read(conn)?;
    let mut known = Known {
        up_to: Some(shelf.up_to),
        found: RecordIds::default(),
    };
    // The snapshot is taken: what is asked now holds all of it.
    if let Err(fault) = sieve.fill(conn) {
        // It only spares work. But what has ended the snapshot would make answers of another one.
        if conn.is_autocommit() {
            return Err(fault);
        }
        let error = Error::from(fault);
        tracing::warn!(%error, "ids of usage could not be read ahead");
    }
    let whole = sieve.whole();
    let records = chunk.groups.iter().flat_map(|group| &group.records);
    let mut ids: Vec<(Key, RecordId)> = records
        .map(|record| (key(chunk.organization_id, &record.id), record.id))
        .filter(|(key, _)| whole.as_ref().is_none_or(|whole| whole.may_have(key)))
        .collect();
    ids.sort_unstable();
    for (key, id) in ids {
        if shelf.has(conn, &key)? {
            known.found.insert(id);
        }
    }
    Ok(known)
}

/// Ids on their way into a run.
#[derive(Debug)]
struct Moving {
    pile: Pile,
    /// The run's number.
    run: i64,
}

/// Ids in memory, and the runs.
#[derive(Debug)]
pub(crate) struct Ids {
    new: Pile,
    /// When the latest of them was reported.
    newest: Time,
    moving: Option<Moving>,
    /// What is merged; a short merge goes before a long one.
    merges: Vec<Merge>,
    runs: Vec<Run>,
    shelf: Shelf,
    /// The last batch.
    last: i64,
    /// How many begin to be written as a run.
    enough: usize,
    /// Ids that are to be moved and merged before the next block is written.
    owed: [usize; 2],
    sieve: Arc<Sieve>,
}

impl Ids {
    /// As it was left.
    pub(super) fn load(conn: &Connection, sieve: &Arc<Sieve>) -> Result<Self, Fault> {
        Self::load_with(conn, ENOUGH, sieve)
    }

    fn load_with(conn: &Connection, enough: usize, sieve: &Arc<Sieve>) -> Result<Self, Fault> {
        let runs = Run::all(conn)?;
        let shelf = Shelf::of(&runs);
        // One that grows out of others is a merge's.
        let grows = |run: &&Run| run.state == State::Growing;
        let is_merged = |run: &Run| runs.iter().any(|one| one.target == Some(run.number));
        let moving = runs.iter().filter(grows).find(|run| !is_merged(run));
        let merges = runs.iter().filter(grows).filter(|run| is_merged(run));
        let merges = merges.map(|run| Merge::of(conn, run, &runs));
        let merges = merges.collect::<Result<_, _>>()?;
        let mut ids = Self {
            new: Pile::default(),
            newest: Time::default(),
            moving: moving.map(|run| Moving {
                pile: Pile::default(),
                run: run.number,
            }),
            merges,
            last: last(conn, &runs)?.max(sieve.last()),
            shelf,
            enough,
            owed: [0; 2],
            sieve: Arc::clone(sieve),
            runs: Vec::new(),
        };
        let up_to = moving.map_or(0, |run| run.up_to);
        let mut statement = conn.prepare_cached(LATEST)?;
        let mut rows = statement.query([ids.shelf.up_to])?;
        while let Some(row) = rows.next()? {
            let batch = Batch::read(row)?;
            match &mut ids.moving {
                Some(moving) if batch.seq <= up_to => moving.pile.add(batch.keys()),
                _ => {
                    ids.newest = ids.newest.max(batch.at);
                    ids.new.add(batch.keys());
                }
            }
        }
        if let Some(moving) = &mut ids.moving
            && let Some(run) = runs.iter().find(|run| run.number == moving.run)
            && let Some(last) = run.last(conn)?
        {
            moving.pile.skip(&last);
        }
        ids.runs = runs;
        sieve.note(ids.last);
        if sieve.is_blank() {
            sieve.begin(about(conn)?, ids.last);
        }
        Ok(ids)
    }

    /// Whether a record was counted, with what a reader has found out.
    pub(super) fn are_counted(
        &self,
        conn: &Connection,
        organization: OrganizationId,
        id: &RecordId,
        known: &Known,
    ) -> Result<bool, Fault> {
        if known.found.contains(id) {
            return Ok(true);
        }
        let key = key(organization, id);
        let moving = self.moving.as_ref().map(|moving| &moving.pile);
        if self.new.contains(&key) || moving.is_some_and(|pile| pile.contains(&key)) {
            return Ok(true);
        }
        if known.up_to == Some(self.shelf.up_to) {
            return Ok(false);
        }
        let whole = self.sieve.whole();
        let may_be = whole.is_none_or(|whole| whole.may_have(&key));
        Ok(may_be && self.shelf.has(conn, &key)?)
    }

    /// Writes down ids that were counted, none of them known.
    pub(super) fn add(
        &mut self,
        conn: &Connection,
        (organization, id): (i64, OrganizationId),
        at: Time,
        ids: &[RecordId],
    ) -> Result<(), Fault> {
        if ids.is_empty() {
            return Ok(());
        }
        let seq = self.last + 1;
        conn.prepare_cached(
            "INSERT INTO usage_batches (seq, organization, at, ids) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            seq,
            organization,
            at.as_micros(),
            ids.as_flattened()
        ])?;
        self.last = seq;
        self.sieve.note(seq);
        self.newest = self.newest.max(at);
        self.new.add(ids.iter().map(|one| key(id, one)));
        if self.moving.is_none() && self.new.holds() >= self.enough {
            self.begin(conn)?;
        }
        // A little more than comes, and enough for six merges of each id, and to remove what was merged.
        self.do_move(conn, ids.len() + ids.len() / 2 + 8)?;
        self.do_merge(conn, 6 * ids.len() + 8)?;
        self.remove(conn, 1 + ids.len() / 32)?;
        Ok(())
    }

    /// A new run, in which nothing is yet.
    fn grow(
        &mut self,
        conn: &Connection,
        level: i64,
        up_to: i64,
        newest: Time,
    ) -> Result<i64, Fault> {
        let last = self.runs.iter().map(|run| run.number).max();
        let run = Run {
            number: last.unwrap_or(0) + 1,
            level,
            up_to,
            newest,
            state: State::Growing,
            target: None,
        };
        run.write(conn)?;
        let number = run.number;
        self.runs.push(run);
        Ok(number)
    }

    fn run(&mut self, number: i64) -> Result<&mut Run, Fault> {
        let mut runs = self.runs.iter_mut();
        let run = runs.find(|run| run.number == number);
        run.ok_or_else(|| corrupt(format!("the run {number} of ids is not there")))
    }

    /// What is in memory begins to be written.
    fn begin(&mut self, conn: &Connection) -> Result<(), Fault> {
        let run = self.grow(conn, 0, self.last, self.newest)?;
        let next = Pile::with_room(self.enough + self.enough / 4);
        let pile = std::mem::replace(&mut self.new, next);
        self.newest = Time::default();
        self.moving = Some(Moving { pile, run });
        Ok(())
    }

    /// Writes so many of those that are moving, in blocks.
    fn do_move(&mut self, conn: &Connection, count: usize) -> Result<(), Fault> {
        self.owed[0] += count;
        while let Some(moving) = &mut self.moving {
            if self.owed[0] < BLOCK {
                return Ok(());
            }
            self.owed[0] -= BLOCK;
            self.sieve.renew(self.last);
            let adding = self.sieve.adding();
            let keys: Vec<Key> = std::iter::from_fn(|| moving.pile.next())
                .take(BLOCK)
                .inspect(|key| adding.add(key))
                .collect();
            let number = moving.run;
            let run = self.run(number)?;
            run.append(conn, &keys)?;
            if keys.len() < BLOCK {
                run.state = State::Whole;
                run.write(conn)?;
                self.moving = None;
                self.changed(conn)?;
            }
        }
        self.owed[0] = 0;
        Ok(())
    }

    /// Merges so many, in blocks.
    fn do_merge(&mut self, conn: &Connection, count: usize) -> Result<(), Fault> {
        self.owed[1] += count;
        while let Some(merge) = self.merges.iter_mut().min_by_key(|merge| merge.level) {
            if self.owed[1] < BLOCK {
                return Ok(());
            }
            self.owed[1] -= BLOCK;
            let (keys, target) = (merge.next(conn)?, merge.target);
            self.run(target)?.append(conn, &keys)?;
            if keys.len() < BLOCK {
                self.merges.retain(|merge| merge.target != target);
                for run in &mut self.runs {
                    if run.number == target {
                        run.state = State::Whole;
                    } else if run.target == Some(target) {
                        run.state = State::Gone;
                    } else {
                        continue;
                    }
                    run.write(conn)?;
                }
                self.changed(conn)?;
            }
        }
        self.owed[1] = 0;
        Ok(())
    }

    /// Runs are whole, or gone, that were not: perhaps there is something to merge.
    fn changed(&mut self, conn: &Connection) -> Result<(), Fault> {
        self.shelf = Shelf::of(&self.runs);
        while let Some(sources) = mergeable(&self.runs) {
            let up_to = sources.iter().map(|run| run.up_to).max().unwrap_or(0);
            let newest = sources.iter().map(|run| run.newest).max();
            let level = sources.iter().map(|run| run.level + 1).max().unwrap_or(0);
            let target = self.grow(conn, level, up_to, newest.unwrap_or_default())?;
            for run in &mut self.runs {
                if sources.iter().any(|source| source.number == run.number) {
                    run.target = Some(target);
                    run.write(conn)?;
                }
            }
            let target = self.run(target)?.clone();
            self.merges.push(Merge::of(conn, &target, &self.runs)?);
        }
        Ok(())
    }

    /// Removes so many blocks of runs that are gone; how many ids were in them.
    fn remove(&mut self, conn: &Connection, blocks: usize) -> Result<usize, Fault> {
        let mut left = blocks;
        let mut ids = 0;
        while left > 0
            && let Some(place) = self.runs.iter().position(|run| run.state == State::Gone)
        {
            let (removed, inside) = self.runs[place].shrink(conn, left)?;
            ids += inside;
            // What was merged lives on in another one.
            if self.runs[place].target.is_none() {
                self.sieve.forget(inside);
            }
            if removed < left {
                self.runs.remove(place).end(conn)?;
            }
            left -= removed;
        }
        Ok(ids)
    }

    /// What is too old in whole is gone, also what is just growing, and with it what it grows out of.
    fn expire(&mut self, conn: &Connection, cutoff: Time) -> Result<(), Fault> {
        let is_old = |run: &Run| run.newest <= cutoff;
        let goes: Vec<i64> = self
            .runs
            .iter()
            .filter(|run| {
                let mut all = self.runs.iter();
                let grows = |one: &&Run| Some(one.number) == run.target && one.state != State::Gone;
                is_old(all.find(grows).unwrap_or(run)) && run.state != State::Gone
            })
            .map(|run| run.number)
            .collect();
        if goes.is_empty() {
            return Ok(());
        }
        for run in &mut self.runs {
            if goes.contains(&run.number) {
                run.state = State::Gone;
                run.target = None;
                run.write(conn)?;
            }
        }
        self.moving.take_if(|moving| goes.contains(&moving.run));
        self.merges.retain(|merge| !goes.contains(&merge.target));
        self.changed(conn)
    }

    fn forget(&mut self, key: &Key) {
        self.new.forget(key);
        if let Some(moving) = &mut self.moving {
            moving.pile.forget(key);
        }
    }
}

/// The runs that are merged next: so many of one level that were made one after the other.
fn mergeable(runs: &[Run]) -> Option<Vec<Run>> {
    let whole = |run: &&Run| run.state == State::Whole && run.target.is_none();
    let deepest = runs.iter().map(|run| run.level).max()?;
    for level in 0..=deepest {
        let same = runs.iter().filter(whole).filter(|run| run.level == level);
        let mut same: Vec<&Run> = same.collect();
        same.sort_by_key(|run| run.newest);
        let found = same
            .windows(MERGED)
            .find(|some| some[MERGED - 1].newest.since(some[0].newest) <= WIDEST);
        if let Some(found) = found {
            return Some(found.iter().map(|run| (*run).clone()).collect());
        }
    }
    None
}

/// A row of [`LATEST`].
struct Batch {
    seq: i64,
    at: Time,
    organization: OrganizationId,
    ids: Vec<u8>,
}

impl Batch {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            at: row.at(1)?,
            organization: row.id(2)?,
            ids: row.get(3)?,
        })
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        let (ids, _) = self.ids.as_chunks();
        ids.iter().map(|id| key(self.organization, id))
    }
}

/// The last batch.
fn last(conn: &Connection, runs: &[Run]) -> rusqlite::Result<i64> {
    let stored: i64 = conn.query_row(
        "SELECT coalesce(max(seq), 0) FROM usage_batches",
        [],
        |row| row.get(0),
    )?;
    let sorted = runs.iter().map(|run| run.up_to).max();
    Ok(sorted.unwrap_or(0).max(stored))
}

/// How many ids are kept, by the size of the latest batches.
fn about(conn: &Connection) -> rusqlite::Result<usize> {
    let about: Option<f64> = conn.query_row(
        "SELECT (SELECT max(seq) - min(seq) + 1 FROM usage_batches) * avg(ids) / 16
         FROM (SELECT length(ids) AS ids FROM usage_batches ORDER BY seq DESC LIMIT 64)",
        [],
        |row| row.get(0),
    )?;
    Ok(about.unwrap_or_default() as usize)
}

#[cfg(test)]
mod tests;
