//! Bulk work in chunks: what a disable or a deletion left behind. Any number of nodes may sweep at
//! the same time; a chunk that another one is at is stepped over.

use bellwire_core::{
    delivery::{CancelReason, State},
    ids::{DeliveryId, WebhookId},
    stored::listed,
    time::Time,
};
use deadpool_postgres::Transaction;
use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Inner,
    connect::Conn as _,
    fault::Fault,
    rows::{self, Key as _, RowExt as _, code, delivery_columns, mark_columns},
    shared::Shared,
    statistics,
};

/// Rows that one call touches.
const ROWS: i64 = 300;

/// Where the sweep of cancelled deliveries stands: webhook, mark, due time, delivery. In memory only:
/// what it has looked at and left (newer deliveries, tests) is not looked at again under the same
/// mark. A restart begins again, which costs reads only.
pub(crate) type Position = Mutex<Option<(WebhookId, Option<Time>, i64, Uuid)>>;

/// Free rows of a webhook, in the order they are due.
pub(crate) const FREE: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries d
      WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = $1 AND (d.due_at, d.id) > ($2, $3)
            AND d.id >= $5
      ORDER BY d.due_at, d.id LIMIT $4 FOR UPDATE SKIP LOCKED"
);
/// Rows of a webhook that nodes hold: those they have in memory, few. One that is being released is
/// stepped over; the release asks for another sweep.
const HELD: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM deliveries d
      WHERE d.node IS NOT NULL AND d.webhook_id = $1 AND d.id > $2 AND d.id >= $4
      ORDER BY d.id LIMIT $3 FOR UPDATE SKIP LOCKED"
);

/// Marks cancelled deliveries of one webhook as cancelled; true when there may be more.
pub(crate) async fn cancelled(inner: &Inner) -> Result<bool, Fault> {
    let shared = &inner.shared;
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let sql = concat!(
        "SELECT w.id, w.revision, ",
        mark_columns!(),
        " FROM webhooks w WHERE w.unswept ORDER BY w.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
    );
    let Some(webhook) = transaction.query_opt(sql, &[]).await? else {
        return Ok(false);
    };
    let id: WebhookId = webhook.id(0)?;
    let marks = rows::marks(&webhook, 2)?;
    let since = shared.partitions.since();
    let (due_at, last) = match *inner.swept.lock() {
        Some((of, mark, due_at, last)) if of == id && mark == marks.cancelled_up_to => {
            (due_at, last)
        }
        _ => (i64::MIN, Uuid::nil()),
    };
    let found = transaction
        .query(FREE, &[&id.uuid(), &due_at, &last, &ROWS, &since])
        .await?;
    let end = found.len() < ROWS as usize;
    let mut rows = found
        .iter()
        .map(rows::delivery)
        .collect::<Result<Vec<_>, _>>()?;
    let position = rows.last().map(|row| {
        (
            id,
            marks.cancelled_up_to,
            row.due_at.unwrap_or(row.created_at).as_micros(),
            row.id.uuid(),
        )
    });
    if end {
        let mut last = Uuid::nil();
        loop {
            let held = transaction
                .query(HELD, &[&id.uuid(), &last, &ROWS, &since])
                .await?;
            let held = held
                .iter()
                .map(rows::delivery)
                .collect::<Result<Vec<_>, _>>()?;
            let more = held.len() == ROWS as usize;
            last = held.last().map_or(last, |row| row.id.uuid());
            rows.extend(held);
            if !more {
                break;
            }
        }
    }
    let mut chosen = Cancelled::default();
    for row in &rows {
        if let Some((reason, at)) = marks.cancel(row.kind, row.created_at) {
            let at = at.max(row.updated_at.unwrap_or(row.created_at));
            chosen.push(row.id, reason, at.as_micros());
        }
    }
    chosen.write(&transaction).await?;
    if end {
        // A disable since then has raised the revision, and wants a sweep of its own.
        transaction
            .execute(
                "UPDATE webhooks SET unswept = false WHERE id = $1",
                &[&id.uuid()],
            )
            .await?;
    }
    shared.commit(transaction, began).await?;
    shared.stats.pending(-(chosen.ids.len() as i64));
    *inner.swept.lock() = if end { None } else { position };
    Ok(true)
}

/// Deliveries to be marked as cancelled.
#[derive(Default)]
struct Cancelled {
    ids: Vec<Uuid>,
    reasons: Vec<i16>,
    at: Vec<i64>,
}

impl Cancelled {
    fn push(&mut self, id: DeliveryId, reason: CancelReason, at: i64) {
        self.ids.push(id.uuid());
        self.reasons.push(code(reason.code()));
        self.at.push(at);
    }

    async fn write(&self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        let (Some(first), Some(last)) = (self.ids.iter().min(), self.ids.iter().max()) else {
            return Ok(());
        };
        transaction
            .execute(
                "UPDATE deliveries d
                 SET state = $4, reason = u.reason, due_at = NULL, updated_at = u.at, node = NULL
                 FROM unnest($1::uuid[], $2::smallint[], $3::bigint[]) AS u (id, reason, at)
                 WHERE d.id = u.id AND d.id >= $5 AND d.id <= $6",
                &[
                    &self.ids,
                    &self.reasons,
                    &self.at,
                    &code(State::Cancelled.code()),
                    first,
                    last,
                ],
            )
            .await?;
        Ok(())
    }
}

