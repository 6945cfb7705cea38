//! Ids stay known while they are written into runs and these are merged, whoever has looked when.

use std::sync::Arc;

use bellwire_core::{
    ids::OrganizationId,
    time::{DAY, Time},
};
use rusqlite::Connection;

use super::{Ids, Known, MERGED, RecordId, Run, Shelf, State, catch_up::catch_up_with, key};
use crate::fixture::insert_organization;

const CHUNK: u64 = 500;
/// Few, so that runs are merged more than once.
const ENOUGH: usize = 2_000;
const ONE: OrganizationId = OrganizationId::from_bytes([0x11; 16]);
const OTHER: OrganizationId = OrganizationId::from_bytes([0x2e; 16]);

/// As far apart as hashes are.
fn id(number: u64) -> RecordId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

fn chunk(number: u64) -> Vec<RecordId> {
    (number * CHUNK..(number + 1) * CHUNK).map(id).collect()
}

/// What a reader finds out about these.
fn look_up(conn: &Connection, ids: &[RecordId]) -> Known {
    let shelf = Shelf::read(conn).expect("read");
    let has = |id: &&RecordId| shelf.has(conn, &key(ONE, id)).expect("looked up");
    Known {
        up_to: Some(shelf.up_to),
        found: ids.iter().filter(has).copied().collect(),
    }
}

/// A database with two organizations.
fn database() -> Connection {
    let conn = crate::plans::schema();
    insert_organization(&conn, 1, ONE);
    insert_organization(&conn, 2, OTHER);
    conn.execute_batch("BEGIN").expect("begun");
    conn
}

fn load(conn: &Connection, enough: usize) -> Ids {
    Ids::load_with(conn, enough, &Arc::default()).expect("loaded")
}

fn add(ids: &mut Ids, conn: &Connection, at: Time, chunks: std::ops::Range<u64>) {
    for number in chunks {
        ids.add(conn, (1, ONE), at, &chunk(number)).expect("added");
    }
}

const NOW: Time = Time::from_micros(5);

fn is_counted(ids: &Ids, conn: &Connection, organization: OrganizationId, id: &RecordId) -> bool {
    ids.are_counted(conn, organization, id, &Known::default())
        .expect("looked up")
}

/// Ids in memory.
fn held(ids: &Ids) -> usize {
    ids.new.len() + ids.moving.as_ref().map_or(0, |moving| moving.pile.len())
}

/// What a load must find again.
fn standing(ids: &Ids) -> (usize, Option<i64>, Vec<i64>, Vec<Run>, i64) {
    let mut merges: Vec<i64> = ids.merges.iter().map(|merge| merge.target).collect();
    merges.sort_unstable();
    (
        ids.new.len(),
        ids.moving.as_ref().map(|moving| moving.run),
        merges,
        ids.runs.clone(),
        ids.last,
    )
}

/// Blocks of runs that are not there (any more).
fn strays(conn: &Connection) -> i64 {
    conn.query_row(
        "SELECT count(*) FROM usage_blocks WHERE run NOT IN (SELECT run FROM usage_runs)",
        [],
        |row| row.get(0),
    )
    .expect("counted")
}

#[test]
fn an_id_stays_known_while_it_is_moved_and_merged() {
    let conn = database();
    let mut ids = load(&conn, ENOUGH);
    let chunks = 3 * (MERGED * MERGED * ENOUGH) as u64 / CHUNK;
    let probes: Vec<RecordId> = (0..400).map(|number| id(number * 397)).collect();
    let mut early: Vec<Known> = Vec::new();
    let (mut most, mut longest) = (0, 0);
    for number in 0..chunks {
        assert!(
            !is_counted(&ids, &conn, ONE, &id(number * CHUNK + 7)),
            "{number}"
        );
        add(&mut ids, &conn, NOW, number..number + 1);
        most = most.max(held(&ids));
        longest = longest.max(ids.shelf.runs.len());
        if number % 60 == 17 {
            early.push(look_up(&conn, &probes));
        }
        if number % 11 == 5 {
            // A restart in the middle of whatever is going on.
            let before = standing(&ids);
            ids = load(&conn, ENOUGH);
            assert_eq!(standing(&ids), before);
        }
        if number % 20 == 19 {
            let now = look_up(&conn, &probes);
            for known in early.iter().chain([&now, &Known::default()]) {
                for (place, probe) in (0_u64..).zip(&probes) {
                    let counted = ids
                        .are_counted(&conn, ONE, probe, known)
                        .expect("looked up");
                    assert_eq!(counted, place * 397 < (number + 1) * CHUNK, "{number}");
                }
            }
        }
    }
    assert!(most < 2 * ENOUGH + 1_000, "{most} in memory");
    assert!(longest < 3 * MERGED, "{longest} runs at a time");
    assert!(
        ids.runs.iter().any(|run| run.level == 2),
        "merged twice: {:?}",
        ids.runs
    );
    assert_eq!(strays(&conn), 0);
    assert_eq!(ids.sieve.forgotten(), 0, "what is merged is there");
    // All of them, one by one; what is gone is removed as fast as it comes.
    assert!((0..chunks * CHUNK).all(|number| is_counted(&ids, &conn, ONE, &id(number))));
    let blocks: i64 = conn
        .query_row(
            "SELECT sum(length(ids)) / 16 FROM usage_blocks",
            [],
            |row| row.get(0),
        )
        .expect("counted");
    assert!(
        blocks < 3 * (chunks * CHUNK) as i64,
        "{blocks} ids are stored"
    );
    assert!(
        !is_counted(&ids, &conn, OTHER, &id(0)),
        "another organization's"
    );
}

