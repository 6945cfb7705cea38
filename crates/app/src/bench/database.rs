//! What the measured servers store in: a file of each one's own, or PostgreSQL, where each scenario
//! gets a database that is made for it and thrown away behind it.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::entropy::Entropy as _;
use bellwire_postgres::{self as postgres, OpenError, Postgres, Scratch};

use super::{measure, temporary::Temporary};
use crate::{
    entropy::SystemEntropy,
    failure::{Exit, Failure},
};

/// What `--database` says for a server of the bench's own.
const OWN: &str = "postgres";

/// Where databases come from.
pub(super) enum Databases {
    /// Files in the directory of the bench.
    Files,
    /// A server.
    Server(Server),
}

/// A server of databases.
pub(super) struct Server {
    /// Any database of it.
    url: String,
    /// The key that the nodes encrypt with.
    key: String,
    /// The server itself, if it is the bench's own.
    own: Option<Temporary>,
    /// What was made and not thrown away yet.
    made: RefCell<Vec<Scratch>>,
}

/// Where one server of a scenario stores.
#[derive(Debug, Clone)]
pub(super) enum Home {
    /// In this file.
    File(PathBuf),
    /// In a database, which other nodes share.
    Database { url: String, key: String },
}

impl Databases {
    /// As `--database` says.
    ///
    /// # Errors
    /// [`Failure`] when it is neither a URL nor `postgres`, or there is no server to start.
    pub(super) fn new(database: Option<&str>, directory: &Path) -> Result<Self> {
        let Some(database) = database else {
            return Ok(Self::Files);
        };
        let is_url = ["postgresql://", "postgres://"]
            .iter()
            .any(|scheme| database.starts_with(scheme));
        if !is_url && database != OWN {
            let message = format!(
                "--database is a URL such as postgresql://user@host/name, or `{OWN}` for a server \
                 of the bench's own; it is not `{database}`"
            );
            return Err(Failure::new(Exit::Usage, message).into());
        }
        let own = if is_url {
            None
        } else {
            Some(Temporary::start(&directory.join("postgresql"))?)
        };
        let mut key = [0; 32];
        SystemEntropy.fill(&mut key);
        Ok(Self::Server(Server {
            url: own
                .as_ref()
                .map_or_else(|| database.to_owned(), Temporary::url),
            key: STANDARD.encode(key),
            own,
            made: RefCell::default(),
        }))
    }

    /// What the rows call it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Files => "sqlite",
            Self::Server(_) => "postgresql",
        }
    }

    pub(super) const fn is_server(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// A fresh database, its schema up to date.
    pub(super) async fn fresh(&self, directory: &Path) -> Result<Home> {
        let server = match self {
            Self::Files => return Ok(Home::File(directory.join("bellwire.db"))),
            Self::Server(server) => server,
        };
        // Without the right to make another one, there is only the one that was given.
        self.discard().await?;
        let scratch = Scratch::create(&server.url).await.map_err(failure)?;
        let url = scratch.url().to_owned();
        server.made.borrow_mut().push(scratch);
        let options = postgres::Options::new(&url);
        Postgres::migrate(&options).await.map_err(failure)?;
        Ok(Home::Database {
            url,
            key: server.key.clone(),
        })
    }

    /// Throws away what was made; nobody works on it any more.
    pub(super) async fn discard(&self) -> Result<()> {
        let Self::Server(server) = self else {
            return Ok(());
        };
        let made = std::mem::take(&mut *server.made.borrow_mut());
        for scratch in made {
            scratch.discard().await.map_err(failure)?;
        }
        Ok(())
    }

    /// Processor time that the server of databases has used, where it is the bench's own.
    pub(super) fn cpu_ms(&self) -> Result<Option<f64>> {
        match self {
            Self::Server(Server { own: Some(own), .. }) => {
                measure::family_cpu_ms(own.pid()).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn failure(error: OpenError) -> anyhow::Error {
    Failure::new(Exit::Store, error.to_string()).into()
}
