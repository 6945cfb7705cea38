//! Bearer tokens: only hashes.

use bellwire_core::{
    ids::{OrganizationId, TokenId},
    ports::{Error, Token, TokenScope},
    time::Time,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    connect::Conn,
    enqueue::array,
    fault::Fault,
    rows::{Key as _, RowExt as _, text, time},
};

/// Tokens whose organization is gone are gone.
const SELECT: &str = "\
SELECT t.id, t.organization_id, t.name, t.sha256, t.created_at, t.revoked_at
FROM tokens t LEFT JOIN organizations o ON o.id = t.organization_id
WHERE (t.organization_id IS NULL OR (o.id IS NOT NULL AND o.deleted_at IS NULL))";

fn read(row: &Row) -> Result<Token, Fault> {
    Ok(Token {
        id: row.id(0)?,
        scope: match row.try_get::<_, Option<Uuid>>(1)? {
            Some(id) => TokenScope::Organization(OrganizationId::from(id)),
            None => TokenScope::Platform,
        },
        name: row.try_get(2)?,
        sha256: array(row.try_get(3)?)?,
        created_at: row.at(4)?,
        revoked_at: row.time(5)?,
    })
}

pub(crate) async fn create(conn: &impl Conn, token: &Token) -> Result<(), Fault> {
    let organization = match token.scope {
        TokenScope::Platform => None,
        TokenScope::Organization(id) => Some(id.uuid()),
    };
    let stored = conn
        .execute(
            "INSERT INTO tokens (id, organization_id, name, sha256, created_at, revoked_at)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE $2::uuid IS NULL
                   OR EXISTS (SELECT 1 FROM organizations WHERE id = $2 AND deleted_at IS NULL)",
            &[
                &token.id.uuid(),
                &organization,
                &text(&token.name),
                &token.sha256.as_slice(),
                &token.created_at.as_micros(),
                &time(token.revoked_at),
            ],
        )
        .await?;
    if stored == 0 {
        return Err(Error::NotFound("organization").into());
    }
    Ok(())
}

pub(crate) async fn by_hash(conn: &impl Conn, sha256: [u8; 32]) -> Result<Option<Token>, Fault> {
    let sql = format!("{SELECT} AND t.sha256 = $1");
    let found = conn.query_opt(&sql, &[&sha256.as_slice()]).await?;
    found.map(|row| read(&row)).transpose()
}

pub(crate) async fn list(
    conn: &impl Conn,
    organization_id: Option<OrganizationId>,
) -> Result<Vec<Token>, Fault> {
    let sql = format!(
        "{SELECT} AND ($1::uuid IS NULL OR t.organization_id = $1)
         ORDER BY t.created_at DESC, t.id DESC"
    );
    let rows = conn
        .query(&sql, &[&organization_id.map(|id| id.uuid())])
        .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn revoke(
    conn: &impl Conn,
    organization_id: Option<OrganizationId>,
    id: TokenId,
    now: Time,
) -> Result<bool, Fault> {
    let revoked = conn
        .execute(
            "UPDATE tokens SET revoked_at = $3 WHERE id = $1 AND revoked_at IS NULL
             AND ($2::uuid IS NULL OR organization_id = $2)",
            &[
                &id.uuid(),
                &organization_id.map(|id| id.uuid()),
                &now.as_micros(),
            ],
        )
        .await?;
    Ok(revoked == 1)
}
