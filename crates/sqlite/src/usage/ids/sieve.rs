//! Which ids are surely not in the table of those that were counted, so that few of them have to be
//! looked for there: a Bloom filter.
//!
//! Most ids of a report are new, and each would be a walk down a tree that is larger than any cache.
//! The filter says "not there" of almost all of them from memory. When it says "maybe", the table is
//! asked; it never says "not there" of an id that is in the table.
//!
//! A filter is filled from the table by those who look ids up, a portion each time, while the writer
//! adds what it stores to it too; it is used once it holds everything. So a start does not wait for
//! it, and where no usage is reported it is half a megabyte. One that has become too small, or holds too
//! many ids that were forgotten since, is replaced in the same way.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
};

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, params};

use super::{Key, RecordId};
use crate::fault::Fault;

/// Ids that a filter has room for, at least and at most: 512 KiB and 64 MiB. Beyond, it says "maybe" of
/// more and more ids.
const ROOM: (usize, usize) = (1 << 18, 1 << 25);
/// Ids that share a word of 64 bits in a full filter, of which each sets four: six in a thousand that
/// are not there are "maybe".
const TO_A_WORD: usize = 4;
/// Ids that are taken from the table at once.
const PORTION: usize = 2_000;
/// Before every id.
const START: Key = (i64::MIN, [0; 16]);

pub(crate) const PORTION_OF_IDS: &str = "\
SELECT organization, id FROM usage_records WHERE (organization, id) > (?1, ?2)
ORDER BY organization, id LIMIT ?3";

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

    fn place(&self, id: &RecordId) -> (&AtomicU64, u64) {
        let [a, b, c, d, e, f, g, h, bits @ ..] = *id;
        let word = u64::from_le_bytes([a, b, c, d, e, f, g, h]) as usize & (self.words.len() - 1);
        let mask = bits[..4].iter().fold(0, |mask, bit| mask | 1 << (bit & 63));
        (&self.words[word], mask)
    }

    /// Adds an id, before anybody can see it in the table.
    fn add(&self, id: &RecordId) {
        let (word, mask) = self.place(id);
        if word.fetch_or(mask, Ordering::Release) & mask != mask {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether an id may be in the table; false only when it is not.
    pub(super) fn may_have(&self, id: &RecordId) -> bool {
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
    /// Holds every id of the table.
    whole: Option<Arc<Bits>>,
    next: Option<Next>,
}

/// The filters of a store.
#[derive(Debug)]
pub(crate) struct Sieve {
    filters: RwLock<Filters>,
    /// How far the next one was filled from the table.
    filled_to: Mutex<Key>,
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
            filled_to: Mutex::new(START),
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

    /// The writer begins to add to a new filter, for about so many ids, in the transaction that stores
    /// this batch.
    pub(super) fn begin(&self, ids: usize, since: i64) {
        let room = ids
            .saturating_mul(2)
            .clamp(self.least, ROOM.1.max(self.least));
        *self.filled_to.lock() = START;
        self.forgotten.store(0, Ordering::Relaxed);
        self.filters.write().next = Some(Next {
            bits: Arc::new(Bits::for_ids(room)),
            since,
        });
    }

    /// Begins another one when the present one is too small, or holds much that was forgotten.
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
        self.begin(living, since);
    }

    /// Adds ids that the writer stores.
    pub(super) fn adding(&self) -> Adding {
        let filters = self.filters.read();
        let next = filters.next.as_ref().map(|next| &next.bits);
        Adding([filters.whole.clone(), next.cloned()])
    }

    /// So many ids were forgotten.
    pub(super) fn forget(&self, ids: usize) {
        self.forgotten.fetch_add(ids, Ordering::Relaxed);
    }

    /// Fills the next filter with a portion of a snapshot, unless somebody else is at it.
    pub(super) fn fill(&self, conn: &Connection) -> Result<(), Fault> {
        let Some(mut filled_to) = self.filled_to.try_lock() else {
            return Ok(());
        };
        let Some(Next { bits, since }) = self.filters.read().next.clone() else {
            return Ok(());
        };
        let batch: i64 = conn
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM usage_batches")?
            .query_row([], |row| row.get(0))?;
        if batch < since {
            return Ok(());
        }
        let mut statement = conn.prepare_cached(PORTION_OF_IDS)?;
        let (organization, id) = *filled_to;
        let mut rows = statement.query(params![organization, id, PORTION as i64])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            *filled_to = (row.get(0)?, row.get(1)?);
            bits.add(&filled_to.1);
            found += 1;
        }
        if found < PORTION {
            let mut filters = self.filters.write();
            filters.whole = Some(bits);
            filters.next = None;
        }
        Ok(())
    }
}

/// The filters that the writer adds to.
pub(super) struct Adding([Option<Arc<Bits>>; 2]);

impl Adding {
    pub(super) fn add(&self, id: &RecordId) {
        for bits in self.0.iter().flatten() {
            bits.add(id);
        }
    }
}

#[cfg(test)]
mod tests;
