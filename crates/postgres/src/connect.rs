//! Connections: how they are set up, what a server must promise before anything is written to it,
//! and the two ways they are kept (pooled, or held by a committer).
//!
//! A connection can be dead without anybody being told: the server is frozen, or something in between
//! has lost it and goes on acknowledging what is sent, which no time-out of TCP sees. Who holds a
//! session gives up by himself. A pooled connection is closed when nothing passes on it for a while,
//! whether it is idle or somebody waits for its answer; and one that was not in use a moment ago must
//! answer before it is lent again.
//!
//! The planner is told to walk indexes and to plan once: a day's tables begin empty, and a plan made
//! then (scan everything, it is one page) would be wrong for the rest of the day.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use deadpool_postgres::{
    ClientWrapper, Connect, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod,
    Runtime, Transaction,
};
use parking_lot::Mutex;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{
    Client, Config, Error as PgError, Row, SimpleQueryMessage, Socket, Statement,
    tls::MakeTlsConnect,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{fault::chain, options::Options, tls, url};

/// A connection is made anew after this long, so that what a session gathers (a plan for each day
/// it has seen) goes with it.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(6 * 3600);
/// How long to wait for a pooled connection.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long it may take until a session can be used.
const CONNECTING: Duration = Duration::from_secs(10);
/// After so long in which nothing passes, a pooled connection is closed. Longer than a statement may
/// wait for a lock, and shorter than it may take in all: what is asked of pooled connections is quick.
const SILENCE: Duration = Duration::from_secs(12);
/// A pooled connection that was lent less long ago than this is lent again without a question. Less
/// than the time between two looks for changes, which are then never asked on a dead one.
const FRESH: Duration = Duration::from_millis(300);
/// How long it may take to answer that question.
const ANSWER: Duration = Duration::from_secs(2);

const SET_UP: &str = "\
SET default_transaction_isolation = 'read committed';
SET statement_timeout = '30s';
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '10s';
SET plan_cache_mode = 'force_generic_plan';
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;
SET client_min_messages = 'warning';
-- Long data is compressed as it is stored. Where the server has lz4, that takes a fraction of the
-- time of its default, for about the same size.
SELECT set_config(name, 'lz4', false) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)";

const PROMISES: &str = "\
SELECT current_setting('fsync'), current_setting('synchronous_commit'),
       current_setting('synchronous_standby_names') <> '', pg_is_in_recovery(),
       current_setting('server_version_num')";

/// The oldest server that is supported.
const OLDEST_SERVER: u32 = 150_000;

/// Why there is no connection that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("{}", chain(.0))]
    Sql(#[from] PgError),
    #[error("{0}")]
    Refused(String),
}

