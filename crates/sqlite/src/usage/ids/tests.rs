//! Ids stay known while they are sorted in, whoever has looked when.

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
    let mut ids = Ids::load_with(&conn, ENOUGH).expect("loaded");
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
            ids = Ids::load_with(&conn, ENOUGH).expect("loaded");
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
