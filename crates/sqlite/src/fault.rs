//! What can go wrong inside a call, and what the caller is told.

use bellwire_core::ports::Error;
use rusqlite::ErrorCode;

/// Why a call did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A rule says no; nothing was written. The commit-mates go on.
    Rule(Error),
    /// SQLite says no; the transaction is rolled back.
    Sql(rusqlite::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Rule(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Rule(error) => error,
            Fault::Sql(error) => told(&error),
        }
    }
}

/// Whether the trouble is the machine's (disk, permissions, another process) and can pass.
pub(crate) fn is_passing(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::PermissionDenied
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

/// An SQLite error in the store's own terms.
pub(crate) fn told(error: &rusqlite::Error) -> Error {
    let what = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk, or the size allowed to the database, is full",
        Some(ErrorCode::SystemIoFailure) => "the disk failed to read or write",
        Some(ErrorCode::ReadOnly) => "the database is read-only",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds the database"
        }
        Some(ErrorCode::CannotOpen) => "the database file cannot be opened",
        Some(ErrorCode::OutOfMemory) => "there is not enough memory",
        Some(_) if is_passing(error) => "the database refuses for now",
        _ => return Error::Corrupt(error.to_string()),
    };
    Error::Unavailable(format!("{what} ({error})"))
}

/// What a row holds that this program does not understand.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::Rule(Error::Corrupt(what.to_string()))
}
