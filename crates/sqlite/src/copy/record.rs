//! The record of an unfinished copy: a table in the target, with where it comes from and how far
//! each section has come. It is not part of the schema: the copy makes it and drops it.

use bellwire_core::ports::{Origin, Reached, Section};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::fault::{Fault, corrupt};

/// Raised when a copy of a former version cannot be gone on with.
const FORMAT: u8 = 1;
const FORMAT_NAME: &str = "format";
const ID: &str = "source id";
const NAME: &str = "source";

/// Where an unfinished copy into this database comes from, if there is one.
pub(crate) fn unfinished(conn: &Connection) -> rusqlite::Result<Option<Origin>> {
    let there: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'unfinished_copy')",
        [],
        |row| row.get(0),
    )?;
    if !there {
        return Ok(None);
    }
    let id = value(conn, ID)?.and_then(|bytes| bytes.try_into().ok());
    let name = value(conn, NAME)?.unwrap_or_default();
    Ok(Some(Origin {
        id: id.unwrap_or_default(),
        name: String::from_utf8_lossy(&name).into_owned(),
    }))
}

/// Whether this program can go on with it.
pub(super) fn is_readable(conn: &Connection) -> rusqlite::Result<bool> {
    Ok(value(conn, FORMAT_NAME)?.as_deref() == Some(&[FORMAT]))
}

/// Begins a copy, in one transaction.
pub(super) fn begin(conn: &Connection, origin: &Origin) -> rusqlite::Result<()> {
    let transaction = conn.unchecked_transaction()?;
    transaction.execute(
        "CREATE TABLE unfinished_copy (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
        [],
    )?;
    put(&transaction, FORMAT_NAME, &[FORMAT])?;
    put(&transaction, ID, &origin.id)?;
    put(&transaction, NAME, origin.name.as_bytes())?;
    transaction.commit()
}

/// Ends it.
pub(super) fn drop(conn: &Connection) -> Result<(), Fault> {
    conn.execute("DROP TABLE unfinished_copy", [])?;
    Ok(())
}

pub(super) fn reached(conn: &Connection, section: Section) -> Result<Reached, Fault> {
    match value(conn, section.as_str())? {
        None => Ok(Reached::Nothing),
        Some(bytes) => {
            Reached::decode(&bytes).ok_or_else(|| corrupt("the record of the copy is damaged"))
        }
    }
}

pub(super) fn note(conn: &Connection, section: Section, reached: &Reached) -> Result<(), Fault> {
    Ok(put(conn, section.as_str(), &reached.encode())?)
}

fn value(conn: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.prepare_cached("SELECT value FROM unfinished_copy WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn put(conn: &Connection, name: &str, value: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO unfinished_copy (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![name, value])
    .map(std::mem::drop)
}
