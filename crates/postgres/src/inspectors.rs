//! The port of inspectors. Whoever keeps a request, changes or removes an inspector holds its row:
//! nothing arrives beside a removal, and what makes room is counted by one after the other.

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    headers::HeaderList,
    ids::{InspectedId, InspectorId, OrganizationId},
    inspector::{
        Answering, Inspected, Inspector, MAX_ALIKE, MAX_IN_ORGANIZATION, MAX_KEPT, MAX_KEPT_BYTES,
    },
    ports::{Error, Inspectors, Result},
    time::Time,
};
use bytes::Bytes;
use tokio::time::Instant;
use tokio_postgres::Row;

use crate::{
    Postgres, audit,
    connect::Conn as _,
    fault::{Fault, corrupt},
    locks,
    rows::{Key as _, RowExt as _, text},
    shared::Shared,
};

/// The columns that [`read`] reads. One of an organization that is gone is gone.
macro_rules! inspector_columns {
    () => {
        "SELECT i.id, i.organization_id, i.name, i.channels, i.status, i.delay_s, i.created_at, \
         i.created_by, i.used_at
         FROM inspectors i JOIN organizations o ON o.id = i.organization_id AND o.deleted_at IS NULL "
    };
}

/// How what arrives finds its inspector.
pub(crate) const ONE: &str = concat!(inspector_columns!(), "WHERE i.id = $1");
/// The same, held.
pub(crate) const HOLD: &str = concat!(
    inspector_columns!(),
    "WHERE i.id = $1 FOR NO KEY UPDATE OF i"
);
/// Those of an organization.
pub(crate) const LIST: &str = concat!(
    inspector_columns!(),
    "WHERE i.organization_id = $1 AND i.used_at >= $2 ORDER BY i.id DESC"
);
/// How many are in the way of one more: of this organization, and of these channels. No row when the
/// organization is gone.
pub(crate) const COUNT: &str = "\
SELECT (SELECT count(*) FROM inspectors WHERE organization_id = o.id AND used_at >= $2),
       (SELECT count(*) FROM inspectors
        WHERE organization_id = o.id AND used_at >= $2 AND channels = $3)
FROM organizations o WHERE o.id = $1 AND o.deleted_at IS NULL";
/// One that nobody has used for long, and that nobody is at.
pub(crate) const UNUSED: &str = "\
SELECT id FROM inspectors WHERE used_at < $1 LIMIT 1 FOR UPDATE SKIP LOCKED";
/// Makes room.
pub(crate) const MAKE_ROOM: &str = "\
DELETE FROM inspected WHERE inspector_id = $1 AND id = ANY(ARRAY(
    SELECT id FROM (
        SELECT id, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
        FROM inspected WHERE inspector_id = $1 WINDOW newest AS (ORDER BY id DESC)) k
    WHERE place > $2 OR (total > $3 AND place > 1)))";
/// What arrived, without bodies.
pub(crate) const ARRIVED: &str = "\
SELECT id, at, address, method, path, headers, body_bytes, answered
FROM inspected WHERE inspector_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
/// One request.
pub(crate) const REQUEST: &str = "\
SELECT id, at, address, method, path, headers, body_bytes, answered, body
FROM inspected WHERE inspector_id = $1 AND id = $2";

#[async_trait]
impl Inspectors for Postgres {
    async fn create_inspector(
        &self,
        inspector: Inspector,
        since: Time,
        entry: Entry,
    ) -> Result<bool> {
        Ok(create(self.shared(), &inspector, since, &entry).await?)
    }

    async fn inspector(&self, id: InspectorId) -> Result<Option<Inspector>> {
        let conn = self.shared().reader().await?;
        let found = conn.query_opt(ONE, &[&id.uuid()]).await;
        let found = found.map_err(Fault::from)?;
        Ok(found.map(|row| read(&row)).transpose()?)
    }

    async fn inspectors(
        &self,
        organization_id: OrganizationId,
        since: Time,
    ) -> Result<Vec<Inspector>> {
        let conn = self.shared().reader().await?;
        let rows = conn
            .query(LIST, &[&organization_id.uuid(), &since.as_micros()])
            .await
            .map_err(Fault::from)?;
        let found: std::result::Result<_, Fault> = rows.iter().map(read).collect();
        Ok(found?)
    }

