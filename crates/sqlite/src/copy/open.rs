//! Opening a database to read it whole, or to write a copy into it.

use std::{fs::File, path::Path, sync::Arc};

use bellwire_core::{
    crypt::Keyring,
    entropy::Entropy,
    ports::{Origin, Section},
    stored::seal::Seal,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use super::{Source, Target, Whole, holder, record, table};
use crate::{
    open::{self, APPLICATION_ID, KEY_CHECK, On, OpenError},
    options::Options,
};

/// Page cache of either connection.
const CACHE_KIB: u32 = 64 * 1024;
/// Pages in the log after which it is copied into the file.
const LOG_PAGES: u32 = 8_000;
/// What every schema has: whoever works with a database has some of it.
const ALWAYS: [Section; 5] = [
    Section::Organizations,
    Section::EventTypes,
    Section::Webhooks,
    Section::Tokens,
    Section::Events,
];

impl Source {
    /// Opens a database that nobody serves, and keeps it from being served until this is dropped.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub fn open(
        path: &Path,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let on = On(path);
        if !path.is_file() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        let lock = lock(path)?;
        let sql = |error: rusqlite::Error| on.sql(&error);
        let conn = open::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, CACHE_KIB).map_err(sql)?;
        let application: i32 = conn
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .map_err(sql)?;
        if application != APPLICATION_ID {
            return Err(OpenError::NotADatabase(path.to_owned()));
        }
        // From here on until the end everything is of one moment.
        conn.execute_batch("BEGIN").map_err(sql)?;
        let (found, known) = open::versions(&conn).map_err(sql)?;
        if found > known {
            let path = path.to_owned();
            return Err(OpenError::Newer { path, found, known });
        }
        if found < known {
            let path = path.to_owned();
            return Err(OpenError::Older { path, found, known });
        }
        refuse_unfinished(&conn, path)?;
        refuse_jobs(&conn, path)?;
        refuse_notices(&conn, path)?;
        let seal = Seal::new(keyring, entropy);
        let check: Option<Vec<u8>> = conn
            .query_row(
                "SELECT value FROM meta WHERE name = 'key_check'",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(sql)?;
        let check = check.ok_or_else(|| OpenError::Other {
            path: path.to_owned(),
            why: "it was never opened by a server".to_owned(),
        })?;
        seal.open(&check, KEY_CHECK)
            .map_err(|error| OpenError::WrongKey {
                path: path.to_owned(),
                error,
            })?;
        Ok(Self {
            whole: Whole::new(conn, seal, lock),
            origin: Origin {
                // Sealed with a nonce of its own when the database was made.
                id: short(&check),
                name: format!("sqlite:{}", path.display()),
            },
        })
    }
}

impl Target {
    /// Opens a database that is new or empty, or that holds an unfinished copy of this source; makes
    /// and migrates it where need be.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub fn open(
        options: &Options,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
        origin: &Origin,
    ) -> Result<Self, OpenError> {
        let path = options.path.as_path();
        let on = On(path);
        let sql = |error: rusqlite::Error| on.sql(&error);
        open::make(path).map_err(|error| on.io(&error))?;
        let lock = lock(path)?;
        let mut conn =
            open::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, CACHE_KIB).map_err(sql)?;
        open::prepare(&conn, options).map_err(sql)?;
        open::is_ours(&conn, path)?;
        // Nothing is changed in a database that is not for this copy.
        let begun = record::unfinished(&conn).map_err(sql)?;
        match &begun {
            None if open::versions(&conn).map_err(sql)?.0 == 0 => {}
            None => refuse_used(&conn, path, &ALWAYS)?,
            Some(begun) => {
                if begun.id != origin.id || !record::is_readable(&conn).map_err(sql)? {
                    return Err(OpenError::OtherCopy {
                        path: path.to_owned(),
                        from: begun.name.clone(),
                    });
                }
            }
        }
        open::migrate(&mut conn, path, true)?;
        if begun.is_none() {
            refuse_used(&conn, path, &Section::ALL)?;
        }
        let seal = Seal::new(keyring, entropy);
        open::check_key(&conn, path, &seal)?;
        // A page that a power cut takes back takes its record with it; the end is synced.
        conn.pragma_update(None, "synchronous", "NORMAL")
            .map_err(sql)?;
        conn.query_row(
            &format!("PRAGMA wal_autocheckpoint = {LOG_PAGES}"),
            [],
            |_| Ok(()),
        )
        .map_err(sql)?;
        if begun.is_none() {
            record::begin(&conn, origin).map_err(sql)?;
        }
        Ok(Self {
            whole: Whole::new(conn, seal, lock),
        })
    }
}

/// The server's lock.
fn lock(path: &Path) -> Result<File, OpenError> {
    let on = On(path);
    open::lock(path)
        .map_err(|error| on.io(&error))?
        .ok_or_else(|| OpenError::Served {
            by: holder::of(&open::lock_file(path)).map_or_else(
                || "another process".to_owned(),
                |pid| format!("process {pid}"),
            ),
            path: path.to_owned(),
        })
}

fn refuse_unfinished(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let unfinished = record::unfinished(conn).map_err(|error| On(path).sql(&error))?;
    match unfinished {
        None => Ok(()),
        Some(origin) => Err(OpenError::Unfinished {
            path: path.to_owned(),
            from: origin.name,
        }),
    }
}

/// Refuses a database that has something to tell: nobody would be told.
fn refuse_notices(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let count: i64 = conn
        .query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))
        .map_err(|error| On(path).sql(&error))?;
    if count == 0 {
        return Ok(());
    }
    let path = path.to_owned();
    Err(OpenError::Notices { path, count })
}

/// Refuses a database with jobs that are not over: they would end without a word.
fn refuse_jobs(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let sql = "SELECT count(*) FROM jobs j JOIN organizations o ON o.seq = j.organization
               WHERE j.state < 2 AND o.deleted_at IS NULL";
    let count: i64 = conn
        .query_row(sql, [], |row| row.get(0))
        .map_err(|error| On(path).sql(&error))?;
    if count == 0 {
        return Ok(());
    }
    let path = path.to_owned();
    Err(OpenError::Jobs { path, count })
}

/// Refuses a database that has anything of this in it.
fn refuse_used(conn: &Connection, path: &Path, sections: &[Section]) -> Result<(), OpenError> {
    for section in sections {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", table(*section));
        let used: bool = conn
            .query_row(&sql, [], |row| row.get(0))
            .map_err(|error| On(path).sql(&error))?;
        if used {
            return Err(OpenError::NotEmpty {
                path: path.to_owned(),
                what: section.as_str(),
            });
        }
    }
    Ok(())
}

/// The first half of a hash.
fn short(bytes: &[u8]) -> [u8; 16] {
    let digest = Sha256::digest(bytes);
    let (short, _) = digest
        .as_slice()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    *short
}
