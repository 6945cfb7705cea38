//! Which records were counted, for 35 days, at little cost for random ids.
//!
//! A chunk's ids are appended as one row (`usage_batches`) and kept in memory (`new`). When there are
//! enough of them they are sorted into a table in small portions, by their beginning, so that a
//! portion touches few of its pages; those on their way are in `moving`. Both are looked into until
//! all of `moving` is in the table: then the number of its last batch is noted (`up_to`), and a restart
//! reads only what came after, and goes on where it was. Each chunk moves a little more than it adds,
//! so memory is bounded.
//!
//! Whether an id was counted can be found out by a reader beforehand: its answer holds as long as
//! `up_to` is what it saw, because whatever the table lacked then is still in memory. Of almost all new
//! ids `sieve` says that the table does not have them, and it is not asked.

mod pile;
mod sieve;

use std::{collections::HashSet, sync::Arc};

use bellwire_core::{
    ports::{Chunk, Error, RECORD_IDS_US},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use self::pile::{Pile, Quick};
#[cfg(test)]
pub(crate) use self::sieve::PORTION_OF_IDS;
pub(crate) use self::sieve::Sieve;
use crate::{
    fault::{Fault, corrupt},
    work::Work,
};

/// Ids forgotten in one call.
pub(super) const IDS_PER_SWEEP: usize = 300;
/// So many ids in memory begin to be sorted in. More of them touch fewer pages of a large table: with
/// ten million ids in it, five share one. With those that come meanwhile, some 40 MB, where so much is
/// reported.
const ENOUGH: usize = 1 << 18;
/// The row of `meta` that says how far ids are sorted in.
const PROGRESS: &str = "usage_ids";

pub(crate) const IS_COUNTED: &str =
    "SELECT 1 FROM usage_records WHERE organization = ?1 AND id = ?2";
/// The batch that is forgotten next.
pub(crate) const OLDEST: &str =
    "SELECT seq, organization, ids FROM usage_batches WHERE at <= ?1 ORDER BY at LIMIT 1";

pub(crate) type RecordId = [u8; 16];
type Key = (i64, RecordId);
/// Ids alone.
pub(crate) type RecordIds = HashSet<RecordId, Quick>;

/// What a reader has found out.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How far batches were sorted in; `None` when nobody has looked.
    up_to: Option<i64>,
    /// The ids that are in the table.
    found: RecordIds,
}