    async fn update_inspector(&self, inspector: Inspector, entry: Entry) -> Result<bool> {
        Ok(update(self.shared(), &inspector, &entry).await?)
    }

    async fn delete_inspector(
        &self,
        organization_id: OrganizationId,
        id: InspectorId,
        entry: Entry,
    ) -> Result<bool> {
        Ok(delete(self.shared(), organization_id, id, &entry).await?)
    }

    async fn keep_inspected(&self, inspected: Inspected, body: Bytes) -> Result<()> {
        Ok(keep(self.shared(), &inspected, &body).await?)
    }

    async fn list_inspected(
        &self,
        inspector_id: InspectorId,
        before: Option<InspectedId>,
        limit: usize,
    ) -> Result<Vec<Inspected>> {
        let before = before.unwrap_or(InspectedId::from_bytes([0xff; 16]));
        let conn = self.shared().reader().await?;
        let rows = conn
            .query(
                ARRIVED,
                &[&inspector_id.uuid(), &before.uuid(), &(limit as i64)],
            )
            .await
            .map_err(Fault::from)?;
        let found: std::result::Result<_, Fault> =
            rows.iter().map(|row| request(row, inspector_id)).collect();
        Ok(found?)
    }

    async fn inspected(
        &self,
        inspector_id: InspectorId,
        id: InspectedId,
    ) -> Result<Option<(Inspected, Bytes)>> {
        let conn = self.shared().reader().await?;
        let found = conn
            .query_opt(REQUEST, &[&inspector_id.uuid(), &id.uuid()])
            .await
            .map_err(Fault::from)?;
        let Some(row) = found else { return Ok(None) };
        let body: &[u8] = row.try_get(8).map_err(Fault::from)?;
        let body = Bytes::copy_from_slice(body);
        Ok(Some((request(&row, inspector_id)?, body)))
    }

    async fn clear_inspected(&self, inspector_id: InspectorId, entry: Entry) -> Result<u64> {
        Ok(clear(self.shared(), inspector_id, &entry).await?)
    }

    async fn sweep_inspectors(&self, before: Time) -> Result<bool> {
        Ok(sweep(self.shared(), before).await?)
    }
}

fn small<T: TryFrom<i16>>(row: &Row, column: usize) -> std::result::Result<T, Fault> {
    let number: i16 = row.try_get(column)?;
    T::try_from(number).map_err(|_| corrupt("a number of an inspector is out of range"))
}

pub(crate) fn read(row: &Row) -> std::result::Result<Inspector, Fault> {
    Ok(Inspector {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        name: row.try_get(2)?,
        channels: serde_json::from_str(row.try_get(3)?).map_err(corrupt)?,
        answering: Answering {
            status: small(row, 4)?,
            delay_s: small(row, 5)?,
        },
        created_at: row.at(6)?,
        created_by: row.try_get(7)?,
        used_at: row.at(8)?,
    })
}

fn request(row: &Row, inspector_id: InspectorId) -> std::result::Result<Inspected, Fault> {
    let address: Option<&str> = row.try_get(2)?;
    let headers = HeaderList::from_bytes(row.try_get(5)?);
    Ok(Inspected {
        id: row.id(0)?,
        inspector_id,
        at: row.at(1)?,
        address: address.map(str::parse).transpose().map_err(corrupt)?,
        method: row.try_get(3)?,
        path: row.try_get(4)?,
        headers: headers.ok_or_else(|| corrupt("what should be headers is none"))?,
        body_bytes: row.u32(6)?,
        answered: small(row, 7)?,
    })
}

