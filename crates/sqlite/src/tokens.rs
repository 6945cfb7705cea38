//! Bearer tokens: only hashes. The one thing that a local command may write beside a running
//! server, so nothing about tokens is cached here: the server sees such a change at its next look.

use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, TokenId},
    ports::{Token, TokenScope},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    audit,
    fault::Fault,
    rows::{RowExt as _, damage, time},
    users,
};

/// Tokens whose organization is gone are gone.
const SELECT: &str = "\
SELECT t.id, o.id, t.name, t.sha256, t.created_at, t.revoked_at, t.role, t.expires_at,
       t.last_used_at
FROM tokens t LEFT JOIN organizations o ON o.seq = t.organization
WHERE (t.organization IS NULL OR o.deleted_at IS NULL)";

fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        id: row.id(0)?,
        scope: match row.get::<_, Option<[u8; 16]>>(1)? {
            Some(id) => TokenScope::Organization(OrganizationId::from_bytes(id)),
            None => TokenScope::Platform,
        },
        name: row.get(2)?,
        sha256: row.get(3)?,
        created_at: row.at(4)?,
        revoked_at: row.time(5)?,
        role: row
            .get_ref(6)?
            .as_str()?
            .parse()
            .map_err(|error| damage(6, error))?,
        expires_at: row.time(7)?,
        last_used_at: row.time(8)?,
    })
}

pub(crate) fn create(conn: &Connection, token: &Token, entry: &Entry) -> Result<(), Fault> {
    let organization = match token.scope {
        TokenScope::Platform => None,
        TokenScope::Organization(id) => Some(users::organization(conn, id)?),
    };
    conn.prepare_cached(
        "INSERT INTO tokens (id, organization, name, sha256, created_at, revoked_at, role,
                             expires_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        token.id.as_bytes(),
        organization,
        token.name,
        token.sha256,
        token.created_at.as_micros(),
        time(token.revoked_at),
        token.role.as_str(),
        time(token.expires_at),
        time(token.last_used_at),
    ])?;
    audit::write(conn, entry)
}

pub(crate) fn by_hash(conn: &Connection, sha256: [u8; 32]) -> Result<Option<Token>, Fault> {
    let found = conn
        .prepare_cached(&format!("{SELECT} AND t.sha256 = ?1"))?
        .query_row([sha256], read)
        .optional()?;
    Ok(found)
}

pub(crate) fn list(
    conn: &Connection,
    organization_id: Option<OrganizationId>,
) -> Result<Vec<Token>, Fault> {
    let found = match organization_id {
        None => conn
            .prepare_cached(&format!("{SELECT} ORDER BY t.seq DESC"))?
            .query_map([], read)?
            .collect::<rusqlite::Result<Vec<_>>>()?,
        Some(id) => conn
            .prepare_cached(&format!("{SELECT} AND o.id = ?1 ORDER BY t.seq DESC"))?
            .query_map([id.as_bytes()], read)?
            .collect::<rusqlite::Result<Vec<_>>>()?,
    };
    Ok(found)
}

pub(crate) fn revoke(
    conn: &Connection,
    organization_id: Option<OrganizationId>,
    id: TokenId,
    now: Time,
    entry: &Entry,
) -> Result<bool, Fault> {
    let revoked = conn
        .prepare_cached(
            "UPDATE tokens SET revoked_at = ?3 WHERE id = ?1 AND revoked_at IS NULL
             AND (?2 IS NULL OR organization = (SELECT seq FROM organizations WHERE id = ?2))",
        )?
        .execute(params![
            id.as_bytes(),
            organization_id.map(|id| *id.as_bytes()),
            now.as_micros()
        ])?;
    if revoked == 1 {
        audit::write(conn, entry)?;
    }
    Ok(revoked == 1)
}

/// Notes when tokens were last used.
pub(crate) fn touch(conn: &Connection, used: &[(TokenId, Time)]) -> Result<(), Fault> {
    let mut touch = conn.prepare_cached(
        "UPDATE tokens SET last_used_at = max(?2, coalesce(last_used_at, ?2)) WHERE id = ?1",
    )?;
    for (id, at) in used {
        touch.execute(params![id.as_bytes(), at.as_micros()])?;
    }
    Ok(())
}