/// Makes connections.
pub(crate) struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// The error is a sentence.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let target = url::parse(url)?;
        Ok(Self {
            tls: tls::connector(&target.trust)?,
            config: target.config,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// A connection as the server gives it.
    pub(crate) async fn raw(
        &self,
    ) -> Result<
        (
            Client,
            tokio_postgres::Connection<
                Socket,
                <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream,
            >,
        ),
        PgError,
    > {
        self.config.connect(self.tls.clone()).await
    }

    /// A connection that is driven by a task of its own and not set up.
    pub(crate) async fn bare(&self) -> Result<ClientWrapper, PgError> {
        let (client, connection) = self.raw().await?;
        Ok(ClientWrapper::new(client, tokio::spawn(drive(connection))))
    }

    /// A connection for a task that keeps it.
    pub(crate) async fn session(&self) -> Result<Session, ConnectError> {
        let connecting = async {
            let client = self.bare().await?;
            set_up(&client).await?;
            Ok(Session {
                client,
                opened: Instant::now(),
            })
        };
        let silent = || ConnectError::Refused("the database does not answer".to_owned());
        timeout(CONNECTING, connecting)
            .await
            .map_err(|_| silent())?
    }

    /// A pool of connections that are set up.
    pub(crate) fn pool(self: &Arc<Self>, size: usize) -> Pool {
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let connect = Watched(Arc::clone(self));
        let manager = Manager::from_connect(self.config.clone(), connect, config);
        Pool::builder(manager)
            .max_size(size.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(POOL_WAIT))
            .recycle_timeout(Some(POOL_WAIT))
            .post_create(Hook::async_fn(|client: &mut ClientWrapper, _| {
                Box::pin(async move {
                    set_up(client).await.map_err(|error| match error {
                        ConnectError::Sql(error) => HookError::Backend(error),
                        ConnectError::Refused(why) => HookError::message(why),
                    })
                })
            }))
            .pre_recycle(Hook::async_fn(|client: &mut ClientWrapper, metrics| {
                Box::pin(async move {
                    if metrics.age() > MAX_AGE {
                        return Err(HookError::message("it is old"));
                    }
                    if metrics.last_used() < FRESH {
                        return Ok(());
                    }
                    match timeout(ANSWER, client.simple_query("")).await {
                        Ok(answer) => answer.map(drop).map_err(HookError::Backend),
                        Err(_) => Err(HookError::message("it does not answer")),
                    }
                })
            }))
            .build()
            .expect("the runtime is named")
    }
}

/// Drives a connection to its end.
async fn drive(connection: impl Future<Output = Result<(), PgError>>) {
    if let Err(error) = connection.await {
        let error = chain(&error);
        tracing::debug!(error, "a connection to the database has ended");
    }
}

/// Makes connections for pools, which are closed when they are silent.
struct Watched(Arc<Connector>);

impl Connect for Watched {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), PgError>> + Send + '_>> {
        Box::pin(async move {
            let (client, connection) = self.0.raw().await?;
            Ok((client, watched(connection)))
        })
    }
}

/// Drives a connection until its end, or until nothing has passed for [`SILENCE`].
fn watched(
    connection: impl Future<Output = Result<(), PgError>> + Send + 'static,
) -> JoinHandle<()> {
    let active = Arc::new(Mutex::new(Instant::now()));
    let noted = Arc::clone(&active);
    let task = tokio::spawn(async move {
        let mut connection = pin!(connection);
        // Each poll is something to send or something that came.
        drive(poll_fn(|context| {
            *noted.lock() = Instant::now();
            connection.as_mut().poll(context)
        }))
        .await;
    });
    let connection = task.abort_handle();
    // A task of its own: the wake of a timer would look like something that came.
    tokio::spawn(async move {
        loop {
            let quiet = active.lock().elapsed();
            if connection.is_finished() {
                return;
            }
            if quiet >= SILENCE {
                tracing::debug!("a pooled connection to the database was silent and is closed");
                connection.abort();
                return;
            }
            sleep(SILENCE - quiet).await;
        }
    });
    task
}

/// The two pools.
pub(crate) struct Pools {
    pub(crate) work: Pool,
    pub(crate) readers: Pool,
}

impl Pools {
    pub(crate) fn new(connector: &Arc<Connector>, options: &Options) -> Self {
        Self {
            work: connector.pool(options.workers),
            readers: connector.pool(options.readers),
        }
    }
}

async fn set_up(client: &Client) -> Result<(), ConnectError> {
    let messages = client.simple_query(PROMISES).await?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let value = |column: usize| row.and_then(|row| row.get(column)).unwrap_or_default();
    promises(
        value(0),
        value(1),
        value(2) == "t",
        value(3) == "t",
        value(4),
    )
    .map_err(ConnectError::Refused)?;
    client.batch_execute(SET_UP).await?;
    Ok(())
}

