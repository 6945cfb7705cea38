//! The audit log: written with each change, read in bounded pieces.

use async_trait::async_trait;
use bellwire_core::{
    access::{Actor, ActorKind},
    audit::{AuditFilter, Entry},
    ids::{AuditId, OrganizationId},
    ports::{Audit, Page, Result},
    stored::audit::{LOOK_AT, bounds, page},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    Sqlite,
    fault::Fault,
    rows::{RowExt as _, damage, time},
};

/// The oldest entries. Ids sort by time, but for clocks that differ: the time decides.
pub(crate) const FORGET: &str = "\
DELETE FROM audit
WHERE id IN (SELECT id FROM audit WHERE id < ?1 AND at < ?2 ORDER BY id LIMIT ?3)";

/// Which index a list walks: the narrowest of those that the filter allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    All,
    Organization,
    Subject,
}

impl Walk {
    fn of(filter: &AuditFilter) -> Self {
        match (&filter.subject, filter.organization_id) {
            (Some(_), _) => Self::Subject,
            (None, Some(_)) => Self::Organization,
            (None, None) => Self::All,
        }
    }

    const fn start(self) -> &'static str {
        match self {
            Self::All => "true",
            Self::Organization => "organization = ?1",
            Self::Subject => "subject = ?2",
        }
    }

    /// How far down a call may look.
    pub(crate) fn floor(self) -> String {
        format!(
            "SELECT id FROM audit WHERE {} AND id >= ?3 AND id < ?4 ORDER BY id DESC
             LIMIT 1 OFFSET ?5",
            self.start()
        )
    }

    /// What it finds there.
    pub(crate) fn list(self) -> String {
        format!(
            "SELECT id, at, organization, actor_kind, actor_id, actor_name, address, request,
                    action, subject, label, before, after
             FROM audit WHERE {} AND id >= ?3 AND id < ?4
                  AND (?1 IS NULL OR organization = ?1)
                  AND (?2 IS NULL OR subject = ?2)
                  AND (?6 IS NULL OR actor_id = ?6 OR actor_name = ?6)
                  AND (?7 IS NULL OR action = ?7
                       OR (substr(?7, -1) = '.' AND substr(action, 1, length(?7)) = ?7))
                  AND (?8 IS NULL OR at >= ?8)
                  AND (?9 IS NULL OR at < ?9)
             ORDER BY id DESC LIMIT ?5",
            self.start()
        )
    }
}

#[async_trait]
impl Audit for Sqlite {
    async fn note(&self, entries: Vec<Entry>) -> Result<()> {
        self.writer()
            .call(entries.len(), move |work| {
                for entry in &entries {
                    write(work.conn, entry)?;
                }
                Ok(())
            })
            .await
    }

    async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Page<Entry, AuditId>> {
        let filter = filter.clone();
        self.readers()
            .read(move |conn| list(conn, &filter, before, limit))
            .await
    }

    async fn forget_audit(&self, before: Time, limit: usize) -> Result<u64> {
        self.as_server()?;
        self.writer()
            .call(limit, move |work| {
                let first = AuditId::floor(before);
                let forgotten = work.conn.prepare_cached(FORGET)?.execute(params![
                    first.as_bytes(),
                    before.as_micros(),
                    limit as i64
                ])?;
                Ok(forgotten as u64)
            })
            .await
    }
}

/// Writes an entry, within the transaction of its change.
pub(crate) fn write(conn: &Connection, entry: &Entry) -> std::result::Result<(), Fault> {
    conn.prepare_cached(
        "INSERT INTO audit (id, at, organization, actor_kind, actor_id, actor_name, address,
                            request, action, subject, label, before, after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        entry.id.as_bytes(),
        entry.at.as_micros(),
        entry.organization_id.map(|id| *id.as_bytes()),
        entry.actor.kind.as_str(),
        entry.actor.id,
        entry.actor.name,
        entry.actor.address.map(|address| address.to_string()),
        entry.actor.request,
        entry.action,
        entry.subject,
        entry.label,
        entry.before,
        entry.after,
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind = row.get_ref(3)?.as_str()?;
    let address = row.get_ref(6)?.as_str_or_null()?;
    Ok(Entry {
        id: row.id(0)?,
        at: row.at(1)?,
        organization_id: row
            .get::<_, Option<[u8; 16]>>(2)?
            .map(OrganizationId::from_bytes),
        actor: Actor {
            kind: ActorKind::parse(kind)
                .ok_or_else(|| damage(3, format!("`{kind}` is no kind of actor")))?,
            id: row.get(4)?,
            name: row.get(5)?,
            address: address
                .map(|text| text.parse().map_err(|error| damage(6, error)))
                .transpose()?,
            request: row.get(7)?,
        },
        action: row.get(8)?,
        subject: row.get(9)?,
        label: row.get(10)?,
        before: row.get(11)?,
        after: row.get(12)?,
    })
}

fn list(
    conn: &Connection,
    filter: &AuditFilter,
    before: Option<AuditId>,
    limit: usize,
) -> std::result::Result<Page<Entry, AuditId>, Fault> {
    let walk = Walk::of(filter);
    let (from, until) = bounds(filter, before);
    let organization = filter.organization_id.map(|id| *id.as_bytes());
    let looked_to: Option<AuditId> = conn
        .prepare_cached(&walk.floor())?
        .query_row(
            params![
                organization,
                filter.subject,
                from.as_bytes(),
                until.as_bytes(),
                LOOK_AT as i64 - 1,
            ],
            |row| row.id(0),
        )
        .optional()?;
    let limit = limit.max(1);
    let found = conn
        .prepare_cached(&walk.list())?
        .query_map(
            params![
                organization,
                filter.subject,
                looked_to.unwrap_or(from).as_bytes(),
                until.as_bytes(),
                limit as i64 + 1,
                filter.actor,
                filter.action,
                time(filter.since),
                time(filter.until),
            ],
            read,
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(page(found, limit, looked_to))
}
