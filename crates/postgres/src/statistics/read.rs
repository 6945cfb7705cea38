//! Reading counts: each period is asked for by its key, and what is not folded is added. Both are
//! read in one snapshot, so that nothing is missed or counted twice while a folder is at work.

use std::{collections::HashSet, pin::pin};

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports::{Unfolded, Wanted, Whose},
    statistics::{Batch, Key, Period, Table},
};
use deadpool_postgres::Transaction;
use futures_util::TryStreamExt as _;
use tokio_postgres::{IsolationLevel, types::ToSql};
use uuid::Uuid;

use super::{count_columns, fold::maybe, result, saved};
use crate::{connect::Conn, fault::Fault, rows::Key as _, shared::Shared};

/// Rows of these webhooks of organizations, or of all together, in these periods. Periods begin with
/// the first one that has a row: a range may begin long before it.
pub(crate) const SOME: &str = concat!(
    "SELECT p.period, r.organization_id, r.webhook_id, r.success, r.type, r.result, ",
    count_columns!(),
    " FROM generate_series((SELECT n.period FROM rollups n WHERE n.period >= $1 AND n.period < $2
                            ORDER BY n.period LIMIT 1), $2 - 1) AS p (period)
      CROSS JOIN unnest($3::uuid[], $4::uuid[]) AS k (organization_id, webhook_id)
      CROSS JOIN LATERAL (
          SELECT * FROM rollups r WHERE r.period = p.period
          AND r.organization_id = k.organization_id AND r.webhook_id = k.webhook_id
          AND r.success <= $5 AND ($6::text IS NULL OR r.type = $6) OFFSET 0) r"
);
/// Rows of each webhook of an organization in these periods.
pub(crate) const EACH: &str = concat!(
    "SELECT p.period, r.organization_id, r.webhook_id, r.success, r.type, r.result, ",
    count_columns!(),
    " FROM generate_series((SELECT n.period FROM rollups n WHERE n.period >= $1 AND n.period < $2
                            ORDER BY n.period LIMIT 1), $2 - 1) AS p (period)
      CROSS JOIN LATERAL (
          SELECT * FROM rollups r WHERE r.period = p.period
          AND r.organization_id = $3 AND r.webhook_id > $4
          AND r.success <= $5 AND ($6::text IS NULL OR r.type = $6) OFFSET 0) r"
);
/// What is not folded.
const UNFOLDED: &str = "SELECT body FROM rollup_deltas ORDER BY id";
/// With more webhooks than this, all of an organization are read and the others left out.
const FEW: usize = 50;

pub(super) async fn tabulate(
    shared: &Shared,
    wanted: &Wanted,
    mut table: Table,
) -> Result<Table, Fault> {
    let mut client = shared.reader().await?;
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let mut unreadable = 0;
    let mut living = HashSet::new();
    let mut only: Option<HashSet<WebhookId>> = None;
    let (mut organizations, mut webhooks) = (vec![Uuid::nil()], vec![Uuid::nil()]);
    let each = match &wanted.whose {
        Whose::Platform => false,
        Whose::Organizations => {
            let sql = "SELECT id FROM organizations WHERE deleted_at IS NULL";
            for row in transaction.query(sql, &[]).await? {
                living.insert(OrganizationId::from(row.try_get::<_, Uuid>(0)?));
            }
            organizations = living.iter().map(|id| id.uuid()).collect();
            webhooks = vec![Uuid::nil(); organizations.len()];
            false
        }
        Whose::Organization(id) => {
            organizations = vec![id.uuid()];
            false
        }
        Whose::Webhooks(id) => {
            organizations = vec![id.uuid()];
            true
        }
        Whose::These(id, these) => {
            organizations = vec![id.uuid(); these.len()];
            webhooks = these.iter().map(|id| id.uuid()).collect();
            let many = these.len() > FEW;
            only = many.then(|| these.iter().copied().collect());
            many
        }
    };
    // Of no webhooks there are none.
    let organization = organizations.first().copied().unwrap_or_default();
    let types = wanted.types(&table);
    for range in &wanted.ranges {
        let (first, last) = range.codes(types);
        let event_type = wanted.event_type.as_deref();
        let success = !wanted.failures;
        let some: [&(dyn ToSql + Sync); 6] = [
            &first,
            &last,
            &organizations,
            &webhooks,
            &success,
            &event_type,
        ];
        let all: [&(dyn ToSql + Sync); 6] = [
            &first,
            &last,
            &organization,
            &Uuid::nil(),
            &success,
            &event_type,
        ];
        let (sql, params) = if each { (EACH, all) } else { (SOME, some) };
        unreadable += add(&transaction, (sql, &params), only.as_ref(), &mut table).await?;
        if table.is_full() {
            break;
        }
    }
    let rows = match table.is_full() {
        true => Vec::new(),
        false => Conn::query(&transaction, UNFOLDED, &[]).await?,
    };
    let sum = Unfolded::new(wanted);
    for row in rows {
        match Batch::decode(row.try_get(0)?) {
            Some(batch) => sum.add(&batch, |id| living.contains(&id), &mut table),
            None => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::error!(
            rows = unreadable,
            "statistics were read without rows, or parts of rows, that cannot be read"
        );
        shared.stats.unreadable(unreadable);
    }
    Ok(table)
}

/// Adds rows as they come; how many of them cannot be read.
async fn add(
    transaction: &Transaction<'_>,
    (sql, params): (&str, &[&(dyn ToSql + Sync); 6]),
    only: Option<&HashSet<WebhookId>>,
    table: &mut Table,
) -> Result<u64, Fault> {
    let mut unreadable = 0;
    let statement = transaction.prepare_cached(sql).await?;
    let rows = transaction
        .query_raw(&statement, params.iter().copied())
        .await?;
    let mut rows = pin!(rows);
    while let Some(row) = rows.try_next().await? {
        let webhook_id = maybe(row.try_get(2)?).map(WebhookId::from);
        let wanted = webhook_id.is_none_or(|id| only.is_none_or(|only| only.contains(&id)));
        if !wanted || table.is_full() {
            continue;
        }
        let found = Period::from_code(row.try_get(0)?).zip(result(&row, 5).ok());
        let Some((period, answer)) = found else {
            unreadable += 1;
            continue;
        };
        let key = Key {
            organization_id: maybe(row.try_get(1)?).map(OrganizationId::from),
            webhook_id,
            success: row.try_get(3)?,
            event_type: row.try_get::<_, &str>(4)?.into(),
            answer,
        };
        let (counts, wrong) = saved(&row, 6)?;
        unreadable += u64::from(wrong.is_some());
        table.add(period.start(), &key, &counts);
    }
    Ok(unreadable)
}