/// What a server must promise: that what it has acknowledged survives.
fn promises(
    fsync: &str,
    commit: &str,
    standby: bool,
    recovery: bool,
    version: &str,
) -> Result<(), String> {
    if version.parse::<u32>().unwrap_or(0) < OLDEST_SERVER {
        return Err("the server is older than PostgreSQL 15".to_owned());
    }
    if recovery {
        return Err("the server is a standby, which takes no writes".to_owned());
    }
    if fsync != "on" {
        return Err(
            "the server runs with fsync = off and would lose events it has acknowledged \
                    when its machine fails; set fsync = on"
                .to_owned(),
        );
    }
    match commit {
        "off" => Err(
            "synchronous_commit is off for this role or database: a crash of the server \
                      would lose events that were acknowledged; set it to on"
                .to_owned(),
        ),
        "local" if standby => Err(
            "synchronous_commit is local although a synchronous standby is \
                                   configured: a fail-over would lose events that were \
                                   acknowledged; set it to on"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// A connection that one task keeps and pipelines on.
pub(crate) struct Session {
    client: ClientWrapper,
    opened: Instant,
}

impl Session {
    pub(crate) fn is_usable(&self) -> bool {
        !self.client.is_closed() && self.opened.elapsed() < MAX_AGE
    }

    /// Prepared before a pipeline begins: what is prepared within one would fall behind.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, PgError> {
        self.client.prepare_cached(sql).await
    }

    /// Sent when it is polled first.
    pub(crate) async fn rows(
        &self,
        statement: &Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, PgError> {
        self.client.query(statement, params).await
    }

    /// Sent when it is polled first.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, PgError> {
        self.client.execute(statement, params).await
    }

    /// `BEGIN`, `COMMIT`, `ROLLBACK`; sent when it is polled first.
    pub(crate) async fn command(&self, sql: &str) -> Result<(), PgError> {
        self.client.batch_execute(sql).await
    }
}

#[cfg(test)]
impl Session {
    /// The first column of what a statement without parameters gives, as text.
    pub(crate) async fn simple(&self, sql: &str) -> Vec<String> {
        let messages = self.client.simple_query(sql).await.expect("an answer");
        messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect()
    }
}

/// Whatever runs one statement after another: a pooled connection, a transaction, a session.
#[async_trait]
pub(crate) trait Conn: Sync {
    async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, PgError>;

    async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, PgError>;

    /// The same for a text that is made for this once: no plan of it is kept.
    async fn query_once(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, PgError>;

    async fn query_opt(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, PgError> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }
}

macro_rules! conn {
    ($($type:ty),*) => {$(
        #[async_trait]
        impl Conn for $type {
            async fn query(
                &self,
                sql: &str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<Vec<Row>, PgError> {
                let statement = self.prepare_cached(sql).await?;
                deadpool_postgres::GenericClient::query(self, &statement, params).await
            }

            async fn execute(
                &self,
                sql: &str,
                params: &[&(dyn ToSql + Sync)],
            ) -> Result<u64, PgError> {
                let statement = self.prepare_cached(sql).await?;
                deadpool_postgres::GenericClient::execute(self, &statement, params).await
            }

            async fn query_once(
                &self,
                sql: &str,
                params: &[(&(dyn ToSql + Sync), Type)],
            ) -> Result<Vec<Row>, PgError> {
                self.query_typed(sql, params).await
            }
        }
    )*};
}
conn!(Object, Transaction<'_>);

#[async_trait]
impl Conn for Session {
    async fn query(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, PgError> {
        let statement = self.prepare(sql).await?;
        self.rows(&statement, params).await
    }

    async fn execute(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64, PgError> {
        let statement = self.prepare(sql).await?;
        self.run(&statement, params).await
    }

    async fn query_once(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, PgError> {
        self.client.query_typed(sql, params).await
    }
}

#[cfg(test)]
mod tests {
    use super::promises;

    #[test]
    fn a_server_that_can_lose_what_it_acknowledged_is_refused() {
        assert_eq!(promises("on", "on", false, false, "150018"), Ok(()));
        assert_eq!(promises("on", "local", false, false, "170002"), Ok(()));
        assert_eq!(
            promises("on", "remote_apply", true, false, "170002"),
            Ok(())
        );
        for (fsync, commit, standby, recovery, version, part) in [
            ("off", "on", false, false, "150018", "fsync"),
            (
                "on",
                "off",
                false,
                false,
                "150018",
                "synchronous_commit is off",
            ),
            (
                "on",
                "local",
                true,
                false,
                "150018",
                "synchronous_commit is local",
            ),
            ("on", "on", false, true, "150018", "standby"),
            (
                "on",
                "on",
                false,
                false,
                "140010",
                "older than PostgreSQL 15",
            ),
        ] {
            let why = promises(fsync, commit, standby, recovery, version).expect_err(part);
            assert!(why.contains(part), "{why}");
        }
    }
}
