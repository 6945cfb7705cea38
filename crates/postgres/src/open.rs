//! Opening: the server and what it promises, the schema, the encryption key, this node's lease, the
//! tasks behind the store. And migrating, which opening does not do.

use std::{sync::Arc, time::Duration};

use bellwire_core::{
    crypt::CryptError,
    stored::{audit::Ids, seal::Seal},
};
use parking_lot::Mutex;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;

use crate::{
    Inner, changes,
    committer::Committers,
    connect::{Conn, ConnectError, Connector, Pools, Session},
    copy,
    enqueue::Enqueues,
    fault::{Fault, chain, told},
    keep, lease,
    options::Options,
    record::Records,
    shared::Shared,
};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Two that migrate at the same time go one after the other.
const LOCK: i64 = 0x6265_6c6c_0000_0002;
pub(crate) const KEY_CHECK: &[u8] = b"bellwire key check";
/// How long opening waits for the server.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the store cannot be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be used.
    #[error("the URL of the database cannot be used: {0}")]
    Url(String),
    /// No server answers.
    #[error(
        "the database at {host} cannot be reached: {why}; check that it runs, and that host and \
         port are right"
    )]
    Unreachable {
        /// Host and port, without user and password.
        host: String,
        /// What went wrong.
        why: String,
    },
    /// User or password are wrong, or the server does not let this user in.
    #[error(
        "the database at {host} does not let us in: {why}; check user, password and pg_hba.conf"
    )]
    NotAllowed {
        /// Host and port.
        host: String,
        /// What the server says.
        why: String,
    },
    /// The database does not exist.
    #[error("{why}; create it, for example with `createdb {name}`")]
    NoDatabase {
        /// Its name.
        name: String,
        /// What the server says.
        why: String,
    },
    /// The server could lose what it acknowledges, or takes no writes.
    #[error("this database cannot be used: {0}")]
    Unfit(String),
    /// There is no schema, or an older one than this program needs.
    #[error(
        "the schema of the database is at {found}, and this version needs {known}: run `bellwire \
         migrate`"
    )]
    Older {
        /// Its schema; 0 when there is none.
        found: i64,
        /// The schema that this program needs.
        known: i64,
    },
    /// Migrated by a newer version, to something that this one cannot work on.
    #[error(
        "the schema of the database is at {found} and needs a program that knows {needed}; this \
         version knows {known}: run the newer version of Bellwire"
    )]
    Newer {
        /// Its schema.
        found: i64,
        /// What a program must know to work on it.
        needed: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The secrets in it are encrypted with a key that is not configured.
    #[error(
        "the encryption key does not fit the database: {0}; configure the key that the database \
         was made with"
    )]
    WrongKey(CryptError),
    /// A migration failed; the schema is as it was before it.
    #[error("the schema cannot be brought up to date: {0}")]
    Migration(String),
    /// It was to be thrown away, and must not.
    #[error("this database is not a scratch one: {0}")]
    Taken(&'static str),
    /// Somebody works on what is to be copied from or to.
    #[error("the database is in use: {0}; stop that first: nobody may work on it during a copy")]
    Served(String),
    /// A copy into it was begun and not ended.
    #[error(
        "the database holds a copy that is not finished; run `bellwire copy --from {from}` with \
         the same configuration again, or begin anew with an empty database"
    )]
    Unfinished {
        /// What is copied into it.
        from: String,
    },
    /// A copy of something else into it was begun and not ended.
    #[error(
        "the database holds an unfinished copy of {from}, made from another database or by another \
         version; begin anew with an empty one"
    )]
    OtherCopy {
        /// What was to be copied into it.
        from: String,
    },
    /// What is to be copied has events of Bellwire's own that are not made yet.
    #[error(
        "the database has {0} thing(s) that are to be told and are not yet, and a copy leaves them \
         behind: start the server for a minute, and stop it again"
    )]
    Notices(i64),
    /// What is to be copied has jobs that are not over, which a copy does not carry.
    #[error(
        "the database has {0} job(s) that are not over, and a copy leaves jobs behind: start the \
         server, wait for their end or cancel them (`bellwire job list`, `bellwire job cancel`), and \
         stop it again"
    )]
    Jobs(i64),
    /// A copy needs an empty database.
    #[error(
        "the database is not empty, there are {0} in it; make a new one, for example with \
         `createdb`, and run `bellwire migrate` on it"
    )]
    NotEmpty(&'static str),
    /// Anything else.
    #[error("the database cannot be opened: {0}")]
    Other(String),
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Rule(error) => Self::Other(error.to_string()),
            Fault::Sql(error) => Self::Other(told(&error).to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        Fault::from(error).into()
    }
}

