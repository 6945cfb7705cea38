//! Opening: the file, the lock, the pragmas, the schema, the encryption key, the threads.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bellwire_core::{
    crypt::CryptError,
    ports::Error,
    stored::{audit::Ids, seal::Seal},
    time::Time,
};
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use crate::{
    Inner,
    checkpoint::Checkpoints,
    claims::Claims,
    copy,
    options::{Options, Role},
    readers::Readers,
    state::State,
    stats::Stats,
    usage::{Turns, catch_up},
    writer::Writer,
};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// "BELW": tells our files from other SQLite databases.
pub(crate) const APPLICATION_ID: i32 = 0x4245_4c57;
/// See docs/reference/performance.md for what other sizes cost.
const PAGE_BYTES: u32 = 4096;
const READER_CACHE_KIB: u32 = 2048;
/// How long to wait for a local command that is writing.
const BUSY_MS: u64 = 2_000;
/// The log file is cut back to this after it has started again.
const LOG_LIMIT_BYTES: u32 = 64 << 20;
pub(crate) const KEY_CHECK: &[u8] = b"bellwire key check";

/// Why the store cannot be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory is missing.
    #[error("the directory {} does not exist; create it, or set another path for the database", .0.display())]
    NoDirectory(PathBuf),
    /// Not allowed to read or write the file or its directory.
    #[error(
        "no permission to read and write {}: the user that runs this needs both, for the file and \
         for its directory", .0.display()
    )]
    Permission(PathBuf),
    /// Another server has it.
    #[error(
        "{} is in use by another server; stop that one first, or give this one a database of its \
         own", .0.display()
    )]
    InUse(PathBuf),
    /// Something else is in the file.
    #[error("{} is not a Bellwire database; set another path, or move the file away", .0.display())]
    NotADatabase(PathBuf),
    /// Made by a newer version of this program.
    #[error(
        "{} was written by a newer version of Bellwire (schema {found}, this one knows {known}); \
         run that version or a later one, or restore a backup from before the upgrade",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// A server of another version is running on it.
    #[error(
        "a server with an older schema is running on {}; use the command of the same version, or \
         restart the server with this one", .0.display()
    )]
    OlderServer(PathBuf),
    /// The secrets in it are encrypted with a key that is not configured.
    #[error(
        "the encryption key does not fit {}: {error}; configure the key that the database was \
         made with", .path.display()
    )]
    WrongKey {
        /// The file.
        path: PathBuf,
        /// What the keyring says.
        error: CryptError,
    },
    /// What is to be copied has events of Bellwire's own that are not made yet.
    #[error(
        "{} has {count} thing(s) that are to be told and are not yet, and a copy leaves them behind: \
         start the server for a minute, and stop it again", .path.display()
    )]
    Notices {
        /// The file.
        path: PathBuf,
        /// How many.
        count: i64,
    },
    /// What is to be copied has jobs that are not over, which a copy does not carry.
    #[error(
        "{} has {count} job(s) that are not over, and a copy leaves jobs behind: start the server, \
         wait for their end or cancel them (`bellwire job list`, `bellwire job cancel`), and stop it \
         again", .path.display()
    )]
    Jobs {
        /// The file.
        path: PathBuf,
        /// How many.
        count: i64,
    },
    /// A migration failed; the schema is as it was before it.
    #[error("the schema of {} cannot be brought up to date: {why}", .path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// There is no such file, and this is not the one to make it.
    #[error("there is no database at {}; check the path", .0.display())]
    Missing(PathBuf),
    /// Somebody works on what is to be copied from or to.
    #[error("{} is in use by {by}; stop it first: nobody may work on it during a copy", .path.display())]
    Served {
        /// The file.
        path: PathBuf,
        /// Who has it.
        by: String,
    },
    /// The schema of what is only read is older than this program.
    #[error(
        "the schema of {} is at {found}, and this version reads {known}: run `bellwire migrate \
         --store {}` first", .path.display(), .path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema that this program reads.
        known: i64,
    },
    /// A copy into it was begun and not ended.
    #[error(
        "{} holds a copy that is not finished; run `bellwire copy --from {from} --to sqlite:{}` \
         again, or remove the file and begin anew", .path.display(), .path.display()
    )]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// What is copied into it.
        from: String,
    },
    /// A copy of something else into it was begun and not ended.
    #[error(
        "{} holds an unfinished copy of {from}, made from another database or by another version; \
         remove the file and begin anew", .path.display()
    )]
    OtherCopy {
        /// The file.
        path: PathBuf,
        /// What was to be copied into it.
        from: String,
    },
    /// A copy needs an empty database.
    #[error("{} is not empty, there are {what} in it; name a file that does not exist", .path.display())]
    NotEmpty {
        /// The file.
        path: PathBuf,
        /// What is in it.
        what: &'static str,
    },
    /// Anything else.
    #[error("{} cannot be opened: {why}", .path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        why: String,
    },
}

