//! What is to be told: written with what it follows from, taken and forgotten by whoever tells it.

use async_trait::async_trait;
use bellwire_core::{
    ids::{NoticeId, OrganizationId, WebhookId},
    own_event::{Kind, Notice},
    ports::{Outbox, Result, TAKEN_US},
    stored::aside::NOTICE_WAITS_US,
    time::Time,
};
use rusqlite::{Connection, params};

use crate::{Sqlite, aside, fault::Fault, rows::RowExt as _, work::Work};

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
            .call(1, move |work| take(work, now, limit))
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

/// Takes some. One that cannot be read is passed over, and set aside when it has waited long enough
/// for somebody who can; then others are taken in its place.
fn take(work: &mut Work<'_>, now: Time, limit: usize) -> std::result::Result<Vec<Notice>, Fault> {
    let until = now + TAKEN_US;
    let mut notices = Vec::new();
    loop {
        let mut statement = work.conn.prepare_cached(
            "UPDATE outbox SET taken_until = ?2
             WHERE id IN (SELECT id FROM outbox WHERE taken_until <= ?1 ORDER BY id LIMIT ?3)
             RETURNING id, at, organization, webhook, kind, facts",
        )?;
        let rows = statement.query_map(
            params![now.as_micros(), until.as_micros(), limit as i64],
            Row::read,
        )?;
        let rows = rows.collect::<rusqlite::Result<Vec<Row>>>()?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            match row.notice() {
                Ok(notice) => notices.push(notice),
                Err(why) => pass_over(work, &row, &why, now)?,
            }
        }
        if !notices.is_empty() {
            break;
        }
    }
    notices.sort_unstable_by_key(|notice| notice.id);
    Ok(notices)
}

/// A row as it is stored.
struct Row {
    id: Vec<u8>,
    at: Time,
    organization: Vec<u8>,
    webhook: Vec<u8>,
    kind: String,
    facts: String,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            at: row.at(1)?,
            organization: row.get(2)?,
            webhook: row.get(3)?,
            kind: row.get(4)?,
            facts: row.get(5)?,
        })
    }

    /// The notice that it is, or why it is none.
    fn notice(&self) -> std::result::Result<Notice, String> {
        let id = |name: &str, bytes: &[u8]| -> std::result::Result<[u8; 16], String> {
            bytes.try_into().map_err(|_| format!("`{name}` is no id"))
        };
        let kind = &self.kind;
        Ok(Notice {
            id: NoticeId::from_bytes(id("id", &self.id)?),
            organization_id: OrganizationId::from_bytes(id("organization", &self.organization)?),
            webhook_id: WebhookId::from_bytes(id("webhook", &self.webhook)?),
            kind: Kind::of(kind).ok_or_else(|| format!("`{kind}` is no kind"))?,
            at: self.at,
            facts: serde_json::from_str(&self.facts).map_err(|error| error.to_string())?,
        })
    }
}

fn pass_over(
    work: &mut Work<'_>,
    row: &Row,
    why: &str,
    now: Time,
) -> std::result::Result<(), Fault> {
    if row.at > now - NOTICE_WAITS_US {
        tracing::warn!(
            why,
            kind = row.kind,
            "a notice that cannot be read waits for an hour"
        );
        return Ok(());
    }
    let why = format!("{why}: a notice of the kind `{}` of {}", row.kind, row.at);
    aside::put(work, "outbox", &why, row.facts.as_bytes(), now)?;
    work.conn
        .prepare_cached("DELETE FROM outbox WHERE id = ?1")?
        .execute([&row.id])?;
    Ok(())
}