#[test]
fn what_is_reported_one_by_one_is_moved_and_merged_too() {
    let conn = database();
    let mut ids = load(&conn, 40);
    for number in 0..12_000 {
        ids.add(&conn, (1, ONE), NOW, &[id(number)]).expect("added");
        assert!(held(&ids) < 140, "{number}");
    }
    assert!(ids.shelf.runs.len() < 3 * MERGED, "{:?}", ids.runs);
    assert!((0..12_000).all(|number| is_counted(&ids, &conn, ONE, &id(number))));
}

#[test]
fn what_is_old_in_whole_is_removed_also_in_the_middle_of_a_merge() {
    let conn = database();
    let mut ids = load(&conn, ENOUGH);
    let mut number = 0;
    while ids.merges.is_empty() || ids.moving.is_none() {
        add(&mut ids, &conn, NOW, number..number + 1);
        number += 1;
    }
    let of_old: Vec<RecordId> = (0..number).map(|chunk| id(chunk * CHUNK)).collect();
    ids.expire(&conn, Time::from_micros(4))
        .expect("nothing is so old");
    assert!(of_old.iter().all(|id| is_counted(&ids, &conn, ONE, id)));
    let later = NOW + 40 * DAY;
    add(&mut ids, &conn, later, number..number + 1);
    ids.expire(&conn, NOW).expect("expired");
    assert!(ids.merges.is_empty() && ids.moving.is_none());
    assert!(
        ids.runs.iter().all(|run| run.state == State::Gone),
        "{:?}",
        ids.runs
    );
    let again = load(&conn, 1 << 20);
    assert!(again.merges.is_empty() && again.moving.is_none());
    let mut removed = 0;
    while !ids.runs.is_empty() {
        removed += ids.remove(&conn, 3).expect("removed");
    }
    assert!(removed > MERGED * ENOUGH, "{removed}");
    assert_eq!(ids.sieve.forgotten(), removed);
    assert_eq!(strays(&conn), 0);
    let left: i64 = conn
        .query_row("SELECT count(*) FROM usage_blocks", [], |row| row.get(0))
        .expect("counted");
    assert_eq!(left, 0);
    assert!(
        is_counted(&ids, &conn, ONE, &id(number * CHUNK)),
        "what is new"
    );
    // Goes on.
    add(&mut ids, &conn, later, number + 1..number + 60);
    assert!((number..number + 60).all(|one| is_counted(&ids, &conn, ONE, &id(one * CHUNK))));
}

#[test]
fn runs_of_weeks_apart_are_not_merged() {
    let conn = database();
    let mut ids = load(&conn, ENOUGH);
    for day in 0..30 {
        let first = day * ENOUGH as u64 / CHUNK;
        let at = NOW + day as i64 * DAY;
        add(&mut ids, &conn, at, first..first + ENOUGH as u64 / CHUNK);
    }
    assert!(ids.shelf.runs.len() > 20, "{:?}", ids.runs);
    assert!(ids.merges.is_empty());
}

#[test]
fn what_is_forgotten_in_memory_may_be_counted_again() {
    let conn = database();
    let mut ids = load(&conn, ENOUGH);
    add(&mut ids, &conn, NOW, 0..ENOUGH as u64 / CHUNK);
    assert!(ids.moving.is_some(), "they are on their way");
    // The last in order is still in memory only.
    let last = chunk(0)
        .into_iter()
        .max_by_key(|id| key(ONE, id))
        .expect("one");
    ids.forget(&key(ONE, &last));
    assert!(!is_counted(&ids, &conn, ONE, &last));
    add(&mut ids, &conn, NOW, 10..14);
    assert!(
        ids.moving.is_none() || ids.shelf.up_to > 0,
        "the first run is whole"
    );
    assert!(!is_counted(&ids, &conn, ONE, &last), "it was not moved");
    ids.add(&conn, (1, ONE), NOW, &[last]).expect("added");
    assert!(is_counted(&ids, &conn, ONE, &last));
}

/// A former version had a tree, and a copy has nothing but batches.
#[test]
fn batches_that_are_in_no_run_are_sorted_at_the_start() {
    let conn = database();
    for number in 0..40 {
        let ids: Vec<u8> = chunk(number).as_flattened().to_vec();
        let organization = 1 + number % 2;
        conn.execute(
            "INSERT INTO usage_batches (seq, organization, at, ids) VALUES (?1, ?2, 5, ?3)",
            rusqlite::params![number as i64 + 3, organization as i64, ids],
        )
        .expect("a batch");
    }
    conn.execute_batch("COMMIT").expect("committed");
    catch_up_with(&conn, 1_000).expect("sorted");
    let ids = load(&conn, 1_000);
    assert_eq!(ids.shelf.runs.len(), 3, "{:?}", ids.runs);
    assert_eq!(
        ids.runs.iter().map(|run| run.level).collect::<Vec<_>>(),
        [1, 1, 0]
    );
    assert_eq!(held(&ids), 0);
    assert_eq!(ids.last, 42);
    for number in 0..40 {
        let (whose, other) = match number % 2 {
            0 => (ONE, OTHER),
            _ => (OTHER, ONE),
        };
        assert!(
            chunk(number)
                .iter()
                .all(|id| is_counted(&ids, &conn, whose, id))
        );
        assert!(!is_counted(&ids, &conn, other, &id(number * CHUNK)));
    }
    // Once is enough.
    catch_up_with(&conn, 1_000).expect("nothing to do");
    assert_eq!(Run::all(&conn).expect("read"), ids.runs);
}
