//! Links that work once.

use bellwire_core::{
    audit::Entry,
    ids::{LinkId, OrganizationId, UserId},
    ports::{Error, LinkUse},
    stored::people::{FIRST_OPERATOR, PASSWORD, purpose, purpose_columns, refusal},
    time::Time,
    user::{Link, Purpose},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{RowExt as _, damage, time},
    sessions::SWEEP,
    users,
};

/// The columns that [`read`] reads. A link into an organization that is gone is gone.
macro_rules! link_columns {
    () => {
        "SELECT l.id, l.kind, u.id, l.portal, l.created_at, l.created_by, l.expires_at, l.used_at, \
         l.revoked_at, l.seq
         FROM links l LEFT JOIN users u ON u.seq = l.user \
         LEFT JOIN organizations o ON o.seq = l.organization
         WHERE (l.organization IS NULL OR (o.seq IS NOT NULL AND o.deleted_at IS NULL)) "
    };
}

/// How using a link finds it.
pub(crate) const ONE: &str = concat!(link_columns!(), "AND l.id = ?1");
/// An organization's links.
pub(crate) const LIST: &str = concat!(
    link_columns!(),
    "AND l.organization = (SELECT seq FROM organizations WHERE id = ?1) AND l.id < ?2
     ORDER BY l.id DESC LIMIT ?3"
);
/// Links that nothing needs any more.
pub(crate) const ENDED: &str = "SELECT seq FROM links WHERE ends_at < ?1 LIMIT ?2";

fn read(row: &Row<'_>) -> rusqlite::Result<(Link, i64)> {
    let user = row.get::<_, Option<[u8; 16]>>(2)?.map(UserId::from_bytes);
    let portal = row.get_ref(3)?.as_str_or_null()?;
    let link = Link {
        id: row.id(0)?,
        purpose: purpose(row.get_ref(1)?.as_str()?, user, portal)
            .map_err(|error| damage(1, error))?,
        created_at: row.at(4)?,
        created_by: row.get(5)?,
        expires_at: row.at(6)?,
        used_at: row.time(7)?,
        revoked_at: row.time(8)?,
    };
    Ok((link, row.get(9)?))
}

fn found(conn: &Connection, id: LinkId) -> Result<Option<(Link, i64)>, Fault> {
    Ok(conn
        .prepare_cached(ONE)?
        .query_row([id.as_bytes()], read)
        .optional()?)
}

pub(crate) fn one(conn: &Connection, id: LinkId) -> Result<Option<Link>, Fault> {
    Ok(found(conn, id)?.map(|(link, _)| link))
}

pub(crate) fn list(
    conn: &Connection,
    organization_id: OrganizationId,
    before: Option<LinkId>,
    limit: usize,
) -> Result<Vec<Link>, Fault> {
    let before = before.unwrap_or(LinkId::from_bytes([0xff; 16]));
    let links = conn
        .prepare_cached(LIST)?
        .query_map(
            params![organization_id.as_bytes(), before.as_bytes(), limit as i64],
            |row| read(row).map(|(link, _)| link),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(links)
}

pub(crate) fn create(conn: &Connection, link: &Link, entry: Option<&Entry>) -> Result<(), Fault> {
    let columns = purpose_columns(&link.purpose);
    let user = match columns.user {
        Some(id) => Some(users::seq(conn, id)?),
        None => None,
    };
    let organization = match columns.organization {
        Some(id) => Some(users::organization(conn, id)?),
        None => None,
    };
    let mut insert = conn.prepare_cached(
        "INSERT INTO links (id, kind, user, organization, portal, created_at, created_by,
                            expires_at, used_at, revoked_at, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?8)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let inserted = insert.execute(params![
        link.id.as_bytes(),
        columns.kind,
        user,
        organization,
        columns.portal,
        link.created_at.as_micros(),
        link.created_by,
        link.expires_at.as_micros(),
        time(link.used_at),
        time(link.revoked_at),
    ])?;
    if inserted == 0 {
        return Err(Error::Taken("link").into());
    }
    match entry {
        Some(entry) => audit::write(conn, entry),
        None => Ok(()),
    }
}

/// Uses a link. There is one writer: nobody can come in between.
pub(crate) fn take(conn: &Connection, id: LinkId, now: Time) -> Result<LinkUse, Fault> {
    let Some((mut link, seq)) = found(conn, id)? else {
        return Ok(LinkUse::Unknown);
    };
    if let Some(refusal) = refusal(&link, now) {
        return Ok(refusal);
    }
    conn.prepare_cached("UPDATE links SET used_at = ?2 WHERE seq = ?1")?
        .execute(params![seq, now.as_micros()])?;
    link.used_at = Some(now);
    Ok(LinkUse::Good(Box::new(link)))
}

pub(crate) fn revoke(
    conn: &Connection,
    organization_id: OrganizationId,
    id: LinkId,
    now: Time,
    entry: &Entry,
) -> Result<bool, Fault> {
    let Some((link, seq)) = found(conn, id)? else {
        return Ok(false);
    };
    let theirs = matches!(&link.purpose, Purpose::Portal(portal)
        if portal.organization_id == organization_id);
    if !theirs || link.revoked_at.is_some() {
        return Ok(false);
    }
    conn.prepare_cached("UPDATE links SET revoked_at = ?2 WHERE seq = ?1")?
        .execute(params![seq, now.as_micros()])?;
    conn.prepare_cached("DELETE FROM sessions WHERE link = ?1")?
        .execute([seq])?;
    audit::write(conn, entry)?;
    Ok(true)
}

pub(crate) fn revoke_password(
    conn: &Connection,
    user: Option<UserId>,
    now: Time,
) -> Result<u64, Fault> {
    let revoked = match user {
        Some(id) => conn
            .prepare_cached(&format!(
                "UPDATE links SET revoked_at = ?2
                 WHERE user = (SELECT seq FROM users WHERE id = ?1) AND kind = '{PASSWORD}'
                       AND used_at IS NULL AND revoked_at IS NULL"
            ))?
            .execute(params![id.as_bytes(), now.as_micros()])?,
        None => conn
            .prepare_cached(&format!(
                "UPDATE links SET revoked_at = ?1
                 WHERE kind = '{FIRST_OPERATOR}' AND used_at IS NULL AND revoked_at IS NULL"
            ))?
            .execute([now.as_micros()])?,
    };
    Ok(revoked as u64)
}

pub(crate) fn sweep(conn: &Connection, before: Time) -> Result<u64, Fault> {
    let gone = conn
        .prepare_cached(&format!("DELETE FROM links WHERE seq IN ({ENDED})"))?
        .execute(params![before.as_micros(), SWEEP as i64])?;
    Ok(gone as u64)
}