async fn create(
    shared: &Shared,
    inspector: &Inspector,
    since: Time,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    // One after the other: two who count at once would both find room.
    locks::hold(&transaction, inspector.organization_id).await?;
    let organization = inspector.organization_id.uuid();
    let channels = text(&serde_json::json!(inspector.channels).to_string());
    let row = transaction
        .query_opt(COUNT, &[&organization, &since.as_micros(), &channels])
        .await?
        .ok_or(Error::NotFound("organization"))?;
    let (all, alike): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if all >= MAX_IN_ORGANIZATION as i64 || alike >= MAX_ALIKE as i64 {
        return Ok(false);
    }
    transaction
        .execute(
            "INSERT INTO inspectors (id, organization_id, name, channels, status, delay_s,
                                     created_at, created_by, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &inspector.id.uuid(),
                &organization,
                &text(&inspector.name),
                &channels,
                &inspector.answering.status.cast_signed(),
                &i16::from(inspector.answering.delay_s),
                &inspector.created_at.as_micros(),
                &text(&inspector.created_by),
                &inspector.used_at.as_micros(),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

async fn update(
    shared: &Shared,
    inspector: &Inspector,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let held = transaction.query_opt(HOLD, &[&inspector.id.uuid()]).await?;
    if held.is_none() {
        return Ok(false);
    }
    transaction
        .execute(
            "UPDATE inspectors SET name = $2, status = $3, delay_s = $4,
                                   used_at = greatest(used_at, $5)
             WHERE id = $1",
            &[
                &inspector.id.uuid(),
                &text(&inspector.name),
                &inspector.answering.status.cast_signed(),
                &i16::from(inspector.answering.delay_s),
                &inspector.used_at.as_micros(),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

async fn delete(
    shared: &Shared,
    organization_id: OrganizationId,
    id: InspectorId,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let held = transaction.query_opt(HOLD, &[&id.uuid()]).await?;
    match held.map(|row| read(&row)).transpose()? {
        Some(inspector) if inspector.organization_id == organization_id => {}
        _ => return Ok(false),
    }
    remove(&transaction, id).await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

async fn clear(shared: &Shared, id: InspectorId, entry: &Entry) -> std::result::Result<u64, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let sql = "DELETE FROM inspected WHERE inspector_id = $1";
    let gone = transaction.execute(sql, &[&id.uuid()]).await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await?;
    Ok(gone)
}

async fn remove(
    conn: &impl crate::connect::Conn,
    id: InspectorId,
) -> std::result::Result<(), Fault> {
    for sql in [
        "DELETE FROM inspected WHERE inspector_id = $1",
        "DELETE FROM inspectors WHERE id = $1",
    ] {
        conn.execute(sql, &[&id.uuid()]).await?;
    }
    Ok(())
}

async fn keep(
    shared: &Shared,
    inspected: &Inspected,
    body: &[u8],
) -> std::result::Result<(), Fault> {
    let began = Instant::now();
    // One at a time: it leaves the other workers to claims and to the catalogue.
    let Ok(_turn) = shared.inspecting.acquire().await else {
        return Err(Error::Unavailable("the store is closed".to_owned()).into());
    };
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let id = inspected.inspector_id.uuid();
    transaction
        .query_opt(HOLD, &[&id])
        .await?
        .ok_or(Error::NotFound("inspector"))?;
    let at = inspected.at.as_micros();
    transaction
        .execute(
            "UPDATE inspectors SET used_at = greatest(used_at, $2) WHERE id = $1",
            &[&id, &at],
        )
        .await?;
    transaction
        .execute(
            "INSERT INTO inspected (inspector_id, id, bytes, at, address, method, path, headers,
                                    body_bytes, answered, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &id,
                &inspected.id.uuid(),
                &(inspected.bytes() as i32),
                &at,
                &inspected.address.map(|address| address.to_string()),
                &text(&inspected.method),
                &text(&inspected.path),
                &inspected.headers.as_bytes(),
                &inspected.body_bytes.cast_signed(),
                &inspected.answered.cast_signed(),
                &body,
            ],
        )
        .await?;
    transaction
        .execute(
            MAKE_ROOM,
            &[&id, &(MAX_KEPT as i64), &(MAX_KEPT_BYTES as i64)],
        )
        .await?;
    shared.commit(transaction, began).await
}

async fn sweep(shared: &Shared, before: Time) -> std::result::Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let unused = transaction
        .query_opt(UNUSED, &[&before.as_micros()])
        .await?;
    let Some(row) = unused else { return Ok(false) };
    remove(&transaction, row.id(0)?).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}