/// Names the file in whatever goes wrong.
pub(crate) struct On<'p>(pub(crate) &'p Path);

impl On<'_> {
    pub(crate) fn io(&self, error: &io::Error) -> OpenError {
        let path = self.0.to_owned();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                OpenError::Permission(path)
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                OpenError::NoDirectory(self.0.parent().unwrap_or(self.0).to_owned())
            }
            _ => OpenError::Other {
                path,
                why: error.to_string(),
            },
        }
    }

    pub(crate) fn sql(&self, error: &rusqlite::Error) -> OpenError {
        let path = self.0.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(path),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                OpenError::Permission(path)
            }
            _ => OpenError::Other {
                path,
                why: error.to_string(),
            },
        }
    }
}

pub(crate) fn open(options: &Options, seal: Seal, ids: Ids) -> Result<Inner, OpenError> {
    let path = options.path.as_path();
    let on = On(path);
    make(path).map_err(|error| on.io(&error))?;
    let lock = lock(path).map_err(|error| on.io(&error))?;
    if options.role == Role::Server && lock.is_none() {
        return Err(OpenError::InUse(path.to_owned()));
    }
    let mut conn = connect(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE,
        options.cache_mib * 1024,
    )
    .map_err(|error| on.sql(&error))?;
    prepare(&conn, options).map_err(|error| on.sql(&error))?;
    is_ours(&conn, path)?;
    migrate(&mut conn, path, lock.is_some())?;
    check_key(&conn, path, &seal)?;
    if let Some(origin) = copy::unfinished(&conn).map_err(|error| on.sql(&error))? {
        return Err(OpenError::Unfinished {
            path: path.to_owned(),
            from: origin.name,
        });
    }
    // A local command holds the lock only while it may have had to migrate.
    let lock = lock.filter(|_| options.role == Role::Server);

    let stats = Arc::new(Stats::default());
    let mut state = State::default();
    conn.query_row(
        "SELECT count(*) FROM deliveries WHERE state = 0",
        [],
        |row| row.get(0),
    )
    .map(|pending| stats.pending(pending))
    .map_err(|error| on.sql(&error))?;
    state.newest = conn
        .query_row(
            "SELECT created_at FROM deliveries ORDER BY id DESC LIMIT 1",
            [],
            |row| row.get(0).map(Time::from_micros),
        )
        .optional()
        .map_err(|error| on.sql(&error))?
        .unwrap_or_default();

    if options.role == Role::Server {
        // Now, and not while somebody waits for a report to be counted.
        catch_up(&conn)
            .and_then(|()| state.usage.ids(&conn).map(drop))
            .map_err(|fault| OpenError::Other {
                path: path.to_owned(),
                why: Error::from(fault).to_string(),
            })?;
    }

    let mut readers = Vec::new();
    for _ in 0..options.readers.max(1) {
        let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_CACHE_KIB)
            .map_err(|error| on.sql(&error))?;
        readers.push(reader);
    }
    let copier = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, 256)
        .and_then(|conn| {
            conn.pragma_update(None, "synchronous", "FULL")
                .map(|()| conn)
        })
        .map_err(|error| on.sql(&error))?;
    let page_bytes: u32 = conn
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .map_err(|error| on.sql(&error))?;
    let claims = Arc::new(Claims::default());
    let checkpoints =
        Checkpoints::start(copier, path, page_bytes).map_err(|error| on.io(&error))?;
    let sieve = Arc::clone(state.usage.sieve());
    let writer = Writer::start(
        conn,
        state,
        checkpoints,
        Arc::clone(&claims),
        Arc::clone(&stats),
    )
    .map_err(|error| on.io(&error))?;
    Ok(Inner {
        readers: Readers::new(readers),
        writer,
        claims,
        stats,
        firsts: Arc::default(),
        pass: Mutex::default(),
        turns: Turns::default(),
        sieve,
        seal: Arc::new(seal),
        ids: Arc::new(ids),
        role: options.role,
        lock: Mutex::new(lock),
    })
}

