//! Opening a database to read it whole, or to write a copy into it.

use std::sync::Arc;

use bellwire_core::{
    crypt::Keyring,
    entropy::Entropy,
    ports::{Origin, Section},
    stored::seal::Seal,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;

use super::{Source, Target, Whole, record, table};
use crate::{
    connect::{Conn, Connector, Session},
    fault::Fault,
    lease,
    open::{self, KEY_CHECK, OpenError},
    options::Options,
    partitions::Partitions,
};

/// One copy into a database at a time. Held by the session.
const LOCK: i64 = 0x6265_6c6c_0000_0010;
/// A page takes as long as it takes. What a copy that was killed had begun is waited for. Pages are
/// read in the order of an index, whatever the planner thinks of tables that were filled just now.
const SET_UP: &str = "\
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET lock_timeout = '20s';
SET enable_sort = off;
SET enable_material = off";
/// Commits need not wait for the disk: each has its record, and the last one waits for all.
const SET_UP_TARGET: &str = "SET synchronous_commit = off";
impl Source {
    /// Opens a database that no node works on.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub async fn open(
        options: &Options,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(&options.url).map_err(OpenError::Url)?);
        let session = open::connect(&connector).await?;
        session.command(SET_UP).await?;
        open::check_schema(&session).await?;
        if let Some(origin) = record::unfinished(&session).await? {
            return Err(OpenError::Unfinished { from: origin.name });
        }
        let nodes = last_node(&session).await?;
        refuse_served(&session).await?;
        // From here on until the end everything is of one moment.
        session
            .command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let seal = Seal::new(keyring, entropy);
        let check = key_check(&session).await?;
        let check = check.ok_or_else(|| {
            OpenError::Other(
                "it was never opened by a server, so there is nothing to copy".to_owned(),
            )
        })?;
        seal.open(&check, KEY_CHECK).map_err(OpenError::WrongKey)?;
        refuse_jobs(&session).await?;
        refuse_notices(&session).await?;
        Ok(Self {
            origin: Origin {
                // Sealed with a nonce of its own when the database was made.
                id: short(&check),
                name: name(&connector),
            },
            whole: Whole {
                session: Mutex::new(session),
                aside: connector.pool(1),
                seal: Arc::new(seal),
            },
            nodes,
        })
    }
}

impl Target {
    /// Opens a database that is migrated and empty, or that holds an unfinished copy of this source.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do about it.
    pub async fn open(
        options: &Options,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
        origin: &Origin,
    ) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(&options.url).map_err(OpenError::Url)?);
        let session = open::connect(&connector).await?;
        session.command(SET_UP).await?;
        open::check_schema(&session).await?;
        hold(&session).await?;
        // Nothing is changed in a database that is not for this copy.
        let begun = record::unfinished(&session).await?;
        match &begun {
            None => {
                refuse_used(&session).await?;
                refuse_served(&session).await?;
            }
            Some(begun) => {
                if begun.id != origin.id || !record::is_readable(&session).await? {
                    return Err(OpenError::OtherCopy {
                        from: begun.name.clone(),
                    });
                }
            }
        }
        let seal = Seal::new(keyring, entropy);
        open::check_key(&session, &seal).await?;
        if begun.is_none() {
            record::begin(&session, origin).await?;
        }
        // A node that joined at the very moment has seen the record, or is seen here.
        refuse_served(&session).await?;
        session.command(SET_UP_TARGET).await?;
        Ok(Self {
            whole: Whole {
                session: Mutex::new(session),
                aside: connector.pool(1),
                seal: Arc::new(seal),
            },
            partitions: Partitions::default(),
        })
    }
}

/// Sees to it that no other copy writes here.
async fn hold(session: &Session) -> Result<(), OpenError> {
    match session.query("SELECT pg_advisory_lock($1)", &[&LOCK]).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Err(
            OpenError::Served("another `bellwire copy` writes to it".to_owned()),
        ),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a database that a node works on.
async fn refuse_served(conn: &impl Conn) -> Result<(), OpenError> {
    let row = conn
        .query_opt(
            "SELECT id, floor(extract(epoch FROM clock_timestamp() - seen_at))::bigint FROM nodes
             WHERE NOT dead AND seen_at > clock_timestamp() - make_interval(secs => $1)
             ORDER BY seen_at DESC LIMIT 1",
            &[&lease::TTL.as_secs_f64()],
        )
        .await?;
    match row {
        None => Ok(()),
        Some(row) => {
            let (node, seconds): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            Err(OpenError::Served(format!(
                "node {node} works on it, seen {seconds} s ago (one that was killed counts for {} s)",
                lease::TTL.as_secs()
            )))
        }
    }
}

/// Refuses a database that has something to tell: nobody would be told.
async fn refuse_notices(conn: &impl Conn) -> Result<(), OpenError> {
    let row = conn.query_opt("SELECT count(*) FROM outbox", &[]).await?;
    match row.map_or(Ok(0), |row| row.try_get::<_, i64>(0))? {
        0 => Ok(()),
        count => Err(OpenError::Notices(count)),
    }
}

/// Refuses a database with jobs that are not over: they would end without a word.
async fn refuse_jobs(conn: &impl Conn) -> Result<(), OpenError> {
    let sql = "SELECT count(*) FROM jobs j JOIN organizations o ON o.id = j.organization_id
               WHERE j.state < 2 AND o.deleted_at IS NULL";
    let row = conn.query_opt(sql, &[]).await?;
    match row.map_or(Ok(0), |row| row.try_get::<_, i64>(0))? {
        0 => Ok(()),
        count => Err(OpenError::Jobs(count)),
    }
}

/// Refuses a database that has anything in it.
async fn refuse_used(conn: &impl Conn) -> Result<(), OpenError> {
    for section in Section::ALL {
        let sql = format!("SELECT FROM {} LIMIT 1", table(section));
        if conn.query_opt(&sql, &[]).await?.is_some() {
            return Err(OpenError::NotEmpty(section.as_str()));
        }
    }
    Ok(())
}

/// The number of the last node that has ever joined.
pub(super) async fn last_node(conn: &impl Conn) -> Result<i64, Fault> {
    let row = conn
        .query_opt(
            "SELECT coalesce(pg_sequence_last_value(
                        pg_get_serial_sequence('nodes', 'id')::regclass), 0)",
            &[],
        )
        .await?;
    Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
}

async fn key_check(conn: &impl Conn) -> Result<Option<Vec<u8>>, OpenError> {
    let row = conn
        .query_opt("SELECT key_check FROM installation", &[])
        .await?;
    Ok(row.map_or(Ok(None), |row| row.try_get(0))?)
}

/// What to call it: without user and password.
fn name(connector: &Connector) -> String {
    let database = connector.config().get_dbname().unwrap_or_default();
    format!("postgresql://{}/{database}", open::hosts(connector))
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
