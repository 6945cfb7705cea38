//! Ids stay known while they are sorted in, whoever has looked when.

use std::sync::Arc;

use rusqlite::Connection;

use super::{Ids, Known, Progress, RecordId, is_stored};
use bellwire_core::time::Time;

const CHUNK: u64 = 500;
/// Few, so that they are sorted in more than once.
const ENOUGH: usize = 1 << 16;

/// As far apart as hashes are.
fn id(number: u64) -> RecordId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

fn chunk(number: u64) -> Vec<RecordId> {
    let mut ids: Vec<RecordId> = (number * CHUNK..(number + 1) * CHUNK).map(id).collect();
    ids.sort_unstable();
    ids
}

/// What a reader finds out about these.
fn look_up(conn: &Connection, ids: &[RecordId]) -> Known {
    Known {
        up_to: Some(Progress::read(conn).expect("read").up_to),
        found: ids
            .iter()
            .filter(|id| is_stored(conn, &(1, **id)).expect("looked up"))
            .copied()
            .collect(),
    }
}

#[test]
fn an_id_stays_known_while_it_is_sorted_in() {
    let conn = crate::plans::schema();
    conn.execute_batch("BEGIN").expect("begun");
    let sieve = Arc::default();
    let mut ids = Ids::load_with(&conn, ENOUGH, &sieve).expect("loaded");
    let probes: Vec<RecordId> = (0..400).map(|number| id(number * 397)).collect();
    let mut early: Vec<(u64, Known)> = Vec::new();
    let chunks = 3 * ENOUGH as u64 / CHUNK;
    let mut most = 0;
    for number in 0..chunks {
        let new = chunk(number);
        let fresh = ids.are_counted(&conn, 1, &new[7], &Known::default());
        assert!(!fresh.expect("looked up"), "chunk {number}");
        ids.add(&conn, 1, Time::from_micros(5), &new)
            .expect("added");
        most = most.max(ids.new.len() + ids.moving.len());
        if number % 60 == 17 {
            early.push((number, look_up(&conn, &probes)));
        }
        if number % 90 == 89 {
            // A restart in the middle of whatever is going on.
            let (new, moving, progress) = (ids.new.len(), ids.moving.len(), ids.progress);
            ids = Ids::load_with(&conn, ENOUGH, &sieve).expect("loaded");
            assert_eq!(
                (new, moving, progress),
                (ids.new.len(), ids.moving.len(), ids.progress)
            );
        }
        if number % 20 == 19 {
            let now = look_up(&conn, &probes);
            let looks = early.iter().map(|(_, known)| known).chain([&now]);
            for known in looks.chain([&Known::default()]) {
                for (place, probe) in (0_u64..).zip(&probes) {
                    let counted = ids.are_counted(&conn, 1, probe, known).expect("looked up");
                    assert_eq!(
                        counted,
                        place * 397 < (number + 1) * CHUNK,
                        "chunk {number}"
                    );
                }
            }
        }
    }
    assert!(ids.progress.up_to > 0, "something was sorted in whole");
    assert!(most < 2 * ENOUGH + 1000, "{most} in memory");
    let other = ids.are_counted(&conn, 2, &id(0), &Known::default());
    assert!(!other.expect("looked up"), "another organization's");
}

/// Adds chunks of an organization.
fn add(ids: &mut Ids, conn: &Connection, organization: i64, numbers: std::ops::Range<u64>) {
    for number in numbers {
        ids.add(conn, organization, Time::from_micros(5), &chunk(number))
            .expect("added");
    }
}

fn stored(conn: &Connection, organization: i64, numbers: std::ops::Range<u64>) -> usize {
    let all = numbers.flat_map(chunk);
    all.filter(|id| is_stored(conn, &(organization, *id)).expect("looked up"))
        .count()
}

#[test]
fn what_is_forgotten_is_not_sorted_in_and_the_rest_is() {
    let conn = crate::plans::schema();
    conn.execute_batch("BEGIN").expect("begun");
    let mut ids = Ids::load_with(&conn, 2_000, &Arc::default()).expect("loaded");
    add(&mut ids, &conn, 1, 0..2);
    add(&mut ids, &conn, 2, 2..4);
    assert!(!ids.moving.is_empty(), "they are on their way");
    // The last in order are still in memory only.
    let last = |numbers: std::ops::Range<u64>| {
        let all = numbers.flat_map(chunk);
        all.max_by_key(|id| id[0]).expect("one")
    };
    let (gone, kept) = (last(0..1), last(1..2));
    ids.forget(&(1, gone));
    ids.forget_organization(2);
    let is_counted = |ids: &Ids, organization, id: &RecordId| {
        ids.are_counted(&conn, organization, id, &Known::default())
            .expect("looked up")
    };
    assert!(!is_counted(&ids, 1, &gone) && is_counted(&ids, 1, &kept));
    assert!(!is_counted(&ids, 2, &last(2..4)));
    let before = stored(&conn, 2, 2..4);
    // As many come meanwhile as it takes.
    add(&mut ids, &conn, 1, 4..7);
    assert_eq!(stored(&conn, 1, 0..2), 2 * CHUNK as usize - 1);
    assert_eq!(stored(&conn, 2, 2..4), before, "none behind the sweep");
    // It may be counted again, and stays so.
    let again = chunk(0).into_iter().find(|id| *id == gone).expect("there");
    ids.add(&conn, 1, Time::from_micros(9), &[again])
        .expect("added");
    assert!(is_counted(&ids, 1, &gone));
}

/// Progress that an older program wrote, in another order, is begun anew: nothing is lost.
#[test]
fn an_older_note_of_progress_loses_nothing() {
    let conn = crate::plans::schema();
    conn.execute_batch("BEGIN").expect("begun");
    let mut ids = Ids::load_with(&conn, 1 << 20, &Arc::default()).expect("loaded");
    add(&mut ids, &conn, 1, 0..4);
    let mut note = [0_i64, 4].map(i64::to_be_bytes).as_flattened().to_vec();
    note.extend(1_i64.to_be_bytes());
    note.extend(id(700));
    conn.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES ('usage_ids', ?1)",
        [note],
    )
    .expect("noted");
    let mut ids = Ids::load_with(&conn, 1_000, &Arc::default()).expect("loaded");
    assert_eq!((ids.new.len(), ids.moving.len()), (0, 4 * CHUNK as usize));
    add(&mut ids, &conn, 1, 4..8);
    assert_eq!(stored(&conn, 1, 0..4), 4 * CHUNK as usize);
}
