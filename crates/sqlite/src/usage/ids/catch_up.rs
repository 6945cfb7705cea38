//! What a former version, or a copy, has left: batches that are in no run, and more of them than are to
//! be held in memory.

use bellwire_core::time::Time;
use rusqlite::Connection;

use super::{
    Batch, ENOUGH, Key, LATEST, MERGED,
    run::{BLOCK, Run, Shelf, State},
};
use crate::fault::Fault;

/// Makes runs of them, before anybody else works on the database.
pub(crate) fn catch_up(conn: &Connection) -> Result<(), Fault> {
    catch_up_with(conn, ENOUGH)
}

pub(super) fn catch_up_with(conn: &Connection, enough: usize) -> Result<(), Fault> {
    shorten(conn)?;
    while let Some((mut run, keys)) = next(conn, enough)? {
        tracing::info!(
            ids = keys.len(),
            up_to = run.up_to,
            "sorting ids of usage records"
        );
        let transaction = conn.unchecked_transaction()?;
        run.write(conn)?;
        for block in keys.chunks(BLOCK) {
            run.append(conn, block)?;
        }
        run.state = State::Whole;
        run.write(conn)?;
        transaction.commit()?;
        shorten(conn)?;
    }
    Ok(())
}

/// Nobody else keeps the log short yet.
fn shorten(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

/// The run that is made next, and what is in it; `None` when what is left fits into memory.
fn next(conn: &Connection, enough: usize) -> Result<Option<(Run, Vec<Key>)>, Fault> {
    let runs = Run::all(conn)?;
    let begin = Shelf::of(&runs).up_to;
    let mut keys = Vec::new();
    let mut run = Run {
        number: runs.iter().map(|run| run.number).max().unwrap_or(0) + 1,
        level: 0,
        up_to: 0,
        newest: Time::default(),
        state: State::Growing,
        target: None,
    };
    let mut statement = conn.prepare_cached(LATEST)?;
    let mut rows = statement.query([begin])?;
    while let Some(row) = rows.next()? {
        let batch = Batch::read(row)?;
        keys.extend(batch.keys());
        run.up_to = batch.seq;
        run.newest = run.newest.max(batch.at);
        if keys.len() >= MERGED * enough {
            run.level = 1;
            break;
        }
    }
    if keys.len() <= 3 * enough {
        return Ok(None);
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(Some((run, keys)))
}
