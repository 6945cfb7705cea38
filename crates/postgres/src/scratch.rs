//! Databases that are made to be filled and thrown away: what `bellwire bench` works on.
//!
//! Where the role may create databases, each is a new one beside the database that the URL names.
//! Where it may not, it is that database itself, which then must be empty, or have the mark that an
//! earlier one left. Either way a database with organizations in it is refused: somebody works there.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use deadpool_postgres::ClientWrapper;
use tokio_postgres::error::SqlState;

use crate::{
    connect::Connector,
    open::{self, OpenError},
    url,
};

/// A table of this name says that everything beside it may be thrown away.
const MARK: &str = "bellwire_scratch";
/// What users have made in the database.
const TABLES: &str = "\
SELECT format('%I.%I', n.nspname, c.relname), c.relname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\\_%'";

/// A database to be thrown away. Dropping this leaves it; [`discard`](Self::discard) does not.
#[derive(Debug)]
pub struct Scratch {
    base: String,
    url: String,
    /// The database that was made; `None`: the one that the URL names.
    made: Option<String>,
}

impl Scratch {
    /// An empty database on the server of this URL.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it; [`OpenError::Taken`] when the
    /// database of the URL is not to be thrown away.
    pub async fn create(url: &str) -> Result<Self, OpenError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let client = connect(url).await?;
        if holds_organizations(&client).await? {
            return Err(OpenError::Taken(
                "it holds organizations; name an empty one, such as `postgres`, to work beside",
            ));
        }
        let name = format!(
            "bellwire_bench_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Relaxed)
        );
        match client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
        {
            Ok(()) => Ok(Self {
                base: url.to_owned(),
                url: url::with_database(url, &name),
                made: Some(name),
            }),
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                clear(&client).await?;
                client
                    .batch_execute(&format!("CREATE TABLE {MARK} ()"))
                    .await?;
                Ok(Self {
                    base: url.to_owned(),
                    url: url.to_owned(),
                    made: None,
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Throws it away, and whoever is still connected out of it.
    ///
    /// # Errors
    /// [`OpenError`] when it stays.
    pub async fn discard(self) -> Result<(), OpenError> {
        let client = connect(&self.base).await?;
        match &self.made {
            Some(name) => {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                client.batch_execute(&drop).await?;
            }
            None => clear(&client).await?,
        }
        Ok(())
    }
}

async fn connect(url: &str) -> Result<ClientWrapper, OpenError> {
    let connector = Connector::new(url).map_err(OpenError::Url)?;
    // A session that is set up proves that the server is fit.
    drop(open::connect(&connector).await?);
    let client = connector.bare().await?;
    client
        .batch_execute("SET client_min_messages = 'warning'; SET lock_timeout = '20s'")
        .await?;
    Ok(client)
}

/// Whether anybody's organizations are here; a marked database has nobody's.
async fn holds_organizations(client: &ClientWrapper) -> Result<bool, OpenError> {
    let row = client
        .query_one(
            "SELECT to_regclass('organizations') IS NOT NULL AND to_regclass($1) IS NULL",
            &[&MARK],
        )
        .await?;
    if !row.try_get::<_, bool>(0)? {
        return Ok(false);
    }
    let row = client
        .query_one("SELECT EXISTS (SELECT FROM organizations)", &[])
        .await?;
    Ok(row.try_get(0)?)
}

/// Removes everything from a marked database. The mark goes with the rest, in one transaction.
async fn clear(client: &ClientWrapper) -> Result<(), OpenError> {
    let rows = client.query(TABLES, &[]).await?;
    let mut tables = Vec::with_capacity(rows.len());
    let mut marked = false;
    for row in &rows {
        tables.push(row.try_get::<_, String>(0)?);
        marked |= row.try_get::<_, &str>(1)? == MARK;
    }
    if tables.is_empty() {
        return Ok(());
    }
    if !marked {
        return Err(OpenError::Taken(
            "it has tables, and the role may not create a database beside it; name an empty \
             database, or let the role create some: ALTER ROLE … CREATEDB",
        ));
    }
    let drop = format!(
        "DROP TABLE {} CASCADE; DROP FUNCTION IF EXISTS resends_organization()",
        tables.join(", ")
    );
    Ok(client.batch_execute(&drop).await?)
}
