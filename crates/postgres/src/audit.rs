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
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    Postgres,
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text, time},
};

/// The oldest entries. Ids sort by time, but for clocks that differ: the time decides.
pub(crate) const FORGET: &str = "\
DELETE FROM audit WHERE id = ANY(ARRAY(
    SELECT id FROM audit WHERE id < $1 AND at < $2 ORDER BY id LIMIT $3))";

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
            Self::Organization => "organization_id = $1::uuid",
            Self::Subject => "subject = $2::text",
        }
    }

    /// How far down a call may look. The comparisons with NULL only give parameters their types.
    pub(crate) fn floor(self) -> String {
        format!(
            "SELECT id FROM audit
             WHERE {} AND id >= $3 AND id < $4
                   AND ($1::uuid IS NULL OR true) AND ($2::text IS NULL OR true)
             ORDER BY id DESC LIMIT 1 OFFSET $5",
            self.start()
        )
    }

    /// What it finds there.
    pub(crate) fn list(self) -> String {
        format!(
            "SELECT id, at, organization_id, actor_kind, actor_id, actor_name, address, request,
                    action, subject, label, before, after
             FROM audit
             WHERE {} AND id >= $3 AND id < $4
                   AND ($1::uuid IS NULL OR organization_id = $1)
                   AND ($2::text IS NULL OR subject = $2)
                   AND ($6::text IS NULL OR actor_id = $6 OR actor_name = $6)
                   AND ($7::text IS NULL OR action = $7
                        OR (right($7, 1) = '.' AND starts_with(action, $7)))
                   AND ($8::bigint IS NULL OR at >= $8)
                   AND ($9::bigint IS NULL OR at < $9)
             ORDER BY id DESC LIMIT $5",
            self.start()
        )
    }
}

#[async_trait]
impl Audit for Postgres {
    async fn note(&self, entries: Vec<Entry>) -> Result<()> {
        Ok(note(self, &entries).await?)
    }

    async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Page<Entry, AuditId>> {
        let conn = self.shared().reader().await?;
        Ok(list(&conn, filter, before, limit).await?)
    }

    async fn forget_audit(&self, before: Time, limit: usize) -> Result<u64> {
        let conn = self.shared().worker().await?;
        let first = AuditId::floor(before).uuid();
        let forgotten = conn
            .execute(FORGET, &[&first, &before.as_micros(), &(limit as i64)])
            .await;
        Ok(forgotten.map_err(Fault::from)?)
    }
}

async fn note(store: &Postgres, entries: &[Entry]) -> std::result::Result<(), Fault> {
    let began = Instant::now();
    let shared = store.shared();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    for entry in entries {
        write(&transaction, entry).await?;
    }
    shared.commit(transaction, began).await
}

/// Writes an entry, within the transaction of its change.
pub(crate) async fn write(conn: &impl Conn, entry: &Entry) -> std::result::Result<(), Fault> {
    conn.execute(
        "INSERT INTO audit (id, at, organization_id, actor_kind, actor_id, actor_name, address,
                            request, action, subject, label, before, after)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            &entry.id.uuid(),
            &entry.at.as_micros(),
            &entry.organization_id.map(|id| id.uuid()),
            &entry.actor.kind.as_str(),
            &entry.actor.id.as_deref().map(text),
            &text(&entry.actor.name),
            &entry.actor.address.map(|address| address.to_string()),
            &entry.actor.request.as_deref().map(text),
            &text(&entry.action),
            &text(&entry.subject),
            &text(&entry.label),
            &entry.before.as_deref().map(text),
            &entry.after.as_deref().map(text),
        ],
    )
    .await?;
    Ok(())
}

fn read(row: &Row) -> std::result::Result<Entry, Fault> {
    let kind: &str = row.try_get(3)?;
    let address: Option<&str> = row.try_get(6)?;
    Ok(Entry {
        id: row.id(0)?,
        at: row.at(1)?,
        organization_id: row.try_get::<_, Option<Uuid>>(2)?.map(OrganizationId::from),
        actor: Actor {
            kind: ActorKind::parse(kind)
                .ok_or_else(|| corrupt(format!("`{kind}` is no kind of actor")))?,
            id: row.try_get(4)?,
            name: row.try_get(5)?,
            address: address.map(str::parse).transpose().map_err(corrupt)?,
            request: row.try_get(7)?,
        },
        action: row.try_get(8)?,
        subject: row.try_get(9)?,
        label: row.try_get(10)?,
        before: row.try_get(11)?,
        after: row.try_get(12)?,
    })
}

async fn list(
    conn: &impl Conn,
    filter: &AuditFilter,
    before: Option<AuditId>,
    limit: usize,
) -> std::result::Result<Page<Entry, AuditId>, Fault> {
    let walk = Walk::of(filter);
    let (from, until) = bounds(filter, before);
    let organization = filter.organization_id.map(|id| id.uuid());
    let subject = filter.subject.as_deref().map(text);
    let looked_to = conn
        .query_opt(
            &walk.floor(),
            &[
                &organization,
                &subject,
                &from.uuid(),
                &until.uuid(),
                &(LOOK_AT as i64 - 1),
            ],
        )
        .await?
        .map(|row| row.id::<AuditId>(0))
        .transpose()?;
    let limit = limit.max(1);
    let rows = conn
        .query(
            &walk.list(),
            &[
                &organization,
                &subject,
                &looked_to.unwrap_or(from).uuid(),
                &until.uuid(),
                &(limit as i64 + 1),
                &filter.actor.as_deref().map(text),
                &filter.action.as_deref().map(text),
                &time(filter.since),
                &time(filter.until),
            ],
        )
        .await?;
    let found = rows
        .iter()
        .map(read)
        .collect::<std::result::Result<_, _>>()?;
    Ok(page(found, limit, looked_to))
}
