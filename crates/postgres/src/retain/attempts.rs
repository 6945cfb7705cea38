//! The attempts of a day go: its tables of attempts and excerpts are emptied but for what is not
//! old yet, or belongs to a pending delivery.
//!
//! A day's attempts are those of its deliveries, and can be much younger than it. They lie in its
//! table in the order they were made, so a look from the end finds those soon.

use std::{collections::BTreeSet, sync::Arc};

use bellwire_core::{
    ports::Removed,
    time::{DAY, Time},
};
use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::{BLOCKS, KEPT, PATIENCE, Step, blocks, rows, within};
use crate::{fault::Fault, partitions::leaf, shared::Shared};

/// A look through a day's attempts, from the end.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    day: i64,
    /// What lies before this page was not looked at.
    block: i64,
    /// Deliveries with an attempt that stays, or that may get another.
    kept: BTreeSet<Uuid>,
}

pub(super) async fn step(
    shared: &Arc<Shared>,
    look: &mut Option<Look>,
    day: i64,
    cutoff: Time,
    now: Time,
) -> Result<Step, Fault> {
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let mut at = match look.take().filter(|look| look.day == day) {
        Some(at) => at,
        None => Look {
            day,
            block: blocks(&transaction, &leaf("attempts", day)).await?,
            // First of all: an attempt that comes during the look is one of theirs.
            kept: pending(&transaction, day).await?.into_iter().collect(),
        },
    };
    if at.block > 0 && at.kept.len() <= KEPT {
        let from = (at.block - BLOCKS).max(0);
        let sql = format!(
            "SELECT DISTINCT delivery_id FROM {} WHERE {} AND at >= $1",
            leaf("attempts", day),
            within(from, at.block)
        );
        for row in transaction.query(&sql, &[&cutoff.as_micros()]).await? {
            at.kept.insert(row.try_get(0)?);
        }
        at.block = from;
        *look = Some(at);
        return Ok(Step::More(Removed::default()));
    }
    if at.kept.len() > KEPT {
        // Too many to be set aside: they will be old another day.
        return Ok(Step::Done(Removed::default()));
    }
    let again = at.clone();
    empty(transaction, at, cutoff, now)
        .await
        .map(Step::Done)
        .inspect_err(|_| *look = Some(again))
}

/// Deliveries of the day that are pending; one more than may be kept, at most.
async fn pending(transaction: &Transaction<'_>, day: i64) -> Result<Vec<Uuid>, Fault> {
    let table = leaf("deliveries", day);
    let sql = format!(
        "(SELECT id FROM {table} WHERE state = 0 AND node IS NULL LIMIT $1)
         UNION (SELECT id FROM {table} WHERE node IS NOT NULL LIMIT $1)"
    );
    let rows = transaction.query(&sql, &[&(KEPT as i64 + 1)]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

async fn empty(
    transaction: Transaction<'_>,
    at: Look,
    cutoff: Time,
    now: Time,
) -> Result<Removed, Fault> {
    let (attempts, excerpts) = (leaf("attempts", at.day), leaf("excerpts", at.day));
    let before = rows(&transaction, &attempts).await?;
    transaction.batch_execute(PATIENCE).await?;
    transaction
        .batch_execute(&format!(
            "LOCK TABLE {attempts}, {excerpts} IN ACCESS EXCLUSIVE MODE;
             CREATE TEMP TABLE set_aside_attempts (LIKE {attempts}) ON COMMIT DROP;
             CREATE TEMP TABLE set_aside_excerpts (LIKE {excerpts}) ON COMMIT DROP"
        ))
        .await?;
    let open = pending(&transaction, at.day).await?;
    let kept: Vec<Uuid> = at.kept.iter().copied().collect();
    let sql = format!(
        "INSERT INTO set_aside_attempts
         SELECT a.* FROM unnest($1::uuid[]) AS k (id) JOIN {attempts} a ON a.delivery_id = k.id
         WHERE a.at >= $2 OR k.id = ANY($3::uuid[])"
    );
    let left = transaction
        .execute(&sql, &[&kept, &cutoff.as_micros(), &open])
        .await?;
    transaction
        .batch_execute(&format!(
            "INSERT INTO set_aside_excerpts
             SELECT x.* FROM (SELECT DISTINCT excerpt_id FROM set_aside_attempts
                              WHERE excerpt_id IS NOT NULL) k
             JOIN {excerpts} x ON x.id = k.excerpt_id;
             TRUNCATE {attempts}, {excerpts};
             INSERT INTO {attempts} SELECT * FROM set_aside_attempts;
             INSERT INTO {excerpts} SELECT * FROM set_aside_excerpts"
        ))
        .await?;
    let next = match left == 0 && open.is_empty() {
        true => i64::MAX,
        false => (now + DAY).as_micros(),
    };
    transaction
        .execute(
            "INSERT INTO retention_days (day, attempts_next) VALUES ($1, $2)
             ON CONFLICT (day) DO UPDATE SET attempts_next = excluded.attempts_next",
            &[&at.day, &next],
        )
        .await?;
    transaction.commit().await?;
    tracing::debug!(table = attempts, left, "a day of attempts is gone");
    Ok(Removed {
        attempts: before.saturating_sub(left),
        ..Removed::default()
    })
}
