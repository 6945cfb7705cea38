//! What of a day may not go: events with a pending delivery, wherever that is.

use deadpool_postgres::Transaction;
use uuid::Uuid;

use crate::{
    fault::Fault,
    partitions::{leaf, span},
};

/// An event by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) organization: Uuid,
    pub(super) event: Uuid,
}

/// Keys as two arrays.
pub(super) fn columns(keys: impl IntoIterator<Item = Key>) -> (Vec<Uuid>, Vec<Uuid>) {
    keys.into_iter()
        .map(|key| (key.organization, key.event))
        .unzip()
}

/// Events of which a delivery is pending that is of this day, or that was added to an event of this
/// day later; so many at most. Deliveries that were made with their event and fell on another day
/// are not looked for here.
pub(super) async fn of_day(
    transaction: &Transaction<'_>,
    day: i64,
    limit: usize,
) -> Result<Vec<Key>, Fault> {
    let table = leaf("deliveries", day);
    let sql = format!(
        "SELECT DISTINCT w.organization_id, d.event_id FROM (
             (SELECT event_id, webhook_id FROM {table} WHERE state = 0 AND node IS NULL LIMIT $1)
             UNION ALL
             (SELECT event_id, webhook_id FROM {table} WHERE node IS NOT NULL LIMIT $1)
             UNION ALL
             (SELECT d.event_id, d.webhook_id FROM resends r JOIN deliveries d ON d.id = r.delivery_id
              WHERE r.event_id >= $2 AND r.event_id < $3 AND d.state = 0 LIMIT $1)) d
         JOIN webhooks w ON w.id = d.webhook_id LIMIT $1"
    );
    let (from, to) = span(day);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = transaction.query(&sql, &[&limit, &from, &to]).await?;
    rows.iter()
        .map(|row| {
            Ok(Key {
                organization: row.try_get(0)?,
                event: row.try_get(1)?,
            })
        })
        .collect()
}

/// Which of these deliveries are pending.
pub(super) async fn among(
    transaction: &Transaction<'_>,
    deliveries: &[Uuid],
) -> Result<Vec<Uuid>, Fault> {
    let (Some(first), Some(last)) = (deliveries.iter().min(), deliveries.iter().max()) else {
        return Ok(Vec::new());
    };
    let rows = transaction
        .query(
            "SELECT d.id FROM unnest($1::uuid[]) AS k (id)
             JOIN deliveries d ON d.id = k.id AND d.id >= $2 AND d.id <= $3 WHERE d.state = 0",
            &[&deliveries, first, last],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
