//! What is to be told: written with what it follows from, taken and forgotten by whoever tells it.

use async_trait::async_trait;
use bellwire_core::{
    ids::NoticeId,
    own_event::{Kind, Notice},
    ports::{Outbox, Result, TAKEN_US},
    time::Time,
};
use rusqlite::{Connection, params};

use crate::{
    Sqlite,
    fault::Fault,
    rows::{RowExt as _, damage},
};

#[async_trait]
impl Outbox for Sqlite {
    async fn take_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>> {
        self.as_server()?;
        // Mostly there is nothing, and to find that out nothing need be written.
        let waits = move |conn: &Connection| -> std::result::Result<bool, Fault> {
            Ok(conn
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox WHERE taken_until <= ?1)")?
                .query_row([now.as_micros()], |row| row.get(0))?)
        };
        if !self.readers().read(waits).await? {
            return Ok(Vec::new());
        }
        self.writer()
            .call(1, move |work| take(work.conn, now, limit))
            .await
    }

    async fn forget_notices(&self, ids: &[NoticeId]) -> Result<()> {
        self.as_server()?;
        let ids = ids.to_vec();
        self.writer()
            .call(ids.len(), move |work| {
                let mut statement = work
                    .conn
                    .prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
                for id in &ids {
                    statement.execute([id.as_bytes()])?;
                }
                Ok(())
            })
            .await
    }
}

/// Writes a notice within the transaction that it follows from.
pub(crate) fn write(conn: &Connection, notice: &Notice) -> std::result::Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO outbox (id, organization, webhook, kind, at, facts, taken_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        notice.id.as_bytes(),
        notice.organization_id.as_bytes(),
        notice.webhook_id.as_bytes(),
        notice.kind.as_str(),
        notice.at.as_micros(),
        serde_json::to_string(&notice.facts).expect("facts are plain data"),
        i64::MIN,
    ])?;
    Ok(())
}

fn take(conn: &Connection, now: Time, limit: usize) -> std::result::Result<Vec<Notice>, Fault> {
    let mut statement = conn.prepare_cached(
        "UPDATE outbox SET taken_until = ?2
         WHERE id IN (SELECT id FROM outbox WHERE taken_until <= ?1 ORDER BY id LIMIT ?3)
         RETURNING id, organization, webhook, kind, at, facts",
    )?;
    let until = now + TAKEN_US;
    let rows = statement.query_map(
        params![now.as_micros(), until.as_micros(), limit as i64],
        |row| {
            let kind: String = row.get(3)?;
            Ok(Notice {
                id: row.id(0)?,
                organization_id: row.id(1)?,
                webhook_id: row.id(2)?,
                kind: Kind::of(&kind).ok_or_else(|| damage(3, format!("`{kind}` is no kind")))?,
                at: Time::from_micros(row.get(4)?),
                facts: serde_json::from_str(row.get_ref(5)?.as_str()?)
                    .map_err(|error| damage(5, error))?,
            })
        },
    )?;
    let mut notices = rows.collect::<rusqlite::Result<Vec<Notice>>>()?;
    notices.sort_unstable_by_key(|notice| notice.id);
    Ok(notices)
}
