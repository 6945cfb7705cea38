//! The folder: rows of commits into rows of minutes, hours and days. One node does it at a time,
//! under an advisory lock that ends with its transaction; in that transaction rows are taken away and
//! added up, so that nothing is counted twice or lost, whenever it ends.

use std::collections::{BTreeMap, BTreeSet};

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports::Folded,
    statistics::{Batch, Counts, Key, Period, Row, Span, Types, result_text},
    time::Time,
};
use deadpool_postgres::Transaction;
use tokio::time::Instant;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{NO_BATCH, count_columns, result, saved};
use crate::{
    aside,
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text},
    shared::Shared,
};

/// Held by the node that does it.
const LOCK: i64 = 0x6265_6c6c_0000_0011;
/// Rows of commits that one step takes.
const BATCHES: i64 = 64;
/// Rows that one step removes because they are too old.
const REMOVED: i64 = 2_000;

pub(crate) const TAKE: &str = "\
DELETE FROM rollup_deltas
WHERE id = ANY(ARRAY(SELECT id FROM rollup_deltas ORDER BY id LIMIT $1)) RETURNING body";
/// In the order of ids, as everybody locks organizations. What is being removed is waited for, and
/// is not there any more then.
const LIVING: &str = "\
SELECT o.id FROM (SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id) k
CROSS JOIN LATERAL (SELECT id FROM organizations o WHERE o.id = k.id FOR KEY SHARE) o";
pub(crate) const FIND: &str = concat!(
    "SELECT r.period, r.organization_id, r.webhook_id, r.success, r.type, r.result, ",
    count_columns!(),
    " FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::boolean[], $5::text[], $6::text[])
           AS k (period, organization_id, webhook_id, success, type, result)
      JOIN rollups r ON r.period = k.period AND r.organization_id = k.organization_id
       AND r.webhook_id = k.webhook_id AND r.success = k.success AND r.type = k.type COLLATE \"C\"
       AND r.result = k.result COLLATE \"C\""
);
/// Where [`FIND`] has the histogram.
const LATENCY: usize = 10;
/// In place of what was there.
pub(crate) const PUT: &str = "\
INSERT INTO rollups (period, organization_id, webhook_id, success, type, result, attempts, exhausted,
    total_us, max_us, latency, first_at, last_at, last_delivery, last_number)
SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::boolean[], $5::text[], $6::text[],
    $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[], $12::bigint[],
    $13::bigint[], $14::uuid[], $15::int[])
ON CONFLICT (period, organization_id, webhook_id, success, type, result) DO UPDATE
SET attempts = excluded.attempts, exhausted = excluded.exhausted, total_us = excluded.total_us,
    max_us = excluded.max_us, latency = excluded.latency, first_at = excluded.first_at,
    last_at = excluded.last_at, last_delivery = excluded.last_delivery,
    last_number = excluded.last_number";
pub(crate) const OLD: &str = "\
DELETE FROM rollups WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM rollups WHERE period >= $1 AND period < $2 ORDER BY period LIMIT $3))";
/// Rows of an organization: for each period that there is, those that its key begins with.
pub(crate) const OF_ORGANIZATION: &str = "\
DELETE FROM rollups WHERE ctid = ANY(ARRAY(
    WITH RECURSIVE p (period) AS (
        (SELECT period FROM rollups ORDER BY period LIMIT 1)
        UNION ALL
        SELECT (SELECT n.period FROM rollups n WHERE n.period > p.period ORDER BY n.period LIMIT 1)
        FROM p WHERE p.period IS NOT NULL)
    SELECT r.ctid FROM p CROSS JOIN LATERAL (
        SELECT ctid FROM rollups r WHERE r.period = p.period AND r.organization_id = $1 LIMIT $2) r
    LIMIT $2))";

pub(super) async fn step(shared: &Shared, now: Time) -> Result<Folded, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let leads = transaction
        .query_one("SELECT pg_try_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    if !leads.try_get::<_, bool>(0)? {
        return Ok(Folded::default());
    }
    let rows = Conn::query(&transaction, TAKE, &[&BATCHES]).await?;
    let mut folded = Folded {
        batches: rows.len() as u64,
        ..Folded::default()
    };
    if rows.is_empty() {
        folded.removed = remove(&transaction, now).await?;
        let forgotten = aside::forget(&transaction, now).await?;
        if folded.removed + forgotten > 0 {
            shared.commit(transaction, began).await?;
        }
        folded.more = folded.removed >= REMOVED.unsigned_abs();
        return Ok(folded);
    }
    let mut batch = Batch::default();
    for row in &rows {
        let body = row.try_get(0)?;
        match Batch::decode(body) {
            Some(one) => batch.merge(one),
            None => {
                aside::put(shared, &transaction, "rollup_deltas", NO_BATCH, body, now).await?;
            }
        }
    }
    add(shared, &transaction, batch, now).await?;
    shared.commit(transaction, began).await?;
    folded.more = true;
    Ok(folded)
}

