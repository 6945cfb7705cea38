//! What is to be told: written with what it follows from, taken and forgotten by whichever node tells
//! it. A row that another node is taking is stepped over.

use async_trait::async_trait;
use bellwire_core::{
    ids::NoticeId,
    own_event::{Kind, Notice},
    ports::{Outbox, Result, TAKEN_US},
    time::Time,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    Postgres,
    connect::Conn,
    fault::{Fault, corrupt},
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

async fn take(
    store: &Postgres,
    now: Time,
    limit: usize,
) -> std::result::Result<Vec<Notice>, Fault> {
    let conn = store.shared().worker().await?;
    let until = now + TAKEN_US;
    let rows = conn
        .query(
            "WITH chosen AS (
                 SELECT id FROM outbox WHERE taken_until <= $1 ORDER BY id LIMIT $3
                 FOR UPDATE SKIP LOCKED)
             UPDATE outbox o SET taken_until = $2 FROM chosen WHERE o.id = chosen.id
             RETURNING o.id, o.organization_id, o.webhook_id, o.kind, o.at, o.facts",
            &[&now.as_micros(), &until.as_micros(), &(limit as i64)],
        )
        .await?;
    let mut notices = rows
        .iter()
        .map(read)
        .collect::<std::result::Result<Vec<Notice>, Fault>>()?;
    notices.sort_unstable_by_key(|notice| notice.id);
    Ok(notices)
}

fn read(row: &Row) -> std::result::Result<Notice, Fault> {
    let kind: &str = row.try_get(3)?;
    Ok(Notice {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        webhook_id: row.id(2)?,
        kind: Kind::of(kind).ok_or_else(|| corrupt(format!("`{kind}` is no kind")))?,
        at: Time::from_micros(row.try_get(4)?),
        facts: serde_json::from_str(row.try_get(5)?).map_err(corrupt)?,
    })
}

async fn forget(store: &Postgres, ids: &[Uuid]) -> std::result::Result<(), Fault> {
    let conn = store.shared().worker().await?;
    conn.execute("DELETE FROM outbox WHERE id = ANY($1)", &[&ids])
        .await?;
    Ok(())
}
