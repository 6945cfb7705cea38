//! Bearer tokens: only hashes.

use std::collections::BTreeMap;

use bellwire_core::{
    audit::Entry,
    ids::{OrganizationId, TokenId},
    ports::{Token, TokenScope},
    time::Time,
};
use tokio::time::Instant;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    audit, changes,
    connect::Conn,
    enqueue::array,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text, time},
    shared::Shared,
    users,
};

/// Tokens whose organization is gone are gone.
const SELECT: &str = "\
SELECT t.id, t.organization_id, t.name, t.sha256, t.created_at, t.revoked_at, t.role,
       t.expires_at, t.last_used_at
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
        role: row.try_get::<_, &str>(6)?.parse().map_err(corrupt)?,
        expires_at: row.time(7)?,
        last_used_at: row.time(8)?,
    })
}

pub(crate) async fn create(shared: &Shared, token: &Token, entry: &Entry) -> Result<(), Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let organization = match token.scope {
        TokenScope::Platform => None,
        TokenScope::Organization(id) => Some(id),
    };
    users::keep_organizations(&transaction, organization.into_iter()).await?;
    transaction
        .execute(
            "INSERT INTO tokens (id, organization_id, name, sha256, created_at, revoked_at, role,
                                 expires_at, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &token.id.uuid(),
                &organization.map(|id| id.uuid()),
                &text(&token.name),
                &token.sha256.as_slice(),
                &token.created_at.as_micros(),
                &time(token.revoked_at),
                &token.role.as_str(),
                &time(token.expires_at),
                &time(token.last_used_at),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await
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
    shared: &Shared,
    organization_id: Option<OrganizationId>,
    id: TokenId,
    now: Time,
    entry: &Entry,
) -> Result<bool, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    let revoked = transaction
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
    if revoked == 0 {
        return Ok(false);
    }
    audit::write(&transaction, entry).await?;
    changes::tell_platform(&transaction).await?;
    shared.commit(transaction, began).await?;
    Ok(true)
}

/// Notes when tokens were last used, in the order of ids, so that two nodes do not wait for each
/// other.
pub(crate) async fn touch(conn: &impl Conn, used: &[(TokenId, Time)]) -> Result<(), Fault> {
    let mut latest: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (id, at) in used {
        let known = latest.entry(id.uuid()).or_insert(i64::MIN);
        *known = at.as_micros().max(*known);
    }
    let (ids, times): (Vec<Uuid>, Vec<i64>) = latest.into_iter().unzip();
    conn.execute(
        "WITH held AS MATERIALIZED (
             SELECT t.id, u.at FROM unnest($1::uuid[], $2::bigint[]) AS u (id, at)
             JOIN tokens t ON t.id = u.id ORDER BY t.id FOR UPDATE OF t)
         UPDATE tokens t SET last_used_at = greatest(t.last_used_at, held.at)
         FROM held WHERE t.id = held.id",
        &[&ids, &times],
    )
    .await?;
    Ok(())
}
