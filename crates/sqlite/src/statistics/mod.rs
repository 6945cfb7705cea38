//! Counts of attempts: what a commit of records leaves is one row (`write`), the folder adds it up
//! (`fold.rs`), readers add what is folded and what is not (`read.rs`).

mod fold;
mod read;

use async_trait::async_trait;
use bellwire_core::{
    ids::DeliveryId,
    outcome::Answer,
    ports::{Error, Folded, Result, Statistics, Wanted},
    statistics::{Batch, Counts, Example, Histogram, Table, parse_result},
    time::Time,
};
use rusqlite::{Connection, Row};

pub(crate) use fold::{PUT, forget};
#[cfg(test)]
pub(crate) use {
    fold::{OF_ORGANIZATION, OLD, ONE},
    read::{EACH, SOME},
};

use crate::{
    Sqlite,
    fault::{Fault, corrupt},
    rows::RowExt as _,
};

#[async_trait]
impl Statistics for Sqlite {
    async fn fold(&self, now: Time) -> Result<Folded> {
        self.as_server()?;
        self.writer()
            .call(fold::ROWS, move |work| fold::step(work, now))
            .await
    }

    async fn tabulate(&self, wanted: Wanted, table: Table) -> Result<Table> {
        let (table, unreadable) = self
            .readers()
            .read(move |conn| read::tabulate(conn, &wanted, table))
            .await?;
        self.inner.stats.unreadable(unreadable);
        Ok(table)
    }
}

/// Adds what a transaction counted: one row, whatever was counted.
pub(crate) fn write(conn: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO rollup_deltas (body) VALUES (?1)")?
        .execute([batch.encode()])?;
    Ok(())
}

/// Why a row of commits cannot be read.
const NO_BATCH: &str = "a row of `rollup_deltas` cannot be read";

/// The columns that [`counts`] reads.
macro_rules! count_columns {
    () => {
        "r.attempts, r.exhausted, r.total_us, r.max_us, r.latency, r.first_at, r.last_at, \
         r.last_delivery, r.last_number"
    };
}
pub(crate) use count_columns;

/// Reads counts from this column on.
pub(crate) fn counts(row: &Row<'_>, column: usize) -> std::result::Result<Counts, Fault> {
    let latency = Histogram::from_bytes(row.get_ref(column + 4)?.as_blob().map_err(corrupt)?)
        .ok_or_else(|| corrupt("a histogram of `rollups` cannot be read"))?;
    Ok(Counts {
        attempts: row.get::<_, i64>(column)?.unsigned_abs(),
        exhausted: row.get::<_, i64>(column + 1)?.unsigned_abs(),
        total_us: row.get::<_, i64>(column + 2)?.unsigned_abs(),
        max_us: row.get(column + 3)?,
        latency,
        first_at: row.at(column + 5)?,
        last: Example {
            at: row.at(column + 6)?,
            delivery_id: row.id::<DeliveryId>(column + 7)?,
            number: row.get(column + 8)?,
        },
    })
}

/// Counts, and what is wrong with their row: then they are what could be saved of it, its numbers
/// without its latency.
fn saved(row: &Row<'_>, column: usize) -> (Counts, Option<Error>) {
    match counts(row, column) {
        Ok(counts) => (counts, None),
        Err(fault) => {
            let number = |column| row.get::<_, i64>(column).unwrap_or(0).unsigned_abs();
            let small = |column| u32::try_from(number(column)).unwrap_or(u32::MAX);
            let saved = Counts {
                attempts: number(column),
                exhausted: number(column + 1),
                total_us: number(column + 2),
                max_us: small(column + 3),
                latency: Histogram::default(),
                first_at: row.at(column + 5).unwrap_or_default(),
                last: Example {
                    at: row.at(column + 6).unwrap_or_default(),
                    delivery_id: row
                        .id(column + 7)
                        .unwrap_or_else(|_| DeliveryId::from_bytes([0; 16])),
                    number: small(column + 8),
                },
            };
            (saved, Some(fault.into()))
        }
    }
}

/// A result, out of its column.
pub(crate) fn result(row: &Row<'_>, column: usize) -> std::result::Result<Answer, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(corrupt)?;
    parse_result(text).ok_or_else(|| corrupt(format!("`{text}` is no result")))
}
