//! Bearer tokens: only hashes. The one thing that a local command may write beside a running
//! server, so nothing about tokens is cached here: the server sees such a change at its next look.

use bellwire_core::{
    ids::{OrganizationId, TokenId},
    ports::{Error, Token, TokenScope},
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    fault::Fault,
    rows::{RowExt as _, time},
    work::Work,
};

/// Tokens whose organization is gone are gone.
const SELECT: &str = "\
SELECT t.id, o.id, t.name, t.sha256, t.created_at, t.revoked_at
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
    })
}

pub(crate) fn create(work: &mut Work<'_>, token: &Token) -> Result<(), Fault> {
    let organization = match token.scope {
        TokenScope::Platform => None,
        TokenScope::Organization(id) => {
            // Not from the cache: a local command has no part in the server's.
            let seq: Option<i64> = work
                .conn
                .prepare_cached(
                    "SELECT seq FROM organizations WHERE id = ?1 AND deleted_at IS NULL",
                )?
                .query_row([id.as_bytes()], |row| row.get(0))
                .optional()?;
            Some(seq.ok_or(Error::NotFound("organization"))?)
        }
    };
    work.conn
        .prepare_cached(
            "INSERT INTO tokens (id, organization, name, sha256, created_at, revoked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            token.id.as_bytes(),
            organization,
            token.name,
            token.sha256,
            token.created_at.as_micros(),
            time(token.revoked_at),
        ])?;
    Ok(())
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
    work: &mut Work<'_>,
    organization_id: Option<OrganizationId>,
    id: TokenId,
    now: Time,
) -> Result<bool, Fault> {
    let revoked = work
        .conn
        .prepare_cached(
            "UPDATE tokens SET revoked_at = ?3 WHERE id = ?1 AND revoked_at IS NULL
             AND (?2 IS NULL OR organization = (SELECT seq FROM organizations WHERE id = ?2))",
        )?
        .execute(params![
            id.as_bytes(),
            organization_id.map(|id| *id.as_bytes()),
            now.as_micros()
        ])?;
    Ok(revoked == 1)
}
