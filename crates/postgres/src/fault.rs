//! What can go wrong inside a call, and what the caller is told.

use std::{error::Error as _, io};

use bellwire_core::ports::Error;
use deadpool_postgres::PoolError;
use tokio_postgres::{Error as PgError, error::SqlState};

use crate::connect::ConnectError;

/// Why a call did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A rule says no; nothing was written. The commit-mates go on.
    Rule(Error),
    /// PostgreSQL says no; the transaction is rolled back.
    Sql(PgError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Rule(error)
    }
}

impl From<PgError> for Fault {
    fn from(error: PgError) -> Self {
        Self::Sql(error)
    }
}

impl From<ConnectError> for Fault {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Sql(error) => Self::Sql(error),
            ConnectError::Refused(why) => Self::Rule(unavailable(why)),
        }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Sql(error),
            other => Self::Rule(unavailable(format!(
                "no connection to the database: {other}"
            ))),
        }
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

pub(crate) fn unavailable(why: impl Into<String>) -> Error {
    Error::Unavailable(why.into())
}

/// What a row holds that this program does not understand.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::Rule(Error::Corrupt(what.to_string()))
}

/// Whether the connection is of no use any more: gone, going, or to a server that has become a
/// standby.
pub(crate) fn is_lost(error: &PgError) -> bool {
    if error.is_closed() {
        return true;
    }
    match error.code() {
        Some(code) => {
            code.code().starts_with("08")
                || [
                    &SqlState::ADMIN_SHUTDOWN,
                    &SqlState::CRASH_SHUTDOWN,
                    &SqlState::CANNOT_CONNECT_NOW,
                    &SqlState::READ_ONLY_SQL_TRANSACTION,
                    &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                ]
                .contains(&code)
        }
        None => by_io(error),
    }
}

fn by_io(error: &PgError) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<io::Error>() {
            return true;
        }
        source = cause.source();
    }
    // Time-outs of a connection attempt have no source.
    error.to_string().contains("timeout")
}

/// Whether the same transaction can succeed when it runs again: two of them were in each other's
/// way.
pub(crate) fn is_contention(error: &PgError) -> bool {
    error.code().is_some_and(|code| {
        [
            &SqlState::T_R_DEADLOCK_DETECTED,
            &SqlState::T_R_SERIALIZATION_FAILURE,
        ]
        .contains(&code)
    })
}

/// Whether a day's table is not there: never made, or dropped by another node.
pub(crate) fn is_missing_day(error: &PgError) -> bool {
    error.code().is_some_and(|code| {
        [&SqlState::UNDEFINED_TABLE, &SqlState::CHECK_VIOLATION].contains(&code)
    })
}

/// A PostgreSQL error in the store's own terms.
pub(crate) fn told(error: &PgError) -> Error {
    let Some(db) = error.as_db_error() else {
        return if is_lost(error) {
            unavailable(format!(
                "the connection to the database is lost ({})",
                chain(error)
            ))
        } else {
            Error::Corrupt(chain(error))
        };
    };
    let code = db.code();
    let what = if code == &SqlState::READ_ONLY_SQL_TRANSACTION {
        "the database is read-only: a standby, or failing over"
    } else if code == &SqlState::DISK_FULL {
        "the disk of the database is full"
    } else if code == &SqlState::TOO_MANY_CONNECTIONS {
        "the database has no connection left; raise max_connections or lower the pools"
    } else if is_lost(error) {
        "the database is shutting down, starting or failing over"
    } else if is_contention(error) {
        "transactions were in each other's way"
    } else if code == &SqlState::LOCK_NOT_AVAILABLE || code == &SqlState::QUERY_CANCELED {
        "the database did not answer in time"
    } else if code.code().starts_with("53") || code.code().starts_with("58") {
        "the database lacks resources or cannot read or write its files"
    } else {
        return Error::Corrupt(format!("{} ({})", db.message(), code.code()));
    };
    unavailable(format!("{what} ({})", db.message()))
}

/// An error with all its causes in one line: the outer one alone says little.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