/// Where the server is, without user and password.
pub(crate) fn hosts(connector: &Connector) -> String {
    let config = connector.config();
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let ports = config.get_ports();
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            match host {
                tokio_postgres::config::Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                tokio_postgres::config::Host::Unix(path) => {
                    format!("{}/.s.PGSQL.{port}", path.display())
                }
            }
        })
        .collect();
    hosts.join(",")
}

/// Names the server in whatever goes wrong with it.
fn unreachable(connector: &Connector, error: ConnectError) -> OpenError {
    let host = hosts(connector);
    let error = match error {
        ConnectError::Refused(why) => return OpenError::Unfit(why),
        ConnectError::Sql(error) => error,
    };
    let Some(db) = error.as_db_error() else {
        let why = chain(&error);
        return match why.contains("password") {
            true => OpenError::NotAllowed { host, why },
            false => OpenError::Unreachable { host, why },
        };
    };
    let why = db.message().to_owned();
    let code = db.code();
    if code == &SqlState::INVALID_CATALOG_NAME {
        OpenError::NoDatabase {
            name: connector
                .config()
                .get_dbname()
                .unwrap_or_default()
                .to_owned(),
            why,
        }
    } else if code.code().starts_with("28") || code == &SqlState::INSUFFICIENT_PRIVILEGE {
        OpenError::NotAllowed { host, why }
    } else {
        OpenError::Unreachable { host, why }
    }
}

pub(crate) async fn connect(connector: &Connector) -> Result<Session, OpenError> {
    match timeout(PATIENCE, connector.session()).await {
        Ok(session) => session.map_err(|error| unreachable(connector, error)),
        Err(_) => Err(unreachable(
            connector,
            ConnectError::Refused("the server does not answer".to_owned()),
        )),
    }
}

/// The newest schema that this program knows.
fn known() -> i64 {
    let runner = embedded::migrations::runner();
    let versions = runner
        .get_migrations()
        .iter()
        .map(|one| i64::from(one.version()));
    versions.max().unwrap_or(0)
}

/// Brings the schema up to date; from which version to which. Several may do this at once.
pub(crate) async fn migrate(options: &Options) -> Result<(i64, i64), OpenError> {
    let connector = Connector::new(&options.url).map_err(OpenError::Url)?;
    // A session that is set up proves that the server is fit; the migration has one of its own,
    // without the time-outs of the hot path.
    drop(connect(&connector).await?);
    let mut client = connector.bare().await?;
    client
        .batch_execute("SET client_min_messages = 'warning'")
        .await?;
    client
        .query("SELECT pg_advisory_lock($1)", &[&LOCK])
        .await?;
    let from = schema(&client).await?;
    let known = known();
    if from > known {
        return Err(OpenError::Newer {
            found: from,
            needed: from,
            known,
        });
    }
    let mut runner = embedded::migrations::runner();
    runner = runner.set_abort_divergent(true).set_abort_missing(true);
    runner
        .run_async(&mut *client)
        .await
        .map_err(|error| OpenError::Migration(chain(&error)))?;
    client
        .query("SELECT pg_advisory_unlock($1)", &[&LOCK])
        .await?;
    Ok((from, known))
}

