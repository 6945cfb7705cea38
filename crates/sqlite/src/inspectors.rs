//! The port of inspectors. What arrives is written by the one writer, among everything else; what
//! makes room is found by an index that knows how long each request is.

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
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    Sqlite, audit,
    fault::Fault,
    rows::{RowExt as _, damage},
    users,
};

/// The columns that [`read`] reads. One of an organization that is gone is gone.
macro_rules! inspector_columns {
    () => {
        "SELECT i.id, o.id, i.name, i.channels, i.status, i.delay_s, i.created_at, i.created_by, \
         i.used_at, i.seq
         FROM inspectors i JOIN organizations o ON o.seq = i.organization AND o.deleted_at IS NULL "
    };
}

/// How what arrives finds its inspector.
pub(crate) const ONE: &str = concat!(inspector_columns!(), "WHERE i.id = ?1");
/// Those of an organization.
pub(crate) const LIST: &str = concat!(
    inspector_columns!(),
    "WHERE i.organization = (SELECT seq FROM organizations WHERE id = ?1) AND i.used_at >= ?2
     ORDER BY i.id DESC"
);
/// How many are in the way of one more: of this organization, and of these channels.
pub(crate) const COUNT: &str = "\
SELECT count(*), count(*) FILTER (WHERE channels = ?3) FROM inspectors
WHERE organization = ?1 AND used_at >= ?2";
/// One that nobody has used for long.
pub(crate) const UNUSED: &str = "SELECT seq FROM inspectors WHERE used_at < ?1 LIMIT 1";
/// What must go to make room.
pub(crate) const BEYOND: &str = "\
SELECT seq FROM (
    SELECT seq, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
    FROM inspected WHERE inspector = ?1 WINDOW newest AS (ORDER BY id DESC))
WHERE place > ?2 OR (total > ?3 AND place > 1)";
/// What arrived, without bodies.
pub(crate) const ARRIVED: &str = "\
SELECT r.id, r.at, r.address, r.method, r.path, r.headers, r.body_bytes, r.answered
FROM inspected r WHERE r.inspector = (SELECT seq FROM inspectors WHERE id = ?1) AND r.id < ?2
ORDER BY r.id DESC LIMIT ?3";
/// One request.
pub(crate) const REQUEST: &str = "\
SELECT r.id, r.at, r.address, r.method, r.path, r.headers, r.body_bytes, r.answered, r.body
FROM inspected r WHERE r.inspector = (SELECT seq FROM inspectors WHERE id = ?1) AND r.id = ?2";

#[async_trait]
impl Inspectors for Sqlite {
    async fn create_inspector(
        &self,
        inspector: Inspector,
        since: Time,
        entry: Entry,
    ) -> Result<bool> {
        self.writer()
            .call(2, move |work| create(work.conn, &inspector, since, &entry))
            .await
    }

    async fn inspector(&self, id: InspectorId) -> Result<Option<Inspector>> {
        self.readers()
            .read(move |conn| Ok(found(conn, id)?.map(|(inspector, _)| inspector)))
            .await
    }

    async fn inspectors(
        &self,
        organization_id: OrganizationId,
        since: Time,
    ) -> Result<Vec<Inspector>> {
        self.readers()
            .read(move |conn| {
                let found = conn
                    .prepare_cached(LIST)?
                    .query_map(
                        params![organization_id.as_bytes(), since.as_micros()],
                        |row| read(row).map(|(inspector, _)| inspector),
                    )?
                    .collect::<rusqlite::Result<_>>()?;
                Ok(found)
            })
            .await
    }

    async fn update_inspector(&self, inspector: Inspector, entry: Entry) -> Result<bool> {
        self.writer()
            .call(2, move |work| update(work.conn, &inspector, &entry))
            .await
    }

    async fn delete_inspector(
        &self,
        organization_id: OrganizationId,
        id: InspectorId,
        entry: Entry,
    ) -> Result<bool> {
        self.writer()
            .call(MAX_KEPT, move |work| {
                delete(work.conn, organization_id, id, &entry)
            })
            .await
    }

    async fn keep_inspected(&self, inspected: Inspected, body: Bytes) -> Result<()> {
        // The pages of a body count too.
        let rows = 3 + inspected.bytes() / 4096;
        self.writer()
            .call(rows, move |work| keep(work.conn, &inspected, &body))
            .await
    }

    async fn list_inspected(
        &self,
        inspector_id: InspectorId,
        before: Option<InspectedId>,
        limit: usize,
    ) -> Result<Vec<Inspected>> {
        let before = before.unwrap_or(InspectedId::from_bytes([0xff; 16]));
        self.readers()
            .read(move |conn| {
                let found = conn
                    .prepare_cached(ARRIVED)?
                    .query_map(
                        params![inspector_id.as_bytes(), before.as_bytes(), limit as i64],
                        |row| request(row, inspector_id),
                    )?
                    .collect::<rusqlite::Result<_>>()?;
                Ok(found)
            })
            .await
    }

    async fn inspected(
        &self,
        inspector_id: InspectorId,
        id: InspectedId,
    ) -> Result<Option<(Inspected, Bytes)>> {
        self.readers()
            .read(move |conn| {
                Ok(conn
                    .prepare_cached(REQUEST)?
                    .query_row(params![inspector_id.as_bytes(), id.as_bytes()], |row| {
                        let body = Bytes::copy_from_slice(row.get_ref(8)?.as_blob()?);
                        Ok((request(row, inspector_id)?, body))
                    })
                    .optional()?)
            })
            .await
    }

