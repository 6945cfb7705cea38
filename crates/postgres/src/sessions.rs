//! Who is signed in.

use bellwire_core::{
    audit::Entry,
    ids::{LinkId, SessionId, UserId},
    ports::Error,
    stored::people::{portal_of, portal_text},
    time::Time,
    user::{Holder, Session},
};
use tokio::time::Instant;
use tokio_postgres::Row;

use crate::{
    audit, changes,
    connect::Conn,
    enqueue::array,
    fault::Fault,
    rows::{Key as _, RowExt as _, text},
    shared::Shared,
};

/// Sessions and links that one call of the sweep removes.
pub(crate) const SWEEP: i64 = 300;

/// The columns that [`read`] reads.
macro_rules! session_columns {
    () => {
        "SELECT s.id, s.sha256, s.user_id, s.link_id, s.portal, s.created_at, s.seen_at, \
         s.expires_at, s.ends_at, s.address, s.agent FROM sessions s "
    };
}

/// What each request with a cookie asks. A customer's session goes with the organization.
pub(crate) const BY_HASH: &str = concat!(
    session_columns!(),
    "LEFT JOIN links l ON l.id = s.link_id LEFT JOIN organizations o ON o.id = l.organization_id
     WHERE s.sha256 = $1 AND (s.link_id IS NULL OR (o.id IS NOT NULL AND o.deleted_at IS NULL))"
);
const OF_USER: &str = concat!(
    session_columns!(),
    "WHERE s.user_id = $1 AND s.expires_at > $2 AND s.ends_at > $2 ORDER BY s.id DESC"
);

/// Steps over what somebody else is at.
pub(crate) const FORGET: &str = "\
WITH ended AS MATERIALIZED (
    SELECT id FROM sessions WHERE least(expires_at, ends_at) < $1
    LIMIT $2 FOR UPDATE SKIP LOCKED)
DELETE FROM sessions s USING ended WHERE s.id = ended.id";

fn read(row: &Row) -> Result<Session, Fault> {
    let holder = match row.try_get::<_, Option<&str>>(4)? {
        None => Holder::User(row.id::<UserId>(2)?),
        Some(text) => Holder::Portal(row.id::<LinkId>(3)?, portal_of(text)?),
    };
    Ok(Session {
        id: row.id(0)?,
        sha256: array(row.try_get(1)?)?,
        holder,
        created_at: row.at(5)?,
        seen_at: row.at(6)?,
        expires_at: row.at(7)?,
        ends_at: row.at(8)?,
        address: row.try_get(9)?,
        agent: row.try_get(10)?,
    })
}

pub(crate) async fn create(shared: &Shared, session: &Session, entry: &Entry) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    // Whoever lets somebody in holds what this rests on: who takes that away waits, and then finds
    // the session.
    let (user, link, portal) = match &session.holder {
        Holder::User(id) => {
            transaction
                .query_opt("SELECT 1 FROM users WHERE id = $1 FOR SHARE", &[&id.uuid()])
                .await?
                .ok_or(Error::NotFound("user"))?;
            (Some(id.uuid()), None, None)
        }
        Holder::Portal(id, portal) => {
            // The link stays for as long as there is a session that its revocation would end.
            let held = transaction
                .execute(
                    "UPDATE links SET ends_at = greatest(ends_at, $2)
                     WHERE id = $1 AND revoked_at IS NULL",
                    &[&id.uuid(), &session.ends_at.as_micros()],
                )
                .await?;
            if held == 0 {
                return Err(Error::NotFound("link").into());
            }
            (None, Some(id.uuid()), Some(portal_text(portal)))
        }
    };
    transaction
        .execute(
            "INSERT INTO sessions (id, sha256, user_id, link_id, portal, created_at, seen_at,
                                   expires_at, ends_at, address, agent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &session.id.uuid(),
                &session.sha256.as_slice(),
                &user,
                &link,
                &portal.as_deref().map(text),
                &session.created_at.as_micros(),
                &session.seen_at.as_micros(),
                &session.expires_at.as_micros(),
                &session.ends_at.as_micros(),
                &session.address.as_deref().map(text),
                &session.agent.as_deref().map(text),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await
}

pub(crate) async fn by_hash(conn: &impl Conn, sha256: [u8; 32]) -> Result<Option<Session>, Fault> {
    let found = conn.query_opt(BY_HASH, &[&sha256.as_slice()]).await?;
    found.map(|row| read(&row)).transpose()
}

pub(crate) async fn of_user(
    conn: &impl Conn,
    id: UserId,
    now: Time,
) -> Result<Vec<Session>, Fault> {
    let rows = conn.query(OF_USER, &[&id.uuid(), &now.as_micros()]).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn touch(
    conn: &impl Conn,
    id: SessionId,
    seen_at: Time,
    expires_at: Time,
) -> Result<(), Fault> {
    conn.execute(
        "UPDATE sessions
         SET seen_at = greatest(seen_at, $2), expires_at = greatest(expires_at, $3)
         WHERE id = $1",
        &[&id.uuid(), &seen_at.as_micros(), &expires_at.as_micros()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn end(shared: &Shared, id: SessionId, entry: &Entry) -> Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let ended = transaction
        .execute("DELETE FROM sessions WHERE id = $1", &[&id.uuid()])
        .await?;
    if ended == 0 {
        return Ok(false);
    }
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

pub(crate) async fn end_all(shared: &Shared, id: UserId, entry: &Entry) -> Result<u64, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    transaction
        .query(
            "SELECT 1 FROM users WHERE id = $1 FOR UPDATE",
            &[&id.uuid()],
        )
        .await?;
    let ended = transaction
        .execute("DELETE FROM sessions WHERE user_id = $1", &[&id.uuid()])
        .await?;
    if ended == 0 {
        return Ok(0);
    }
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await?;
    Ok(ended)
}

pub(crate) async fn sweep(conn: &impl Conn, before: Time) -> Result<u64, Fault> {
    Ok(conn.execute(FORGET, &[&before.as_micros(), &SWEEP]).await?)
}