/// Tables of a deleted organization beside its events, in the order they are emptied.
const TABLES: [&str; 18] = [
    statistics::OF_ORGANIZATION,
    "DELETE FROM health WHERE webhook_id IN (
         SELECT h.webhook_id FROM webhooks w JOIN health h ON h.webhook_id = w.id
         WHERE w.organization_id = $1 LIMIT $2)",
    "DELETE FROM webhook_revisions WHERE (webhook_id, revision) IN (
         SELECT r.webhook_id, r.revision FROM webhooks w
         JOIN webhook_revisions r ON r.webhook_id = w.id WHERE w.organization_id = $1 LIMIT $2)",
    "DELETE FROM webhooks WHERE id IN (
         SELECT id FROM webhooks WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM jobs WHERE id IN (
         SELECT id FROM jobs WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM event_types WHERE id IN (
         SELECT id FROM event_types WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM channels WHERE organization_id = $1 AND key IN (
         SELECT key FROM channels WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM idempotency WHERE organization_id = $1 AND key IN (
         SELECT key FROM idempotency WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM external_ids WHERE organization_id = $1 AND external_id IN (
         SELECT external_id FROM external_ids WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM tokens WHERE id IN (
         SELECT id FROM tokens WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM sessions WHERE id IN (
         SELECT s.id FROM links l JOIN sessions s ON s.link_id = l.id
         WHERE l.organization_id = $1 LIMIT $2)",
    "DELETE FROM links WHERE id IN (
         SELECT id FROM links WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM memberships WHERE (user_id, organization_id) IN (
         SELECT user_id, organization_id FROM memberships WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM usage_records WHERE organization_id = $1 AND id IN (
         SELECT id FROM usage_records WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM usage_counters WHERE (organization_id, plan_id, period) IN (
         SELECT organization_id, plan_id, period FROM usage_counters
         WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM usage_items WHERE (organization_id, noun, key) IN (
         SELECT organization_id, noun, key FROM usage_items WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM inspected WHERE (inspector_id, id) IN (
         SELECT r.inspector_id, r.id FROM inspectors i JOIN inspected r ON r.inspector_id = i.id
         WHERE i.organization_id = $1 LIMIT $2)",
    "DELETE FROM inspectors WHERE id IN (
         SELECT id FROM inspectors WHERE organization_id = $1 LIMIT $2)",
];

/// Removes rows of one deleted organization; true when there may be more.
pub(crate) async fn deleted(shared: &Shared) -> Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let sql = "SELECT id FROM organizations WHERE deleted_at IS NOT NULL ORDER BY id LIMIT 1
               FOR UPDATE SKIP LOCKED";
    let Some(row) = transaction.query_opt(sql, &[]).await? else {
        return Ok(false);
    };
    let organization: Uuid = row.try_get(0)?;
    let mut pending = 0;
    let mut more = events(&transaction, organization, &mut pending).await?;
    if !more {
        for table in TABLES {
            let removed = transaction.execute(table, &[&organization, &ROWS]).await?;
            if removed == ROWS as u64 {
                more = true;
                break;
            }
        }
    }
    if !more {
        transaction
            .execute("DELETE FROM organizations WHERE id = $1", &[&organization])
            .await?;
    }
    shared.commit(transaction, began).await?;
    shared.stats.pending(-pending);
    Ok(true)
}

/// Removes some of an organization's events with all that came of them; false when none is left.
async fn events(
    transaction: &Transaction<'_>,
    organization: Uuid,
    pending: &mut i64,
) -> Result<bool, Fault> {
    let found = transaction
        .query(
            "SELECT id, deliveries FROM events WHERE organization_id = $1 ORDER BY id LIMIT $2",
            &[&organization, &(ROWS / 2)],
        )
        .await?;
    let (mut ids, mut deliveries): (Vec<Uuid>, Vec<Uuid>) = (Vec::new(), Vec::new());
    for row in found {
        // At least one event, however many deliveries it has.
        if !ids.is_empty() && ids.len() + deliveries.len() >= ROWS as usize {
            break;
        }
        ids.push(row.try_get(0)?);
        deliveries.extend(listed(row.try_get(1)?).map(|id| id.uuid()));
    }
    if ids.is_empty() {
        return Ok(false);
    }
    let resent = transaction
        .query(
            "DELETE FROM resends WHERE event_id = ANY($1) RETURNING delivery_id",
            &[&ids],
        )
        .await?;
    for row in resent {
        deliveries.push(row.try_get(0)?);
    }
    deliveries.sort_unstable();
    if let (Some(first), Some(last)) = (deliveries.first(), deliveries.last()) {
        let gone = transaction
            .query(
                "DELETE FROM attempts a USING unnest($1::uuid[]) AS k (id)
                 WHERE a.delivery_id = k.id AND a.delivery_id >= $2 AND a.delivery_id <= $3
                 RETURNING a.excerpt_id",
                &[&deliveries, first, last],
            )
            .await?;
        let mut excerpts = Vec::new();
        for row in gone {
            excerpts.extend(row.try_get::<_, Option<Uuid>>(0)?);
        }
        // A webhook's excerpt is shared only by its own attempts, which all go.
        transaction
            .execute("DELETE FROM excerpts WHERE id = ANY($1)", &[&excerpts])
            .await?;
        let removed = transaction
            .query(
                "DELETE FROM deliveries d USING unnest($1::uuid[]) AS k (id)
                 WHERE d.id = k.id AND d.id >= $2 AND d.id <= $3 RETURNING d.state",
                &[&deliveries, first, last],
            )
            .await?;
        for row in removed {
            *pending += i64::from(i64::from(row.try_get::<_, i16>(0)?) == State::Pending.code());
        }
    }
    transaction
        .execute(
            "DELETE FROM events WHERE organization_id = $1 AND id = ANY($2)",
            &[&organization, &ids],
        )
        .await?;
    Ok(true)
}