/// Makes the file if there is none, for its owner only: events are in it in clear.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    let mut open = OpenOptions::new();
    open.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop)
}

/// The file that the one server of a database locks.
pub(crate) fn lock_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// The lock of the one server; `None` when somebody has it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<File>> {
    let mut open = OpenOptions::new();
    open.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let file = open.open(lock_file(path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

pub(crate) fn connect(
    path: &Path,
    mode: OpenFlags,
    cache_kib: u32,
) -> rusqlite::Result<Connection> {
    // Each connection stays with one thread at a time: SQLite's own mutex would only cost.
    let conn = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    Ok(conn)
}

/// What the writer's connection needs; the first lines before the first page is written.
pub(crate) fn prepare(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    conn.query_row(
        &format!("PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}"),
        [],
        |_| Ok(()),
    )?;
    if let Some(limit) = options.max_size_mib {
        let pages = u64::from(limit) * (1 << 20) / u64::from(PAGE_BYTES);
        conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    Checkpoints::watch(conn);
    Ok(())
}

/// Marks a new database as ours, and refuses another program's.
pub(crate) fn is_ours(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let on = On(path);
    let id: i32 = conn
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| on.sql(&error))?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| on.sql(&error))?;
    if tables > 0 {
        return Err(OpenError::NotADatabase(path.to_owned()));
    }
    conn.pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(|error| on.sql(&error))
}

/// The schema that a database has, 0 when it has none, and the newest that this program knows.
pub(crate) fn versions(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    let runner = embedded::migrations::runner();
    let migrations = runner.get_migrations().iter();
    let known = migrations.map(|migration| i64::from(migration.version()));
    let has_history: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
        [],
        |row| row.get(0),
    )?;
    let found = match has_history {
        false => 0,
        true => conn.query_row(
            "SELECT coalesce(max(version), 0) FROM refinery_schema_history",
            [],
            |row| row.get(0),
        )?,
    };
    Ok((found, known.max().unwrap_or(0)))
}

pub(crate) fn migrate(
    conn: &mut Connection,
    path: &Path,
    may_write: bool,
) -> Result<(), OpenError> {
    let (found, known) = versions(conn).map_err(|error| On(path).sql(&error))?;
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found < known && !may_write {
        return Err(OpenError::OlderServer(path.to_owned()));
    }
    if found < known {
        // What a migration sorts may be larger than memory.
        let sort_in = |conn: &Connection, place| {
            conn.pragma_update(None, "temp_store", place)
                .map_err(|error| On(path).sql(&error))
        };
        sort_in(conn, "FILE")?;
        let runner = embedded::migrations::runner();
        runner.run(conn).map_err(|error| OpenError::Migration {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        sort_in(conn, "MEMORY")?;
    }
    Ok(())
}

/// Tells a wrong encryption key here, and not when the first secret is needed.
pub(crate) fn check_key(conn: &Connection, path: &Path, seal: &Seal) -> Result<(), OpenError> {
    let on = On(path);
    let sealed: Option<Vec<u8>> = conn
        .query_row(
            "SELECT value FROM meta WHERE name = 'key_check'",
            [],
            |row| row.get(0),
        )
        .optional()
        .map_err(|error| on.sql(&error))?;
    match sealed {
        Some(sealed) => match seal.open(&sealed, KEY_CHECK) {
            Ok(_) => Ok(()),
            Err(error) => Err(OpenError::WrongKey {
                path: path.to_owned(),
                error,
            }),
        },
        None => conn
            .execute(
                "INSERT INTO meta (name, value) VALUES ('key_check', ?1) ON CONFLICT DO NOTHING",
                [seal.seal(KEY_CHECK, KEY_CHECK)],
            )
            .map(drop)
            .map_err(|error| on.sql(&error)),
    }
}