/// Adds a batch to its rows. What belongs to an organization that is gone is let go.
async fn add(
    shared: &Shared,
    transaction: &Transaction<'_>,
    mut batch: Batch,
    now: Time,
) -> Result<(), Fault> {
    let named: BTreeSet<Uuid> = batch
        .groups()
        .filter_map(|(_, key, _)| key.organization_id.map(|id| id.uuid()))
        .collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    let mut living = BTreeSet::new();
    for row in Conn::query(transaction, LIVING, &[&named]).await? {
        living.insert(row.id::<OrganizationId>(0)?);
    }
    batch.retain(|key| key.organization_id.is_some_and(|id| living.contains(&id)));
    let mut sums = batch.rows();
    if sums.is_empty() {
        return Ok(());
    }
    let keys = Keys::new(sums.keys());
    let found = Conn::query(
        transaction,
        FIND,
        &[
            &keys.periods,
            &keys.organizations,
            &keys.webhooks,
            &keys.successes,
            &keys.types,
            &keys.results,
        ],
    )
    .await?;
    let mut before: BTreeMap<Row, Counts> = BTreeMap::new();
    for row in &found {
        let key = Key {
            organization_id: maybe(row.try_get(1)?).map(OrganizationId::from),
            webhook_id: maybe(row.try_get(2)?).map(WebhookId::from),
            success: row.try_get(3)?,
            event_type: row.try_get::<_, &str>(4)?.into(),
            answer: result(row, 5)?,
        };
        let period = Period::from_code(row.try_get(0)?)
            .ok_or_else(|| corrupt("a row of `rollups` has no period"))?;
        let (counts, wrong) = saved(row, 6)?;
        if let Some(wrong) = wrong {
            let why = format!(
                "{wrong}; its numbers are kept, its latency begins anew: period {}, {key:?}",
                period.code(key.types())
            );
            let latency = row.try_get(LATENCY)?;
            aside::put(shared, transaction, "rollups", &why, latency, now).await?;
        }
        before.insert((period, key), counts);
    }
    let mut columns = Columns::default();
    for (key, sum) in &mut sums {
        if let Some(before) = before.get(key) {
            sum.merge(before);
        }
        columns.push(sum);
    }
    Conn::execute(transaction, PUT, &columns.params(&keys)).await?;
    Ok(())
}

/// Removes some rows that are too old; how many.
async fn remove(transaction: &Transaction<'_>, now: Time) -> Result<u64, Fault> {
    let mut removed = 0;
    for types in Types::ALL {
        for span in Span::ALL {
            let first = Period { span, number: 0 }.code(types);
            let kept = Period::of(span, now - span.kept_us()).code(types);
            let left = REMOVED - removed;
            let gone = Conn::execute(transaction, OLD, &[&first, &kept, &left]).await?;
            removed += i64::try_from(gone).unwrap_or(0);
        }
    }
    Ok(removed.unsigned_abs())
}

/// The nil id stands for none.
pub(crate) fn maybe(id: Uuid) -> Option<Uuid> {
    (!id.is_nil()).then_some(id)
}

/// Keys of rows, as columns.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) periods: Vec<i64>,
    pub(crate) organizations: Vec<Uuid>,
    pub(crate) webhooks: Vec<Uuid>,
    pub(crate) successes: Vec<bool>,
    pub(crate) types: Vec<String>,
    pub(crate) results: Vec<String>,
}

impl Keys {
    pub(crate) fn new<'k>(rows: impl Iterator<Item = &'k Row>) -> Self {
        let mut keys = Self::default();
        for (period, key) in rows {
            let organization = key.organization_id.map(|id| id.uuid());
            let webhook = key.webhook_id.map(|id| id.uuid());
            keys.periods.push(period.code(key.types()));
            keys.organizations.push(organization.unwrap_or_default());
            keys.webhooks.push(webhook.unwrap_or_default());
            keys.successes.push(key.success);
            keys.types.push(text(&key.event_type));
            keys.results.push(result_text(key.answer));
        }
        keys
    }
}

/// Counts of rows, as columns.
#[derive(Default)]
pub(crate) struct Columns {
    pub(crate) attempts: Vec<i64>,
    pub(crate) exhausted: Vec<i64>,
    pub(crate) total_us: Vec<i64>,
    pub(crate) max_us: Vec<i64>,
    pub(crate) latency: Vec<Vec<u8>>,
    pub(crate) first_at: Vec<i64>,
    pub(crate) last_at: Vec<i64>,
    pub(crate) last_deliveries: Vec<Uuid>,
    pub(crate) last_numbers: Vec<i32>,
}

impl Columns {
    pub(crate) fn push(&mut self, sum: &Counts) {
        self.attempts.push(sum.attempts.cast_signed());
        self.exhausted.push(sum.exhausted.cast_signed());
        self.total_us.push(sum.total_us.cast_signed());
        self.max_us.push(sum.max_us.into());
        self.latency.push(sum.latency.to_bytes());
        self.first_at.push(sum.first_at.as_micros());
        self.last_at.push(sum.last.at.as_micros());
        self.last_deliveries.push(sum.last.delivery_id.uuid());
        self.last_numbers.push(sum.last.number.cast_signed());
    }

    /// With their keys, for [`PUT`].
    pub(crate) fn params<'p>(&'p self, keys: &'p Keys) -> [&'p (dyn ToSql + Sync); 15] {
        [
            &keys.periods,
            &keys.organizations,
            &keys.webhooks,
            &keys.successes,
            &keys.types,
            &keys.results,
            &self.attempts,
            &self.exhausted,
            &self.total_us,
            &self.max_us,
            &self.latency,
            &self.first_at,
            &self.last_at,
            &self.last_deliveries,
            &self.last_numbers,
        ]
    }
}
