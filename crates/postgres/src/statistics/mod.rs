//! Counts of attempts: what a commit of records leaves is one row (`STORE`), the folder adds it up
//! (`fold.rs`), readers add what is folded and what is not (`read.rs`).

mod fold;
mod read;

use async_trait::async_trait;
use bellwire_core::{
    outcome::Answer,
    ports::{Folded, Result, Statistics, Wanted},
    statistics::{Batch, Counts, Example, Histogram, Table, parse_result},
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

/// What was counted and is not folded.
fn unfolded(row: &Row) -> std::result::Result<Batch, Fault> {
    Batch::decode(row.try_get(0)?).ok_or_else(|| corrupt("a row of `rollup_deltas` cannot be read"))
}

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

/// A result, out of its column.
pub(crate) fn result(row: &Row, column: usize) -> std::result::Result<Answer, Fault> {
    let text: &str = row.try_get(column)?;
    parse_result(text).ok_or_else(|| corrupt(format!("`{text}` is no result")))
}
