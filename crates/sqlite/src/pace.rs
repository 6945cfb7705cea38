//! What a pause holds, counted; and everything that is pending, cancelled at once by a mark.

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, WebhookId},
    ports::{Error, MOST_WAITING, Pace, Result, Waiting},
    time::Time,
};
use rusqlite::{OptionalExtension as _, params};

use crate::{Sqlite, audit, fault::Fault, webhooks::changed, work::Work};

/// Pending deliveries of a webhook behind its mark: by the index alone, no row is looked at. What is
/// cancelled and not swept yet is due at the mark or before, but for retries.
pub(crate) const WAITING: &str = "\
SELECT count(*) FROM (
    SELECT 1 FROM deliveries WHERE state = 0 AND webhook = ?1 AND due_at > ?2 AND due_at <= ?3
    LIMIT ?4)";

#[async_trait]
impl Pace for Sqlite {
    async fn clear_pending(
        &self,
        organization_id: OrganizationId,
        id: WebhookId,
        now: Time,
        entry: Entry,
    ) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(2, move |work| {
                clear(work, (organization_id, id), now, &entry)
            })
            .await
    }

    async fn waiting(&self, id: WebhookId, due_by: Time) -> Result<Waiting> {
        self.readers()
            .read(move |conn| {
                let webhook: Option<(i64, Option<i64>)> = conn
                    .prepare_cached("SELECT seq, cancelled_up_to FROM webhooks WHERE id = ?1")?
                    .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let Some((webhook, mark)) = webhook else {
                    return Ok(Waiting::default());
                };
                let counted: i64 = conn.prepare_cached(WAITING)?.query_row(
                    params![
                        webhook,
                        mark.unwrap_or(i64::MIN),
                        due_by.as_micros(),
                        (MOST_WAITING + 1).cast_signed()
                    ],
                    |row| row.get(0),
                )?;
                Ok(Waiting::new(counted.cast_unsigned()))
            })
            .await
    }
}

/// Cancels everything that is pending but tests: a mark, and the sweep behind it.
fn clear(
    work: &mut Work<'_>,
    (organization_id, id): (OrganizationId, WebhookId),
    now: Time,
    entry: &Entry,
) -> std::result::Result<(), Fault> {
    let organization = match work.state.organization(work.conn, organization_id)? {
        Some(organization) => organization.seq,
        None => return Err(Error::NotFound("webhook").into()),
    };
    let newest = work.state.newest;
    let slot = match work.webhook(id)? {
        Some(slot) if slot.organization == organization && slot.deleted_at.is_none() => {
            slot.clone()
        }
        _ => return Err(Error::NotFound("webhook").into()),
    };
    let mark = now
        .max(newest)
        .max(slot.cancelled_up_to.unwrap_or_default());
    work.conn
        .prepare_cached(
            "UPDATE webhooks SET cancelled_up_to = ?2, cleared_up_to = ?2, unswept = 1
             WHERE seq = ?1",
        )?
        .execute(params![slot.seq, mark.as_micros()])?;
    changed(work, id, organization, Some(mark))?;
    audit::write(work.conn, entry)
}
