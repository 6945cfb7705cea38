//! Which ids are surely in no run, so that few of them have to be looked for there: a Bloom filter.
//!
//! Most ids of a report are new, and each would be looked for in every run, which are larger than any
//! cache. The filter says "not there" of almost all of them from memory. When it says "maybe", the runs
//! are asked; it never says "not there" of an id that is in one.
//!
//! A filter is filled from the blocks by those who look ids up, a portion each time, while the writer
//! adds what it moves into a run to it too; it is used once it holds everything. So a start does not
//! wait for it, and where no usage is reported it is half a megabyte. One that has become too small, or
//! holds too many ids that were forgotten since, is replaced in the same way.
//!
//! Blocks are read in the order of their numbers. A merge gives what it copies a higher number than it
//! has, and removes the copied only when all of it is there: what was not reached yet stays ahead.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
};

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, params};

use super::Key;
use crate::fault::Fault;

/// Ids that a filter has room for, at least and at most: 512 KiB and 512 MiB. Beyond, it says "maybe" of
/// more and more ids.
const ROOM: (usize, usize) = (1 << 18, 1 << 28);
/// Ids that share a word of 64 bits in a full filter, of which each sets four: six in a thousand that
/// are not there are "maybe".
const TO_A_WORD: usize = 4;
/// Blocks that are read at once.
const PORTION: usize = 16;

pub(crate) const PORTION_OF_BLOCKS: &str =
    "SELECT seq, ids FROM usage_blocks WHERE seq > ?1 ORDER BY seq LIMIT ?2";

/// The bits. Ids are hashes already.
#[derive(Debug)]
pub(super) struct Bits {
    words: Box<[AtomicU64]>,
    /// Ids in it, about: one that only set bits which were set is not counted.
    count: AtomicUsize,
}

