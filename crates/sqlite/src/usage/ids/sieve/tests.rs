//! The sieve never denies an id that a snapshot has, whatever goes on meanwhile.

use std::{path::Path, sync::Arc};

use bellwire_core::{ids::OrganizationId, time::Time};
use rusqlite::Connection;

use super::{
    super::{Ids, Key, RecordId},
    Bits, Sieve,
};
use crate::fixture::insert_organization;

const ONE: OrganizationId = OrganizationId::from_bytes([0x3c; 16]);

/// As far apart as hashes are.
fn id(number: u64) -> RecordId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id[8..].copy_from_slice(&number.wrapping_mul(0xc2b2_ae3d_27d4_eb4f).to_be_bytes());
    id
}

#[test]
fn a_full_filter_denies_almost_all_that_is_not_in_it_and_nothing_that_is() {
    let bits = Bits::for_ids(10_000);
    assert_eq!(bits.room(), 16_384);
    for number in 0..16_384 {
        bits.add(&id(number));
    }
    assert!((0..16_384).all(|number| bits.may_have(&id(number))));
    let wrong = (1_000_000..1_100_000).filter(|number| bits.may_have(&id(*number)));
    let wrong = wrong.count();
    assert!(wrong < 1_500, "{wrong} of 100 000");
}

/// A store's file with two connections: the writer's, and a reader's.
struct Store {
    writer: Connection,
    reader: Connection,
    sieve: Arc<Sieve>,
    ids: Option<Ids>,
    next: u64,
}

impl Store {
    fn open(place: &Path) -> Self {
        let path = place.join("ids.db");
        let writer = Connection::open(&path).expect("opened");
        writer
            .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .expect("a log");
        let schema = crate::plans::schema();
        let mut statement = schema
            .prepare(
                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'",
            )
            .expect("prepared");
        let all: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .expect("queried")
            .collect::<Result<_, _>>()
            .expect("read");
        for sql in all {
            writer.execute_batch(&sql).expect("made");
        }
        insert_organization(&writer, 1, ONE);
        Self {
            reader: Connection::open(&path).expect("opened"),
            writer,
            sieve: Arc::new(Sieve::with_room(1_024)),
            ids: None,
            next: 0,
        }
    }

    /// Adds so many ids in a transaction, which is committed or not.
    fn add(&mut self, count: u64, commit: bool) {
        self.writer.execute_batch("BEGIN").expect("begun");
        let new: Vec<RecordId> = (self.next..self.next + count).map(id).collect();
        let sieve = &self.sieve;
        let ids = self
            .ids
            .get_or_insert_with(|| Ids::load_with(&self.writer, 700, sieve).expect("loaded"));
        ids.add(&self.writer, (1, ONE), Time::from_micros(5), &new)
            .expect("added");
        if commit {
            self.next += count;
            self.writer.execute_batch("COMMIT").expect("committed");
        } else {
            self.ids = None;
            self.writer.execute_batch("ROLLBACK").expect("rolled back");
        }
    }

    /// What a reader does who looks ids up; how many the runs have, and how many strangers may be in
    /// them.
    fn look(&self) -> (usize, Option<usize>) {
        self.reader.execute_batch("BEGIN").expect("begun");
        let mut statement = self
            .reader
            .prepare(
                "SELECT ids FROM usage_blocks WHERE run IN (SELECT run FROM usage_runs WHERE state = 1)",
            )
            .expect("prepared");
        let blocks: Vec<Vec<u8>> = statement
            .query_map([], |row| row.get(0))
            .expect("queried")
            .collect::<Result<_, _>>()
            .expect("read");
        let stored: Vec<Key> = blocks
            .iter()
            .flat_map(|ids| ids.as_chunks().0)
            .copied()
            .collect();
        self.sieve.fill(&self.reader).expect("filled");
        let whole = self.sieve.whole();
        if let Some(whole) = &whole {
            assert!(stored.iter().all(|id| whole.may_have(id)), "one was denied");
        }
        self.reader.execute_batch("COMMIT").expect("ended");
        let strangers = whole.map(|whole| {
            let strangers = 1 << 40..(1 << 40) + 1_000;
            strangers
                .filter(|number| whole.may_have(&id(*number)))
                .count()
        });
        (stored.len(), strangers)
    }
}

