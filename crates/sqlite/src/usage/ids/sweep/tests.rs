//! What is old goes batch by batch, and a run after them.

use bellwire_core::{ports::Usage as _, time::Time};
use rusqlite::params;

use super::*;
use crate::{
    Sqlite,
    fixture::{insert_organization, open},
};

const OF: OrganizationId = OrganizationId::from_bytes([7; 16]);
const OLD: i64 = BATCHES as i64 + 44;

fn id(number: i64) -> [u8; 16] {
    u128::from(number.unsigned_abs()).to_be_bytes()
}

/// Old batches of one id each, and the run that they were sorted into.
fn fill(work: &Work<'_>) -> Result<(), Fault> {
    insert_organization(work.conn, 1, OF);
    let mut keys: Vec<[u8; 16]> = (1..=OLD).map(|seq| key(OF, &id(seq))).collect();
    keys.sort_unstable();
    for block in keys.chunks(250) {
        work.conn.execute(
            "INSERT INTO usage_blocks (run, first, ids) VALUES (1, ?1, ?2)",
            params![block[0], block.as_flattened()],
        )?;
    }
    work.conn.execute(
        "INSERT INTO usage_runs (run, level, up_to, newest, state) VALUES (1, 0, ?1, ?1, 1)",
        [OLD],
    )?;
    for seq in 1..=OLD {
        work.conn.execute(
            "INSERT INTO usage_batches (seq, organization, at, ids) VALUES (?1, 1, ?1, ?2)",
            params![seq, id(seq)],
        )?;
    }
    Ok(())
}

/// Batches, runs that are whole, blocks.
async fn left(store: &Sqlite) -> (i64, i64, i64) {
    let count = |work: &mut Work<'_>| {
        Ok(work.conn.query_row(
            "SELECT (SELECT count(*) FROM usage_batches),
                    (SELECT count(*) FROM usage_runs WHERE state = 1),
                    (SELECT count(*) FROM usage_blocks)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?)
    };
    store.writer().call(1, count).await.expect("counted")
}

#[tokio::test]
async fn a_run_goes_after_all_batches_of_it() {
    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let filled = store.writer().call(1, |work| fill(work)).await;
    filled.expect("filled");
    store.close().await;
    drop(store);
    let store = open(place.path());
    let now = Time::from_micros(RECORD_IDS_US + 10 * OLD);
    let sweep = async || store.sweep_records(now).await.expect("swept");
    assert_eq!(sweep().await, BATCHES as u64);
    // What is left is known still: nobody counts it anew and is forgotten with the old batch.
    assert_eq!(left(&store).await, (44, 1, 2));
    assert_eq!(sweep().await, 44);
    assert_eq!(left(&store).await, (0, 0, 2));
    assert_eq!(sweep().await, OLD.unsigned_abs(), "the run's blocks");
    assert_eq!(left(&store).await, (0, 0, 0));
    assert_eq!(sweep().await, 0);
    store.close().await;
}