impl Bits {
    fn for_ids(ids: usize) -> Self {
        let words = (ids.next_power_of_two() / TO_A_WORD).max(1);
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
            count: AtomicUsize::new(0),
        }
    }

    fn room(&self) -> usize {
        self.words.len() * TO_A_WORD
    }

    fn place(&self, id: &Key) -> (&AtomicU64, u64) {
        let [a, b, c, d, e, f, g, h, bits @ ..] = *id;
        let word = u64::from_le_bytes([a, b, c, d, e, f, g, h]) as usize & (self.words.len() - 1);
        let mask = bits[..4].iter().fold(0, |mask, bit| mask | 1 << (bit & 63));
        (&self.words[word], mask)
    }

    /// Adds an id, before anybody can see it in a run.
    fn add(&self, id: &Key) {
        let (word, mask) = self.place(id);
        if word.fetch_or(mask, Ordering::Release) & mask != mask {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether an id may be in a run; false only when it is in none.
    pub(super) fn may_have(&self, id: &Key) -> bool {
        let (word, mask) = self.place(id);
        word.load(Ordering::Acquire) & mask == mask
    }
}

/// A filter that is being filled.
#[derive(Debug, Clone)]
struct Next {
    bits: Arc<Bits>,
    /// The batch of the transaction in which the writer began to add to it. Whoever sees that batch
    /// sees every id that was stored before, too.
    since: i64,
}

#[derive(Debug, Default)]
struct Filters {
    /// Holds every id of the runs.
    whole: Option<Arc<Bits>>,
    next: Option<Next>,
}

#[derive(Debug, Default)]
struct Filled {
    /// The last block.
    block: i64,
    /// The latest batch of the snapshots that it was filled from. An older one may lack what a merge
    /// has copied behind this block and removed before it.
    batch: i64,
}

/// The filters of a store.
#[derive(Debug)]
pub(crate) struct Sieve {
    filters: RwLock<Filters>,
    /// How far the next one was filled.
    filled: Mutex<Filled>,
    /// Room for how many ids is wanted, and made by whoever fills: clearing so much memory takes longer
    /// than the writer may stand still.
    wanted: AtomicUsize,
    spare: Mutex<Option<Bits>>,
    /// Ids that were forgotten since the last one was begun.
    forgotten: AtomicUsize,
    /// The highest number that a batch was ever given. None is given twice while this process runs: an
    /// old snapshot must not be taken for one that has the batch of a [`Next`].
    last: AtomicI64,
    /// Ids that a filter has room for, at least.
    least: usize,
}

impl Default for Sieve {
    fn default() -> Self {
        Self::with_room(ROOM.0)
    }
}

impl Sieve {
    pub(super) fn with_room(least: usize) -> Self {
        Self {
            filters: RwLock::default(),
            filled: Mutex::default(),
            wanted: AtomicUsize::new(0),
            spare: Mutex::default(),
            forgotten: AtomicUsize::new(0),
            last: AtomicI64::new(0),
            least,
        }
    }

    /// The filter that holds every id of a snapshot that was taken before; `None` when there is none
    /// yet.
    pub(super) fn whole(&self) -> Option<Arc<Bits>> {
        self.filters.read().whole.clone()
    }

    /// A batch is given this number.
    pub(super) fn note(&self, batch: i64) {
        self.last.fetch_max(batch, Ordering::Relaxed);
    }

    /// The highest number that a batch was given.
    pub(super) fn last(&self) -> i64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Whether nothing was begun yet.
    pub(super) fn is_blank(&self) -> bool {
        let filters = self.filters.read();
        filters.whole.is_none() && filters.next.is_none()
    }

    /// The writer begins to add to a first filter, for about so many ids, in the transaction that stores
    /// this batch.
    pub(super) fn begin(&self, ids: usize, since: i64) {
        self.begin_with(Bits::for_ids(self.room(ids)), since);
    }

    fn begin_with(&self, bits: Bits, since: i64) {
        *self.filled.lock() = Filled::default();
        self.forgotten.store(0, Ordering::Relaxed);
        self.filters.write().next = Some(Next {
            bits: Arc::new(bits),
            since,
        });
    }

    /// As much room as so many ids get: twice as much.
    fn room(&self, ids: usize) -> usize {
        ids.saturating_mul(2)
            .clamp(self.least, ROOM.1.max(self.least))
    }

    /// Begins another one when the present one is too small, or holds much that was forgotten, as soon as
    /// there is memory for it.
    pub(super) fn renew(&self, since: i64) {
        let forgotten = self.forgotten.load(Ordering::Relaxed);
        let living = {
            let filters = self.filters.read();
            let (Some(whole), None) = (&filters.whole, &filters.next) else {
                return;
            };
            let (count, room) = (whole.count.load(Ordering::Relaxed), whole.room());
            let is_small = count > room && room < ROOM.1;
            if !is_small && forgotten <= room / 2 {
                return;
            }
            count.saturating_sub(forgotten)
        };
        let room = self.room(living);
        let spare = self.spare.try_lock().and_then(|mut spare| spare.take());
        match spare.filter(|bits| bits.room() >= room) {
            Some(bits) => {
                self.wanted.store(0, Ordering::Relaxed);
                self.begin_with(bits, since);
            }
            None => self.wanted.store(room, Ordering::Relaxed),
        }
    }

    /// Adds ids that the writer stores.
    pub(super) fn adding(&self) -> Adding {
        let filters = self.filters.read();
        let next = filters.next.as_ref().map(|next| &next.bits);
        Adding([filters.whole.clone(), next.cloned()])
    }

    #[cfg(test)]
    pub(super) fn forgotten(&self) -> usize {
        self.forgotten.load(Ordering::Relaxed)
    }

    /// So many ids were forgotten.
    pub(super) fn forget(&self, ids: usize) {
        self.forgotten.fetch_add(ids, Ordering::Relaxed);
    }

    /// Makes the room that is wanted, unless somebody else is at it.
    fn make_room(&self) {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted > 0
            && let Some(mut spare) = self.spare.try_lock()
            && spare.as_ref().is_none_or(|bits| bits.room() < wanted)
        {
            *spare = Some(Bits::for_ids(wanted));
        }
    }

    /// Fills the next filter with a portion of a snapshot, unless somebody else is at it; whether there
    /// is nothing more to do.
    pub(in super::super) fn fill(&self, conn: &Connection) -> Result<bool, Fault> {
        let Some(mut filled) = self.filled.try_lock() else {
            return Ok(true);
        };
        let Some(Next { bits, since }) = self.filters.read().next.clone() else {
            // The writer waits for this lock when it begins one.
            drop(filled);
            self.make_room();
            return Ok(true);
        };
        let batch: i64 = conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM usage_batches")?
            .query_row([], |row| row.get(0))?;
        if batch < since.max(filled.batch) {
            return Ok(true);
        }
        filled.batch = batch;
        let mut statement = conn.prepare_cached(PORTION_OF_BLOCKS)?;
        let mut rows = statement.query(params![filled.block, PORTION as i64])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            filled.block = row.get(0)?;
            let ids = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            ids.as_chunks().0.iter().for_each(|id| bits.add(id));
            found += 1;
        }
        let is_all = found < PORTION;
        if is_all {
            let mut filters = self.filters.write();
            filters.whole = Some(bits);
            filters.next = None;
        }
        Ok(is_all)
    }
}

/// The filters that the writer adds to.
pub(super) struct Adding([Option<Arc<Bits>>; 2]);

impl Adding {
    pub(super) fn add(&self, id: &Key) {
        for bits in self.0.iter().flatten() {
            bits.add(id);
        }
    }
}

#[cfg(test)]
mod tests;
