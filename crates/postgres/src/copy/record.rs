//! The record of an unfinished copy: a table in the target, with where it comes from and how far
//! each section has come. It is not part of the schema: the copy makes it and drops it.

use bellwire_core::ports::{Origin, Reached, Section};
use tokio_postgres::Error as PgError;

use crate::{
    connect::{Conn, Session},
    fault::{Fault, corrupt},
};

/// Raised when a copy of a former version cannot be gone on with.
const FORMAT: u8 = 1;
const FORMAT_NAME: &str = "format";
const ID: &str = "source id";
const NAME: &str = "source";

/// Where an unfinished copy into this database comes from, if there is one.
pub(crate) async fn unfinished(conn: &impl Conn) -> Result<Option<Origin>, PgError> {
    let there = conn
        .query_opt("SELECT to_regclass('unfinished_copy') IS NOT NULL", &[])
        .await?;
    if !there.map_or(Ok(false), |row| row.try_get(0))? {
        return Ok(None);
    }
    let id = value(conn, ID)
        .await?
        .and_then(|bytes| bytes.try_into().ok());
    let name = value(conn, NAME).await?.unwrap_or_default();
    Ok(Some(Origin {
        id: id.unwrap_or_default(),
        name: String::from_utf8_lossy(&name).into_owned(),
    }))
}

/// Whether this program can go on with it.
pub(super) async fn is_readable(conn: &impl Conn) -> Result<bool, PgError> {
    Ok(value(conn, FORMAT_NAME).await?.as_deref() == Some(&[FORMAT]))
}

/// Begins a copy, in one transaction.
pub(super) async fn begin(session: &Session, origin: &Origin) -> Result<(), PgError> {
    session.command("BEGIN").await?;
    session
        .command("CREATE TABLE unfinished_copy (name text PRIMARY KEY, value bytea NOT NULL)")
        .await?;
    put(session, FORMAT_NAME, &[FORMAT]).await?;
    put(session, ID, &origin.id).await?;
    put(session, NAME, origin.name.as_bytes()).await?;
    session.command("COMMIT").await
}

/// Ends it. What was committed before without waiting for the disk is on the disk then.
pub(super) async fn drop(session: &Session) -> Result<(), Fault> {
    session.command("SET synchronous_commit = on").await?;
    session.command("DROP TABLE unfinished_copy").await?;
    Ok(())
}

pub(super) async fn reached(conn: &impl Conn, section: Section) -> Result<Reached, Fault> {
    match value(conn, section.as_str()).await? {
        None => Ok(Reached::Nothing),
        Some(bytes) => {
            Reached::decode(&bytes).ok_or_else(|| corrupt("the record of the copy is damaged"))
        }
    }
}

pub(super) async fn note(
    conn: &impl Conn,
    section: Section,
    reached: &Reached,
) -> Result<(), Fault> {
    Ok(put(conn, section.as_str(), &reached.encode()).await?)
}

async fn value(conn: &impl Conn, name: &str) -> Result<Option<Vec<u8>>, PgError> {
    conn.query_opt(
        "SELECT value FROM unfinished_copy WHERE name = $1",
        &[&name],
    )
    .await?
    .map(|row| row.try_get(0))
    .transpose()
}

async fn put(conn: &impl Conn, name: &str, value: &[u8]) -> Result<(), PgError> {
    conn.execute(
        "INSERT INTO unfinished_copy (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[&name, &value],
    )
    .await
    .map(std::mem::drop)
}