#[test]
fn no_stored_id_is_denied_while_filters_are_filled_and_replaced() {
    let place = tempfile::tempdir().expect("a directory");
    let mut store = Store::open(place.path());
    let (mut useful, mut stored) = (0, 0);
    for round in 0..400 {
        // A transaction that is rolled back may have begun a filter.
        if round % 7 == 3 {
            store.add(170, false);
        }
        store.add(150, true);
        // Readers come less often than the writer.
        if round % 3 == 0 {
            let (count, strangers) = store.look();
            stored = count;
            useful += usize::from(strangers.is_some_and(|strangers| strangers < 100));
        }
        if round == 200 {
            // A start: nothing is in memory.
            store.sieve = Arc::new(Sieve::with_room(1_024));
            store.ids = None;
        }
    }
    assert!(stored > 50_000, "{stored} were sorted in");
    assert!(useful > 60, "{useful} of 134 looks had a filter that helps");
}

#[test]
fn a_filter_is_not_filled_before_the_transaction_that_began_it_is_seen() {
    let place = tempfile::tempdir().expect("a directory");
    let mut store = Store::open(place.path());
    for _ in 0..10 {
        store.add(150, true);
    }
    store.sieve.begin(1_000, 11);
    store.look();
    assert!(store.sieve.whole().is_none(), "batch 11 is not stored yet");
    store.add(150, true);
    store.look();
    assert!(store.sieve.whole().is_some());
}

/// A snapshot from before the newest batches were deleted, and from before a rollback, is as old as any
/// other, whatever the numbers of its batches say.
#[test]
fn an_old_snapshot_fills_no_filter_that_was_begun_later() {
    let place = tempfile::tempdir().expect("a directory");
    let mut store = Store::open(place.path());
    for _ in 0..12 {
        store.add(150, true);
    }
    let old = Connection::open(place.path().join("ids.db")).expect("opened");
    old.execute_batch("BEGIN").expect("begun");
    let newest: i64 = old
        .query_row("SELECT max(seq) FROM usage_batches", [], |row| row.get(0))
        .expect("read");
    store
        .writer
        .execute_batch("DELETE FROM usage_batches WHERE seq > 6")
        .expect("deleted");
    store.add(150, false);
    for _ in 0..12 {
        store.add(150, true);
    }
    let given = store.ids.as_ref().map(|ids| ids.last);
    assert_eq!(
        given,
        Some(newest + 13),
        "no number is given twice, nor that of a rollback"
    );
    // Begun now: nothing of this transaction is in what the old snapshot sees.
    store.sieve.begin(2_000, newest + 13);
    store.sieve.fill(&old).expect("tried");
    assert!(store.sieve.whole().is_none());
    for _ in 0..3 {
        store.look();
    }
    assert!(store.sieve.whole().is_some());
}

#[test]
fn what_was_forgotten_makes_room() {
    let sieve = Sieve::with_room(1_024);
    let conn = crate::plans::schema();
    sieve.begin(10, 0);
    sieve.fill(&conn).expect("filled");
    let first = sieve.whole().expect("whole");
    for number in 0..900 {
        sieve.adding().add(&id(number));
    }
    sieve.renew(0);
    sieve.forget(600);
    for _ in 0..2 {
        // Room is made by who fills, and used by who writes.
        sieve.renew(0);
        sieve.fill(&conn).expect("filled");
    }
    let second = sieve.whole().expect("whole");
    assert!(!Arc::ptr_eq(&first, &second), "another one");
    assert!(first.may_have(&id(7)) && !second.may_have(&id(7)));
}
