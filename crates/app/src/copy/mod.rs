//! `bellwire copy`: a whole installation from one kind of store into the other.
//!
//! Read, write, read back, compare; only then does the target become a store that can be served.
//! What was written by a run that was killed is not written again, but it is read again: the
//! checksums are always over the whole source, so a source that was changed meanwhile shows.

mod compare;
mod place;
mod progress;
mod sums;
mod transfer;

use std::{sync::Arc, time::Instant};

use anyhow::Result;
use bellwire_core::{
    entropy::Entropy,
    ports::{CopySource, CopyTarget, Error, Origin},
};
use bellwire_postgres::{self as postgres, copy as whole_postgres};
use bellwire_sqlite::{self as sqlite, copy as whole_sqlite};

pub use self::place::Place;
use self::progress::Progress;
use crate::{
    config::Config,
    entropy::SystemEntropy,
    failure::{Exit, Failure},
    keyring,
};

/// What to copy.
#[derive(Debug)]
pub struct Options {
    /// The store that is read.
    pub from: Place,
    /// The store that is written.
    pub to: Place,
    /// Keys, and limits of the embedded store.
    pub config: Config,
}

/// Copies, compares, and says so.
///
/// # Errors
/// [`Failure`] in one line that says what to do.
pub async fn run(options: &Options) -> Result<()> {
    refuse_same(&options.from, &options.to)?;
    let (source, origin) = open_source(options).await?;
    let target = open_target(options, &origin).await?;
    let began = Instant::now();
    let progress = Progress::new();
    let read = transfer::run(&source, &*target, &progress)
        .await
        .map_err(|error| interrupted(&error))?;
    let copied = began.elapsed();
    source
        .undisturbed()
        .await
        .map_err(|error| Failure::new(Exit::Failed, format!("the copy is of no use: {error}")))?;
    let stored = compare::read_back(&*target, &read, &progress)
        .await
        .map_err(|error| interrupted(&error))?;
    if stored != read {
        let found = compare::differences(&*source, &*target, &read, &stored, &progress)
            .await
            .map_err(|error| interrupted(&error))?;
        progress.clear();
        let message = format!(
            "the target differs from the source: {found}; it cannot be served like this, begin \
             anew with an empty one (and leave the source alone until the copy has ended)"
        );
        return Err(Failure::new(Exit::Failed, message).into());
    }
    target.finish().await.map_err(|error| interrupted(&error))?;
    progress.clear();
    read.tell(copied, began.elapsed(), &options.to)
}

/// Two embedded databases, or two of PostgreSQL, are copied better by other means.
fn refuse_same(from: &Place, to: &Place) -> Result<()> {
    let message = match (from, to) {
        (Place::Sqlite(from), Place::Sqlite(to)) if same_file(from, to) => {
            "--from and --to are the same database"
        }
        (Place::Postgres(from), Place::Postgres(to)) if from == to => {
            "--from and --to are the same database"
        }
        (Place::Sqlite(_), Place::Sqlite(_)) => {
            "--from and --to are both files; copy one with `sqlite3 FILE \".backup OTHER\"`, and \
             its key with it; for PostgreSQL, set --to or `store.url`"
        }
        (Place::Postgres(_), Place::Postgres(_)) => {
            "--from and --to are both PostgreSQL; move one to another server with `pg_dump` and \
             `pg_restore`"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(Exit::Usage, message).into())
}

fn same_file(from: &std::path::Path, to: &std::path::Path) -> bool {
    let real = |path: &std::path::Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(from) == real(to)
}

async fn open_source(options: &Options) -> Result<(Arc<dyn CopySource>, Origin)> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = &options.config.secrets.keys;
    let failed = |error: &dyn std::fmt::Display| store_failure("source", error);
    match &options.from {
        Place::Sqlite(path) => {
            // Before it is asked for its key.
            if !path.is_file() {
                return Err(failed(&sqlite::OpenError::Missing(path.clone())).into());
            }
            let keyring = keyring::of_existing(keys, path)?;
            let source = whole_sqlite::Source::open(path, keyring, entropy)
                .map_err(|error| failed(&error))?;
            let origin = source.origin().clone();
            Ok((Arc::new(source), origin))
        }
        Place::Postgres(url) => {
            let keyring = keyring::configured(needed(keys, &options.to)?)?;
            let options = postgres::Options::new(url);
            let source = whole_postgres::Source::open(&options, keyring, entropy)
                .await
                .map_err(|error| failed(&error))?;
            let origin = source.origin().clone();
            Ok((Arc::new(source), origin))
        }
    }
}

async fn open_target(options: &Options, origin: &Origin) -> Result<Box<dyn CopyTarget>> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = &options.config.secrets.keys;
    let failed = |error: &dyn std::fmt::Display| store_failure("target", error);
    match &options.to {
        Place::Sqlite(path) => {
            let keyring = keyring::load(keys, path, &*entropy)?;
            let store = &options.config.store;
            let options = sqlite::Options {
                max_size_mib: Some(store.max_size_mib).filter(|size| *size > 0),
                ..sqlite::Options::new(path)
            };
            let target = whole_sqlite::Target::open(&options, keyring, entropy, origin)
                .map_err(|error| failed(&error))?;
            Ok(Box::new(target))
        }
        Place::Postgres(url) => {
            let keyring = keyring::configured(needed(keys, &options.from)?)?;
            let options = postgres::Options::new(url);
            let target = whole_postgres::Target::open(&options, keyring, entropy, origin)
                .await
                .map_err(|error| failed(&error))?;
            Ok(Box::new(target))
        }
    }
}

/// PostgreSQL has no key file beside it.
fn needed<'k>(keys: &'k [String], other: &Place) -> Result<&'k [String]> {
    if !keys.is_empty() {
        return Ok(keys);
    }
    let hint = match other {
        Place::Sqlite(path) => format!(
            "; {} holds a key that can be kept, `openssl rand -base64 32` makes another",
            keyring::key_file(path).display()
        ),
        Place::Postgres(_) => String::new(),
    };
    let message = format!(
        "`secrets.keys` is needed for PostgreSQL: webhook secrets are encrypted with it, and every \
         node has the same{hint}"
    );
    Err(Failure::new(Exit::Usage, message).into())
}

fn store_failure(which: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Store, format!("the {which}: {error}"))
}

/// What ends a copy in the middle.
fn interrupted(error: &Error) -> Failure {
    let hint = match error {
        Error::Unavailable(_) => ": run the same command again, and it goes on where it was",
        _ => "",
    };
    let message = format!("{error}; the copy is not finished{hint}");
    Failure::new(Exit::Failed, message)
}
