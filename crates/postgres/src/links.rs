//! Links that work once.

use bellwire_core::{
    audit::Entry,
    ids::{LinkId, OrganizationId, UserId},
    ports::{Error, LinkUse},
    stored::people::{FIRST_OPERATOR, PASSWORD, purpose, purpose_columns, refusal},
    time::Time,
    user::Link,
};
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    fault::Fault,
    rows::{Key as _, RowExt as _, text, time},
    sessions::SWEEP,
    shared::Shared,
    users,
};

/// The columns that [`read`] reads. A link into an organization that is gone is gone.
macro_rules! link_columns {
    () => {
        "SELECT l.id, l.kind, l.user_id, l.portal, l.created_at, l.created_by, l.expires_at, \
         l.used_at, l.revoked_at
         FROM links l LEFT JOIN organizations o ON o.id = l.organization_id
         WHERE (l.organization_id IS NULL OR (o.id IS NOT NULL AND o.deleted_at IS NULL)) "
    };
}

const ONE: &str = concat!(link_columns!(), "AND l.id = $1");
/// Two who use the same link go one after the other.
pub(crate) const HOLD: &str = concat!(link_columns!(), "AND l.id = $1 FOR UPDATE OF l");
pub(crate) const LIST: &str = concat!(
    link_columns!(),
    "AND l.organization_id = $1 AND l.id < $2 ORDER BY l.id DESC LIMIT $3"
);

/// Steps over what somebody else is at.
pub(crate) const FORGET: &str = "\
WITH ended AS MATERIALIZED (
    SELECT id FROM links WHERE ends_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
DELETE FROM links l USING ended WHERE l.id = ended.id";

fn read(row: &Row) -> Result<Link, Fault> {
    let user = row.try_get::<_, Option<Uuid>>(2)?.map(UserId::from);
    Ok(Link {
        id: row.id(0)?,
        purpose: purpose(row.try_get(1)?, user, row.try_get(3)?)?,
        created_at: row.at(4)?,
        created_by: row.try_get(5)?,
        expires_at: row.at(6)?,
        used_at: row.time(7)?,
        revoked_at: row.time(8)?,
    })
}

pub(crate) async fn one(conn: &impl Conn, id: LinkId) -> Result<Option<Link>, Fault> {
    let found = conn.query_opt(ONE, &[&id.uuid()]).await?;
    found.map(|row| read(&row)).transpose()
}

pub(crate) async fn list(
    conn: &impl Conn,
    organization_id: OrganizationId,
    before: Option<LinkId>,
    limit: usize,
) -> Result<Vec<Link>, Fault> {
    let before = before.unwrap_or(LinkId::from_bytes([0xff; 16]));
    let rows = conn
        .query(
            LIST,
            &[&organization_id.uuid(), &before.uuid(), &(limit as i64)],
        )
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn create(
    shared: &Shared,
    link: &Link,
    entry: Option<&Entry>,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let columns = purpose_columns(&link.purpose);
    users::keep_organizations(&transaction, columns.organization.into_iter()).await?;
    if let Some(user) = columns.user {
        transaction
            .query_opt(
                "SELECT 1 FROM users WHERE id = $1 FOR SHARE",
                &[&user.uuid()],
            )
            .await?
            .ok_or(Error::NotFound("user"))?;
    }
    let inserted = transaction
        .execute(
            "INSERT INTO links (id, kind, user_id, organization_id, portal, created_at, created_by,
                                expires_at, used_at, revoked_at, ends_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $8)
             ON CONFLICT (id) DO NOTHING",
            &[
                &link.id.uuid(),
                &columns.kind,
                &columns.user.map(|id| id.uuid()),
                &columns.organization.map(|id| id.uuid()),
                &columns.portal.as_deref().map(text),
                &link.created_at.as_micros(),
                &text(&link.created_by),
                &link.expires_at.as_micros(),
                &time(link.used_at),
                &time(link.revoked_at),
            ],
        )
        .await?;
    if inserted == 0 {
        return Err(Error::Taken("link").into());
    }
    if let Some(entry) = entry {
        audit::write(&transaction, entry).await?;
    }
    shared.commit(transaction, began).await
}

pub(crate) async fn take(shared: &Shared, id: LinkId, now: Time) -> Result<LinkUse, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let Some(row) = transaction.query_opt(HOLD, &[&id.uuid()]).await? else {
        return Ok(LinkUse::Unknown);
    };
    let mut link = read(&row)?;
    if let Some(refusal) = refusal(&link, now) {
        return Ok(refusal);
    }
    transaction
        .execute(
            "UPDATE links SET used_at = $2 WHERE id = $1",
            &[&id.uuid(), &now.as_micros()],
        )
        .await?;
    shared.commit(transaction, began).await?;
    link.used_at = Some(now);
    Ok(LinkUse::Good(Box::new(link)))
}

pub(crate) async fn revoke(
    shared: &Shared,
    organization_id: OrganizationId,
    id: LinkId,
    now: Time,
    entry: &Entry,
) -> Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let revoked = transaction
        .execute(
            "UPDATE links SET revoked_at = $3
             WHERE id = $1 AND organization_id = $2 AND revoked_at IS NULL
                   AND EXISTS (SELECT 1 FROM organizations WHERE id = $2 AND deleted_at IS NULL)",
            &[&id.uuid(), &organization_id.uuid(), &now.as_micros()],
        )
        .await?;
    if revoked == 0 {
        return Ok(false);
    }
    transaction
        .execute("DELETE FROM sessions WHERE link_id = $1", &[&id.uuid()])
        .await?;
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

/// One after the other, in the order of ids, so that two who do this do not wait for each other.
pub(crate) async fn revoke_password(
    conn: &impl Conn,
    user: Option<UserId>,
    now: Time,
) -> Result<u64, Fault> {
    let revoke = |of: String| {
        format!(
            "WITH held AS MATERIALIZED (
                 SELECT id FROM links WHERE {of} AND used_at IS NULL AND revoked_at IS NULL
                 ORDER BY id FOR UPDATE)
             UPDATE links l SET revoked_at = $1 FROM held WHERE l.id = held.id"
        )
    };
    let revoked = match user {
        Some(id) => {
            let sql = revoke(format!("user_id = $2 AND kind = '{PASSWORD}'"));
            conn.execute(&sql, &[&now.as_micros(), &id.uuid()]).await?
        }
        None => {
            let sql = revoke(format!("kind = '{FIRST_OPERATOR}'"));
            conn.execute(&sql, &[&now.as_micros()]).await?
        }
    };
    Ok(revoked)
}

pub(crate) async fn sweep(conn: &impl Conn, before: Time) -> Result<u64, Fault> {
    Ok(conn.execute(FORGET, &[&before.as_micros(), &SWEEP]).await?)
}
