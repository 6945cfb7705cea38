//! Who is signed in.

use bellwire_core::{
    audit::Entry,
    ids::{LinkId, SessionId, UserId},
    ports::Error,
    stored::people::{portal_of, portal_text},
    time::Time,
    user::{Holder, Session},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{RowExt as _, damage},
    users,
};

/// Sessions and links that one call of the sweep removes.
pub(crate) const SWEEP: usize = 300;

/// The columns that [`read`] reads.
macro_rules! session_columns {
    () => {
        "SELECT s.id, s.sha256, u.id, l.id, s.portal, s.created_at, s.seen_at, s.expires_at, \
         s.ends_at, s.address, s.agent
         FROM sessions s LEFT JOIN users u ON u.seq = s.user LEFT JOIN links l ON l.seq = s.link "
    };
}

/// What each request with a cookie asks. A customer's session goes with the organization.
pub(crate) const BY_HASH: &str = concat!(
    session_columns!(),
    "LEFT JOIN organizations o ON o.seq = l.organization
     WHERE s.sha256 = ?1 AND (s.link IS NULL OR (o.seq IS NOT NULL AND o.deleted_at IS NULL))"
);
const OF_USER: &str = concat!(
    session_columns!(),
    "WHERE s.user = ?1 AND s.expires_at > ?2 AND s.ends_at > ?2 ORDER BY s.id DESC"
);
/// The sessions that ended before a time.
pub(crate) const ENDED: &str =
    "SELECT seq FROM sessions WHERE min(expires_at, ends_at) < ?1 LIMIT ?2";

fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    let holder = match row.get_ref(4)?.as_str_or_null()? {
        None => Holder::User(row.id::<UserId>(2)?),
        Some(text) => Holder::Portal(
            row.id::<LinkId>(3)?,
            portal_of(text).map_err(|error| damage(4, error))?,
        ),
    };
    Ok(Session {
        id: row.id(0)?,
        sha256: row.get(1)?,
        holder,
        created_at: row.at(5)?,
        seen_at: row.at(6)?,
        expires_at: row.at(7)?,
        ends_at: row.at(8)?,
        address: row.get(9)?,
        agent: row.get(10)?,
    })
}

pub(crate) fn create(conn: &Connection, session: &Session, entry: &Entry) -> Result<(), Fault> {
    let (user, link, portal) = match &session.holder {
        Holder::User(id) => (Some(users::seq(conn, *id)?), None, None),
        Holder::Portal(id, portal) => {
            let link: Option<i64> = conn
                .prepare_cached("SELECT seq FROM links WHERE id = ?1 AND revoked_at IS NULL")?
                .query_row([id.as_bytes()], |row| row.get(0))
                .optional()?;
            let link = link.ok_or(Error::NotFound("link"))?;
            // The link stays for as long as there is a session that its revocation would end.
            conn.prepare_cached("UPDATE links SET ends_at = max(ends_at, ?2) WHERE seq = ?1")?
                .execute(params![link, session.ends_at.as_micros()])?;
            (None, Some(link), Some(portal_text(portal)))
        }
    };
    conn.prepare_cached(
        "INSERT INTO sessions (id, sha256, user, link, portal, created_at, seen_at, expires_at,
                               ends_at, address, agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        session.id.as_bytes(),
        session.sha256,
        user,
        link,
        portal,
        session.created_at.as_micros(),
        session.seen_at.as_micros(),
        session.expires_at.as_micros(),
        session.ends_at.as_micros(),
        session.address,
        session.agent,
    ])?;
    audit::write(conn, entry)
}

pub(crate) fn by_hash(conn: &Connection, sha256: [u8; 32]) -> Result<Option<Session>, Fault> {
    Ok(conn
        .prepare_cached(BY_HASH)?
        .query_row([sha256], read)
        .optional()?)
}

pub(crate) fn of_user(conn: &Connection, id: UserId, now: Time) -> Result<Vec<Session>, Fault> {
    let Some(user) = existing(conn, id)? else {
        return Ok(Vec::new());
    };
    let sessions = conn
        .prepare_cached(OF_USER)?
        .query_map(params![user, now.as_micros()], read)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(sessions)
}

fn existing(conn: &Connection, id: UserId) -> Result<Option<i64>, Fault> {
    match users::seq(conn, id) {
        Ok(seq) => Ok(Some(seq)),
        Err(Fault::Rule(Error::NotFound(_))) => Ok(None),
        Err(fault) => Err(fault),
    }
}

pub(crate) fn touch(
    conn: &Connection,
    id: SessionId,
    seen_at: Time,
    expires_at: Time,
) -> Result<(), Fault> {
    conn.prepare_cached(
        "UPDATE sessions SET seen_at = max(seen_at, ?2), expires_at = max(expires_at, ?3)
         WHERE id = ?1",
    )?
    .execute(params![
        id.as_bytes(),
        seen_at.as_micros(),
        expires_at.as_micros()
    ])?;
    Ok(())
}

pub(crate) fn end(conn: &Connection, id: SessionId, entry: &Entry) -> Result<bool, Fault> {
    let ended = conn
        .prepare_cached("DELETE FROM sessions WHERE id = ?1")?
        .execute([id.as_bytes()])?;
    if ended > 0 {
        audit::write(conn, entry)?;
    }
    Ok(ended > 0)
}

pub(crate) fn end_all(conn: &Connection, id: UserId, entry: &Entry) -> Result<u64, Fault> {
    let Some(user) = existing(conn, id)? else {
        return Ok(0);
    };
    let ended = conn
        .prepare_cached("DELETE FROM sessions WHERE user = ?1")?
        .execute([user])?;
    if ended > 0 {
        audit::write(conn, entry)?;
    }
    Ok(ended as u64)
}

pub(crate) fn sweep(conn: &Connection, before: Time) -> Result<u64, Fault> {
    let gone = conn
        .prepare_cached(&format!("DELETE FROM sessions WHERE seq IN ({ENDED})"))?
        .execute(params![before.as_micros(), SWEEP as i64])?;
    Ok(gone as u64)
}