    async fn clear_inspected(&self, inspector_id: InspectorId, entry: Entry) -> Result<u64> {
        self.writer()
            .call(MAX_KEPT, move |work| {
                let gone = work
                    .conn
                    .prepare_cached(
                        "DELETE FROM inspected
                         WHERE inspector = (SELECT seq FROM inspectors WHERE id = ?1)",
                    )?
                    .execute([inspector_id.as_bytes()])?;
                audit::write(work.conn, &entry)?;
                Ok(gone as u64)
            })
            .await
    }

    async fn sweep_inspectors(&self, before: Time) -> Result<bool> {
        self.writer()
            .call(MAX_KEPT, move |work| {
                let unused: Option<i64> = work
                    .conn
                    .prepare_cached(UNUSED)?
                    .query_row([before.as_micros()], |row| row.get(0))
                    .optional()?;
                let Some(seq) = unused else { return Ok(false) };
                remove(work.conn, seq)?;
                Ok(true)
            })
            .await
    }
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<(Inspector, i64)> {
    let channels = row.get_ref(3)?.as_str()?;
    let inspector = Inspector {
        id: row.id(0)?,
        organization_id: row.id(1)?,
        name: row.get(2)?,
        channels: serde_json::from_str(channels).map_err(|error| damage(3, error))?,
        answering: Answering {
            status: row.get(4)?,
            delay_s: row.get(5)?,
        },
        created_at: row.at(6)?,
        created_by: row.get(7)?,
        used_at: row.at(8)?,
    };
    Ok((inspector, row.get(9)?))
}

fn request(row: &Row<'_>, inspector_id: InspectorId) -> rusqlite::Result<Inspected> {
    let headers = HeaderList::from_bytes(row.get_ref(5)?.as_blob()?);
    let address: Option<String> = row.get(2)?;
    let address = address.map(|text| text.parse()).transpose();
    Ok(Inspected {
        id: row.id(0)?,
        inspector_id,
        at: row.at(1)?,
        address: address.map_err(|error| damage(2, error))?,
        method: row.get(3)?,
        path: row.get(4)?,
        headers: headers.ok_or_else(|| damage(5, "these are no headers"))?,
        body_bytes: row.get(6)?,
        answered: row.get(7)?,
    })
}

fn found(
    conn: &Connection,
    id: InspectorId,
) -> std::result::Result<Option<(Inspector, i64)>, Fault> {
    Ok(conn
        .prepare_cached(ONE)?
        .query_row([id.as_bytes()], read)
        .optional()?)
}

fn create(
    conn: &Connection,
    inspector: &Inspector,
    since: Time,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let organization = users::organization(conn, inspector.organization_id)?;
    let channels = serde_json::json!(inspector.channels).to_string();
    let (all, alike): (i64, i64) = conn
        .prepare_cached(COUNT)?
        .query_row(params![organization, since.as_micros(), channels], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if all >= MAX_IN_ORGANIZATION as i64 || alike >= MAX_ALIKE as i64 {
        return Ok(false);
    }
    conn.prepare_cached(
        "INSERT INTO inspectors (id, organization, name, channels, status, delay_s, created_at,
                                 created_by, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        inspector.id.as_bytes(),
        organization,
        inspector.name,
        channels,
        inspector.answering.status,
        inspector.answering.delay_s,
        inspector.created_at.as_micros(),
        inspector.created_by,
        inspector.used_at.as_micros(),
    ])?;
    audit::write(conn, entry)?;
    Ok(true)
}

fn update(
    conn: &Connection,
    inspector: &Inspector,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let Some((_, seq)) = found(conn, inspector.id)? else {
        return Ok(false);
    };
    conn.prepare_cached(
        "UPDATE inspectors SET name = ?2, status = ?3, delay_s = ?4, used_at = max(used_at, ?5)
         WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        inspector.name,
        inspector.answering.status,
        inspector.answering.delay_s,
        inspector.used_at.as_micros(),
    ])?;
    audit::write(conn, entry)?;
    Ok(true)
}

fn delete(
    conn: &Connection,
    organization_id: OrganizationId,
    id: InspectorId,
    entry: &Entry,
) -> std::result::Result<bool, Fault> {
    let seq = match found(conn, id)? {
        Some((inspector, seq)) if inspector.organization_id == organization_id => seq,
        _ => return Ok(false),
    };
    remove(conn, seq)?;
    audit::write(conn, entry)?;
    Ok(true)
}

fn remove(conn: &Connection, seq: i64) -> std::result::Result<(), Fault> {
    conn.prepare_cached("DELETE FROM inspected WHERE inspector = ?1")?
        .execute([seq])?;
    conn.prepare_cached("DELETE FROM inspectors WHERE seq = ?1")?
        .execute([seq])?;
    Ok(())
}

fn keep(conn: &Connection, inspected: &Inspected, body: &[u8]) -> std::result::Result<(), Fault> {
    let (_, seq) = found(conn, inspected.inspector_id)?.ok_or(Error::NotFound("inspector"))?;
    conn.prepare_cached("UPDATE inspectors SET used_at = max(used_at, ?2) WHERE seq = ?1")?
        .execute(params![seq, inspected.at.as_micros()])?;
    conn.prepare_cached(
        "INSERT INTO inspected (inspector, id, bytes, at, address, method, path, headers,
                                body_bytes, answered, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        seq,
        inspected.id.as_bytes(),
        inspected.bytes() as i64,
        inspected.at.as_micros(),
        inspected.address.map(|address| address.to_string()),
        inspected.method,
        inspected.path,
        inspected.headers.as_bytes(),
        inspected.body_bytes,
        inspected.answered,
        body,
    ])?;
    conn.prepare_cached(&format!("DELETE FROM inspected WHERE seq IN ({BEYOND})"))?
        .execute(params![seq, MAX_KEPT as i64, MAX_KEPT_BYTES as i64])?;
    Ok(())
}
