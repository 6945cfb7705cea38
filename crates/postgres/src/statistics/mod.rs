//! Counts of attempts: what a commit of records leaves is one row (`STORE`), the folder adds it up
//! (`fold.rs`), readers add what is folded and what is not (`read.rs`).

mod fold;
mod read;

use async_trait::async_trait;
use bellwire_core::{
    outcome::Answer,
    ports::{Error, Folded, Result, Statistics, Wanted},
    statistics::{Counts, Example, Histogram, Table, parse_result},
    time::Time,
};
use tokio_postgres::Row;

pub(crate) use fold::{Columns, Keys, OF_ORGANIZATION, PUT, maybe};
#[cfg(test)]
pub(crate) use {
    fold::FIND,
    read::{EACH, SOME},
};

use crate::{
    Postgres,
    fault::{Fault, corrupt},
    rows::RowExt as _,
};

/// What a commit of records adds: one row, whatever was counted.
pub(crate) const STORE: &str = "INSERT INTO rollup_deltas (body) VALUES ($1)";

#[async_trait]
impl Statistics for Postgres {
    async fn fold(&self, now: Time) -> Result<Folded> {
        Ok(fold::step(self.shared(), now).await?)
    }

    async fn tabulate(&self, wanted: Wanted, table: Table) -> Result<Table> {
        Ok(read::tabulate(self.shared(), &wanted, table).await?)
    }
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
pub(crate) fn counts(row: &Row, column: usize) -> std::result::Result<Counts, Fault> {
    let count = |column| Ok::<_, Fault>(row.try_get::<_, i64>(column)?.unsigned_abs());
    let latency = Histogram::from_bytes(row.try_get(column + 4)?)
        .ok_or_else(|| corrupt("a histogram of `rollups` cannot be read"))?;
    Ok(Counts {
        attempts: count(column)?,
        exhausted: count(column + 1)?,
        total_us: count(column + 2)?,
        max_us: u32::try_from(count(column + 3)?).unwrap_or(u32::MAX),
        latency,
        first_at: row.at(column + 5)?,
        last: Example {
            at: row.at(column + 6)?,
            delivery_id: row.id(column + 7)?,
            number: row.u32(column + 8)?,
        },
    })
}

/// Counts, and what is wrong with their row: then they are what could be saved of it, its numbers
/// without its latency.
fn saved(row: &Row, column: usize) -> std::result::Result<(Counts, Option<Error>), Fault> {
    let wrong = match counts(row, column) {
        Ok(counts) => return Ok((counts, None)),
        Err(Fault::Rule(wrong @ Error::Corrupt(_))) => wrong,
        Err(fault) => return Err(fault),
    };
    let count = |column| Ok::<_, Fault>(row.try_get::<_, i64>(column)?.unsigned_abs());
    let saved = Counts {
        attempts: count(column)?,
        exhausted: count(column + 1)?,
        total_us: count(column + 2)?,
        max_us: u32::try_from(count(column + 3)?).unwrap_or(u32::MAX),
        latency: Histogram::default(),
        first_at: row.at(column + 5)?,
        last: Example {
            at: row.at(column + 6)?,
            delivery_id: row.id(column + 7)?,
            number: row.u32(column + 8)?,
        },
    };
    Ok((saved, Some(wrong)))
}

/// A result, out of its column.
pub(crate) fn result(row: &Row, column: usize) -> std::result::Result<Answer, Fault> {
    let text: &str = row.try_get(column)?;
    parse_result(text).ok_or_else(|| corrupt(format!("`{text}` is no result")))
}