/// Looks the ids of a chunk up, and fills the sieve a little.
pub(super) fn look_up(conn: &Connection, chunk: &Chunk, sieve: &Sieve) -> Result<Known, Fault> {
    let organization: Option<i64> = conn
        .prepare_cached("SELECT seq FROM organizations WHERE id = ?1")?
        .query_row([chunk.organization_id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(organization) = organization else {
        return Ok(Known::default());
    };
    let mut known = Known {
        up_to: Some(Progress::read(conn)?.up_to),
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
    let mut ids: Vec<&RecordId> = chunk
        .groups
        .iter()
        .flat_map(|group| &group.records)
        .map(|record| &record.id)
        .filter(|id| whole.as_ref().is_none_or(|whole| whole.may_have(id)))
        .collect();
    ids.sort_unstable();
    for id in ids {
        if is_stored(conn, &(organization, *id))? {
            known.found.insert(*id);
        }
    }
    Ok(known)
}

fn is_stored(conn: &Connection, (organization, id): &Key) -> rusqlite::Result<bool> {
    conn.prepare_cached(IS_COUNTED)?
        .exists(params![organization, id])
}

/// The order in which ids are sorted in, as `pile.rs` has it.
const ORDER: u8 = 2;

/// How far ids are sorted in: a row of `meta`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Progress {
    /// The last batch that is in the table whole, with all before it.
    up_to: i64,
    /// The last batch of those on their way.
    moving_up_to: i64,
    /// The last of their ids that is in the table.
    moved: Option<Key>,
}

impl Progress {
    const fn at(batch: i64) -> Self {
        Self {
            up_to: batch,
            moving_up_to: batch,
            moved: None,
        }
    }

    fn read(conn: &Connection) -> Result<Self, Fault> {
        let stored: Option<Vec<u8>> = conn
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
            .query_row([PROGRESS], |row| row.get(0))
            .optional()?;
        stored.map_or(Ok(Self::default()), |bytes| {
            Self::decode(&bytes).ok_or_else(|| corrupt("`usage_ids` in `meta` is damaged"))
        })
    }

    fn write(self, conn: &Connection) -> rusqlite::Result<()> {
        let mut bytes = [self.up_to, self.moving_up_to]
            .map(i64::to_be_bytes)
            .as_flattened()
            .to_vec();
        if let Some((organization, id)) = self.moved {
            bytes.push(ORDER);
            bytes.extend(organization.to_be_bytes());
            bytes.extend(id);
        }
        conn.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
            .execute(params![PROGRESS, bytes])
            .map(drop)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (up_to, rest) = bytes.split_first_chunk()?;
        let (moving_up_to, rest) = rest.split_first_chunk()?;
        let moved = match rest {
            [ORDER, rest @ ..] => {
                let (organization, id) = rest.split_first_chunk()?;
                Some((i64::from_be_bytes(*organization), id.try_into().ok()?))
            }
            // None, or one of another order: what is in the table already is not harmed by another try.
            _ => None,
        };
        Some(Self {
            up_to: i64::from_be_bytes(*up_to),
            moving_up_to: i64::from_be_bytes(*moving_up_to),
            moved,
        })
    }
}

/// Notes that everything is sorted in up to this batch.
pub(crate) fn note_sorted(conn: &Connection, batch: i64) -> rusqlite::Result<()> {
    Progress::at(batch).write(conn)
}

/// Ids that are not all in the table.
#[derive(Debug)]
pub(crate) struct Ids {
    new: Pile,
    moving: Pile,
    progress: Progress,
    /// The last batch.
    last: i64,
    /// How many begin to be sorted in.
    enough: usize,
    sieve: Arc<Sieve>,
}

impl Ids {
    /// As it was left.
    pub(super) fn load(conn: &Connection, sieve: &Arc<Sieve>) -> Result<Self, Fault> {
        Self::load_with(conn, ENOUGH, sieve)
    }

    fn load_with(conn: &Connection, enough: usize, sieve: &Arc<Sieve>) -> Result<Self, Fault> {
        let progress = Progress::read(conn)?;
        let mut ids = Self {
            new: Pile::default(),
            moving: Pile::default(),
            progress,
            last: progress.moving_up_to.max(sieve.last()),
            enough,
            sieve: Arc::clone(sieve),
        };
        let mut statement = conn.prepare_cached(
            "SELECT seq, organization, ids FROM usage_batches WHERE seq > ?1 ORDER BY seq",
        )?;
        let mut rows = statement.query([progress.up_to])?;
        while let Some(row) = rows.next()? {
            let (seq, organization): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (batch, _) = row
                .get_ref(2)?
                .as_blob()
                .map_err(rusqlite::Error::from)?
                .as_chunks::<16>();
            let pile = match seq <= progress.moving_up_to {
                true => &mut ids.moving,
                false => &mut ids.new,
            };
            pile.add(organization, batch);
            ids.last = ids.last.max(seq);
        }
        if let Some(moved) = &progress.moved {
            ids.moving.skip(moved);
        }
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
        organization: i64,
        id: &RecordId,
        known: &Known,
    ) -> rusqlite::Result<bool> {
        if known.found.contains(id) {
            return Ok(true);
        }
        let key = (organization, *id);
        if self.new.contains(&key) || self.moving.contains(&key) {
            return Ok(true);
        }
        match known.up_to == Some(self.progress.up_to) {
            true => Ok(false),
            false => {
                let whole = self.sieve.whole();
                let may_be = whole.is_none_or(|whole| whole.may_have(id));
                Ok(may_be && is_stored(conn, &key)?)
            }
        }
    }

    /// Writes down ids that were counted; sorted, and none of them known.
    pub(super) fn add(
        &mut self,
        conn: &Connection,
        organization: i64,
        at: Time,
        ids: &[RecordId],
    ) -> Result<(), Fault> {
        debug_assert!(ids.is_sorted());
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
        self.new.add(organization, ids);
        if self.moving.is_empty() && self.new.len() >= self.enough {
            let next = Pile::with_room(self.enough + self.enough / 4);
            self.moving = std::mem::replace(&mut self.new, next);
            self.progress.moving_up_to = self.last;
            self.progress.moved = None;
        }
        self.sort_in(conn, ids.len() + ids.len() / 4 + 8)
    }

    /// Moves so many into the table.
    fn sort_in(&mut self, conn: &Connection, count: usize) -> Result<(), Fault> {
        if self.moving.is_empty() {
            return Ok(());
        }
        self.sieve.renew(self.last);
        let adding = self.sieve.adding();
        let mut insert = conn.prepare_cached(
            "INSERT OR IGNORE INTO usage_records (organization, id) VALUES (?1, ?2)",
        )?;
        for _ in 0..count {
            let Some(key) = self.moving.next() else {
                self.moving = Pile::default();
                self.progress = Progress::at(self.progress.moving_up_to);
                break;
            };
            adding.add(&key.1);
            insert.execute(params![key.0, key.1])?;
            self.progress.moved = Some(key);
        }
        self.progress.write(conn)?;
        Ok(())
    }

    fn forget(&mut self, key: &Key) {
        self.new.forget(key);
        self.moving.forget(key);
    }

    /// Forgets an organization's.
    fn forget_organization(&mut self, organization: i64) {
        self.new.forget_organization(organization);
        self.moving.forget_organization(organization);
    }
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

/// Forgets the oldest ids; how many.
pub(super) fn sweep(work: &mut Work<'_>, now: Time) -> Result<u64, Fault> {
    let mut left = IDS_PER_SWEEP;
    let cutoff = (now - RECORD_IDS_US).as_micros();
    while left > 0 {
        let found: Option<(i64, i64, Vec<u8>)> = work
            .conn
            .prepare_cached(OLDEST)?
            .query_row([cutoff], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((seq, organization, ids)) = found else {
            break;
        };
        let (all, _) = ids.as_chunks::<16>();
        let (gone, rest) = all.split_at(all.len().min(left));
        let mut delete = work
            .conn
            .prepare_cached("DELETE FROM usage_records WHERE organization = ?1 AND id = ?2")?;
        for id in gone {
            delete.execute(params![organization, id])?;
            if let Some(ids) = work.state.usage.loaded() {
                ids.forget(&(organization, *id));
            }
        }
        work.state.usage.sieve().forget(gone.len());
        match rest.is_empty() {
            true => work
                .conn
                .prepare_cached("DELETE FROM usage_batches WHERE seq = ?1")?
                .execute([seq])?,
            false => work
                .conn
                .prepare_cached("UPDATE usage_batches SET ids = ?2 WHERE seq = ?1")?
                .execute(params![seq, rest.as_flattened()])?,
        };
        // An empty batch counts too, or nobody would get past it.
        left -= gone.len().max(1);
    }
    Ok((IDS_PER_SWEEP - left) as u64)
}

/// Forgets some of the ids of a deleted organization; false when none is left. What is in memory goes
/// first: it must not be sorted in behind the sweep.
pub(super) fn forget(work: &mut Work<'_>, organization: i64, rows: usize) -> Result<bool, Fault> {
    if let Some(ids) = work.state.usage.loaded() {
        ids.forget_organization(organization);
    }
    // A batch has a few pages of its own.
    let batches = (rows / 8).max(1);
    let removed = work
        .conn
        .prepare_cached(
            "DELETE FROM usage_batches WHERE seq IN (
                 SELECT seq FROM usage_batches WHERE organization = ?1 LIMIT ?2)",
        )?
        .execute(params![organization, batches as i64])?;
    if removed == batches {
        return Ok(true);
    }
    let removed = work
        .conn
        .prepare_cached(
            "DELETE FROM usage_records WHERE organization = ?1 AND id IN (
                 SELECT id FROM usage_records WHERE organization = ?1 LIMIT ?2)",
        )?
        .execute(params![organization, rows as i64])?;
    work.state.usage.sieve().forget(removed);
    Ok(removed == rows)
}

#[cfg(test)]
mod tests;
