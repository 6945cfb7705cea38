//! What a pause holds, counted; and everything that is pending, cancelled at once by a mark.

use std::collections::HashMap;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, WebhookId},
    ports::{MOST_WAITING, Pace, Result, Waiting},
    time::Time,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Postgres, audit, changes,
    connect::Conn as _,
    fault::Fault,
    locks,
    rows::{Key as _, RowExt as _},
    settle,
    shared::Shared,
    webhooks::{current, newest},
};

/// Pending deliveries of webhooks behind their marks: free ones by their index, and the few that nodes
/// hold. What is cancelled and not swept yet is due at the mark or before, but for retries. One
/// statement for all of them: to begin one over all days costs more than to count what is there.
pub(crate) const WAITING: &str = "\
SELECT w.id,
       (SELECT count(*) FROM (
            SELECT 1 FROM deliveries d
            WHERE d.state = 0 AND d.node IS NULL AND d.webhook_id = w.id
                  AND d.due_at > w.mark AND d.due_at <= $2 AND d.id >= $4 LIMIT $3) f)
     + (SELECT count(*) FROM deliveries d
        WHERE d.node IS NOT NULL AND d.webhook_id = w.id
              AND d.due_at > w.mark AND d.due_at <= $2 AND d.id >= $4)
FROM (SELECT id, coalesce(cancelled_up_to, -1) AS mark FROM webhooks
      WHERE id = ANY ($1::uuid[]) OFFSET 0) w";

#[async_trait]
impl Pace for Postgres {
    async fn clear_pending(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        now: Time,
        entry: Entry,
    ) -> Result<()> {
        Ok(clear(self.shared(), (organization_id, id), now, &entry).await?)
    }

    async fn waiting(&self, id: WebhookId, due_by: Time) -> Result<Waiting> {
        let each = self.waiting_each(&[id], due_by).await?;
        Ok(each.first().copied().unwrap_or_default())
    }

    async fn waiting_each(&self, ids: &[WebhookId], due_by: Time) -> Result<Vec<Waiting>> {
        Ok(count(self.shared(), ids, due_by).await?)
    }
}

/// What waits of each of these webhooks, in their order; of one that is not there nothing does.
async fn count(
    shared: &Shared,
    ids: &[WebhookId],
    due_by: Time,
) -> std::result::Result<Vec<Waiting>, Fault> {
    let conn = shared.reader().await?;
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let most = (MOST_WAITING + 1).cast_signed();
    let since = shared.partitions.since();
    let rows = conn
        .query(WAITING, &[&uuids, &due_by.as_micros(), &most, &since])
        .await?;
    let mut found: HashMap<WebhookId, Waiting> = HashMap::with_capacity(rows.len());
    for row in rows {
        let counted: i64 = row.try_get(1)?;
        found.insert(row.id(0)?, Waiting::new(counted.unsigned_abs()));
    }
    Ok(ids
        .iter()
        .map(|id| found.get(id).copied().unwrap_or_default())
        .collect())
}

/// Cancels everything that is pending but tests: a mark, and the sweep behind it.
async fn clear(
    shared: &Shared,
    (organization_id, id): (OrganizationId, WebhookId),
    now: Time,
    entry: &Entry,
) -> std::result::Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    locks::hold(&transaction, organization_id).await?;
    let current = current(&transaction, organization_id, id).await?;
    let newest = newest(&transaction, id, now).await?;
    let mark = settle::mark(now, current.marks.cancelled_up_to, newest);
    transaction
        .execute(
            "UPDATE webhooks SET cancelled_up_to = $2, cleared_up_to = $2, unswept = true
             WHERE id = $1",
            &[&id.uuid(), &mark.as_micros()],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    changes::raise(&transaction, organization_id).await?;
    shared.commit(transaction, began).await?;
    Ok(())
}
