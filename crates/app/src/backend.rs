//! Which store is behind the server: the embedded one, or PostgreSQL when `store.url` names one.

use std::sync::Arc;

use anyhow::Result;
use bellwire_core::{crypt::Keyring, entropy::Entropy, ports::Store};
use bellwire_postgres::{self as postgres, Postgres};
use bellwire_sqlite::{self as sqlite, Sqlite};

pub use sqlite::Role;

use crate::{
    config::Config,
    failure::{Exit, Failure},
    keyring,
};

/// An open store.
pub enum Backend {
    /// A file of this machine.
    Sqlite(Sqlite),
    /// A database that other nodes may share.
    Postgres(Postgres),
}

impl Backend {
    /// Opens the store that is configured, and gives back the keys that go with it.
    ///
    /// # Errors
    /// [`Failure`] in one line that says what to do.
    pub async fn open(
        config: &Config,
        role: Role,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<(Self, Keyring)> {
        match postgres(config) {
            None => {
                let (store, keyring) = open_sqlite(config, role, entropy)?;
                Ok((Self::Sqlite(store), keyring))
            }
            Some(options) => {
                let keyring = shared_keyring(config)?;
                let opened = Postgres::open(&options, keyring.clone(), Arc::clone(entropy)).await;
                let store = opened.map_err(|error| failure(&error))?;
                Ok((Self::Postgres(store), keyring))
            }
        }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    /// Finishes what was asked and lets go.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// Brings the schema of the configured store up to date; what was done, for people.
///
/// # Errors
/// [`Failure`] in one line that says what to do.
pub async fn migrate(config: &Config, entropy: &Arc<dyn Entropy>) -> Result<String> {
    match postgres(config) {
        // The embedded store belongs to one process, which migrates it whenever it opens it.
        None => {
            let (store, _) = open_sqlite(config, Role::Server, entropy)?;
            store.close().await;
            Ok(format!("{} is up to date", config.store.path.display()))
        }
        Some(options) => {
            let migrated = Postgres::migrate(&options).await;
            let (from, to) = migrated.map_err(|error| failure(&error))?;
            Ok(match from == to {
                true => format!("the schema is up to date, at {to}"),
                false => format!("the schema went from {from} to {to}"),
            })
        }
    }
}

/// What to call the database in front of people: never with its password.
#[must_use]
pub fn describe(config: &Config) -> String {
    match url::Url::parse(&config.store.url) {
        Err(_) if config.store.url.is_empty() => config.store.path.display().to_string(),
        Ok(url) => format!(
            "PostgreSQL at {}{}",
            url.host_str().unwrap_or_default(),
            url.path()
        ),
        // Several hosts are no URL to this parser.
        Err(_) => "PostgreSQL".to_owned(),
    }
}

fn postgres(config: &Config) -> Option<postgres::Options> {
    let url = &config.store.url;
    (!url.is_empty()).then(|| postgres::Options {
        readers: config.store.readers,
        ..postgres::Options::new(url)
    })
}

/// Nodes must agree on the keys, so they are configured and never made by one of them.
fn shared_keyring(config: &Config) -> Result<Keyring> {
    if config.secrets.keys.is_empty() {
        let message = "`secrets.keys` is needed with `store.url`, and the same on every node; make \
                       a key with `openssl rand -base64 32` and keep it with your backups";
        return Err(Failure::new(Exit::Usage, message.to_owned()).into());
    }
    keyring::configured(&config.secrets.keys)
}

fn open_sqlite(
    config: &Config,
    role: Role,
    entropy: &Arc<dyn Entropy>,
) -> Result<(Sqlite, Keyring)> {
    let path = &config.store.path;
    let keyring = keyring::load(&config.secrets.keys, path, &**entropy)?;
    let options = sqlite::Options {
        readers: config.store.readers,
        cache_mib: config.store.cache_mib,
        max_size_mib: Some(config.store.max_size_mib).filter(|size| *size > 0),
        ..match role {
            Role::Server => sqlite::Options::new(path),
            Role::Tool => sqlite::Options::tool(path),
        }
    };
    let store = Sqlite::open(&options, keyring.clone(), Arc::clone(entropy))
        .map_err(|error| Failure::new(Exit::Store, error.to_string()))?;
    Ok((store, keyring))
}

fn failure(error: &postgres::OpenError) -> anyhow::Error {
    Failure::new(Exit::Store, error.to_string()).into()
}