/// The version of the schema; 0 when there is none.
async fn schema(client: &tokio_postgres::Client) -> Result<i64, tokio_postgres::Error> {
    let there: bool = client
        .query_one(
            "SELECT to_regclass('refinery_schema_history') IS NOT NULL",
            &[],
        )
        .await?
        .try_get(0)?;
    if !there {
        return Ok(0);
    }
    client
        .query_one(
            "SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history",
            &[],
        )
        .await?
        .try_get(0)
}

pub(crate) async fn open(options: &Options, seal: Seal, ids: Ids) -> Result<Inner, OpenError> {
    let connector = Arc::new(Connector::new(&options.url).map_err(OpenError::Url)?);
    let session = connect(&connector).await?;
    check_schema(&session).await?;
    check_key(&session, &seal).await?;
    refuse_unfinished(&session).await?;
    let pools = Pools::new(&connector, options);
    let shared = Arc::new(Shared::new(connector, pools, options.answer_timeout));
    shared.lease.beat(&session).await?;
    // A copy that begins at this very moment sees the node, or is seen here.
    refuse_unfinished(&session).await?;
    keep::maintain(&shared).await?;
    lease::reap(&session).await?;
    lease::reap_strangers(&session).await?;
    keep::count(&shared, &session).await?;
    // Before anybody can load the catalogue: what changes from here on is told.
    let listener = changes::listen(&shared).await;
    let told = changes::read(&session).await?;
    let enqueues = Enqueues(Arc::clone(&shared));
    let records = Records {
        shared: Arc::clone(&shared),
        kept: Default::default(),
        ids,
    };
    Ok(Inner {
        enqueues: Committers::start(enqueues, options.committers, &shared),
        records: Committers::start(records, options.committers, &shared),
        tasks: Mutex::new(vec![
            tokio::spawn(keep::heartbeat(Arc::downgrade(&shared), session)),
            tokio::spawn(keep::mend(Arc::downgrade(&shared))),
            tokio::spawn(changes::run(Arc::downgrade(&shared), listener, told)),
        ]),
        shared,
        seal: Arc::new(seal),
        swept: Mutex::default(),
        pass: Default::default(),
    })
}

/// A database that is only half filled must not be served.
async fn refuse_unfinished(session: &Session) -> Result<(), OpenError> {
    match copy::unfinished(session).await? {
        None => Ok(()),
        Some(origin) => Err(OpenError::Unfinished { from: origin.name }),
    }
}

pub(crate) async fn check_schema(session: &Session) -> Result<(), OpenError> {
    let known = known();
    let there = session
        .query_opt(
            "SELECT to_regclass('refinery_schema_history') IS NOT NULL",
            &[],
        )
        .await?;
    if !there.is_some_and(|row| row.get(0)) {
        return Err(OpenError::Older { found: 0, known });
    }
    let row = session
        .query_opt(
            "SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history",
            &[],
        )
        .await?;
    let found: i64 = row.map_or(0, |row| row.get(0));
    if found < known {
        return Err(OpenError::Older { found, known });
    }
    let row = session
        .query_opt("SELECT minimum_schema FROM installation", &[])
        .await?;
    let needed = i64::from(row.map_or(0, |row| row.get::<_, i32>(0)));
    if needed > known {
        return Err(OpenError::Newer {
            found,
            needed,
            known,
        });
    }
    Ok(())
}

/// Tells a wrong encryption key here, and not when the first secret is needed.
pub(crate) async fn check_key(session: &Session, seal: &Seal) -> Result<(), OpenError> {
    // The first node stores it; of several first ones, one.
    session
        .execute(
            "UPDATE installation SET key_check = $1 WHERE key_check IS NULL",
            &[&seal.seal(KEY_CHECK, KEY_CHECK)],
        )
        .await?;
    let row = session
        .query_opt("SELECT key_check FROM installation", &[])
        .await?;
    let sealed: Vec<u8> = row.map(|row| row.get(0)).unwrap_or_default();
    seal.open(&sealed, KEY_CHECK)
        .map(drop)
        .map_err(OpenError::WrongKey)
}
