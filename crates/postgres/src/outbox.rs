//! What is to be told: written with what it follows from, taken and forgotten by whichever node tells
//! it. A row that another node is taking is stepped over.

use async_trait::async_trait;
use bellwire_core::{
    ids::NoticeId,
    own_event::{Kind, Notice},
    ports::{Outbox, Result, TAKEN_US},
    stored::aside::NOTICE_WAITS_US,
    time::Time,
};
use deadpool_postgres::Object;
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    Postgres, aside,
    connect::Conn,
    fault::Fault,
    rows::{Key as _, RowExt as _},
};

#[async_trait]
impl Outbox for Postgres {
    async fn take_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>> {
        Ok(take(self, now, limit).await?)
    }

    async fn forget_notices(&self, ids: &[NoticeId]) -> Result<()> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        Ok(forget(self, &ids).await?)
    }
}

const TAKE: &str = "\
WITH chosen AS (
    SELECT id FROM outbox WHERE taken_until <= $1 ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET taken_until = $2 FROM chosen WHERE o.id = chosen.id
RETURNING o.id, o.organization_id, o.webhook_id, o.kind, o.at, o.facts";

/// Writes notices within the transaction that they follow from.
pub(crate) async fn write(conn: &impl Conn, notices: &[Notice]) -> std::result::Result<(), Fault> {
    if notices.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = notices.iter().map(|one| one.id.uuid()).collect();
    let organizations: Vec<Uuid> = notices
        .iter()
        .map(|one| one.organization_id.uuid())
        .collect();
    let webhooks: Vec<Uuid> = notices.iter().map(|one| one.webhook_id.uuid()).collect();
    let kinds: Vec<&str> = notices.iter().map(|one| one.kind.as_str()).collect();
    let times: Vec<i64> = notices.iter().map(|one| one.at.as_micros()).collect();
    let facts: Vec<String> = notices
        .iter()
        .map(|one| serde_json::to_string(&one.facts).expect("facts are plain data"))
        .collect();
    conn.execute(
        "INSERT INTO outbox (id, organization_id, webhook_id, kind, at, facts, taken_until)
         SELECT *, $7 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[],
                                  $6::text[])",
        &[
            &ids,
            &organizations,
            &webhooks,
            &kinds,
            &times,
            &facts,
            &i64::MIN,
        ],
    )
    .await?;
    Ok(())
}

/// Takes some. One that cannot be read is passed over, and set aside when it has waited long enough
/// for somebody who can; then others are taken in its place.
async fn take(
    store: &Postgres,
    now: Time,
    limit: usize,
) -> std::result::Result<Vec<Notice>, Fault> {
    let mut client = store.shared().worker().await?;
    let until = now + TAKEN_US;
    let mut notices = Vec::new();
    while notices.is_empty() {
        let rows = client
            .query(
                TAKE,
                &[&now.as_micros(), &until.as_micros(), &(limit as i64)],
            )
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            match read(row)? {
                Ok(notice) => notices.push(notice),
                Err(why) => pass_over(store, &mut client, row, &why, now).await?,
            }
        }
    }
    notices.sort_unstable_by_key(|notice| notice.id);
    Ok(notices)
}

/// The notice of a row, or why it is none.
fn read(row: &Row) -> std::result::Result<std::result::Result<Notice, String>, Fault> {
    let kind: &str = row.try_get(3)?;
    let Some(kind) = Kind::of(kind) else {
        return Ok(Err(format!("`{kind}` is no kind")));
    };
    let facts = match serde_json::from_str(row.try_get(5)?) {
        Ok(facts) => facts,
        Err(error) => return Ok(Err(error.to_string())),
    };
    Ok(Ok(Notice {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        webhook_id: row.id(2)?,
        kind,
        at: Time::from_micros(row.try_get(4)?),
        facts,
    }))
}

async fn pass_over(
    store: &Postgres,
    client: &mut Object,
    row: &Row,
    why: &str,
    now: Time,
) -> std::result::Result<(), Fault> {
    let (id, kind): (Uuid, &str) = (row.try_get(0)?, row.try_get(3)?);
    let at = row.at(4)?;
    if at > now - NOTICE_WAITS_US {
        tracing::warn!(why, kind, "a notice that cannot be read waits for an hour");
        return Ok(());
    }
    let shared = store.shared();
    let began = Instant::now();
    let transaction = client.transaction().await?;
    let why = format!("{why}: a notice of the kind `{kind}` of {at}");
    let facts: &str = row.try_get(5)?;
    aside::put(shared, &transaction, "outbox", &why, facts.as_bytes(), now).await?;
    Conn::execute(&transaction, "DELETE FROM outbox WHERE id = $1", &[&id]).await?;
    shared.commit(transaction, began).await
}

async fn forget(store: &Postgres, ids: &[Uuid]) -> std::result::Result<(), Fault> {
    let conn = store.shared().worker().await?;
    conn.execute("DELETE FROM outbox WHERE id = ANY($1)", &[&ids])
        .await?;
    Ok(())
}
