//! Group commit: tasks that gather the calls of one kind and commit them together.
//!
//! A committer takes the first call that waits and whatever has arrived behind it, runs them as one
//! transaction of a few statements over all their rows, and answers everybody after the commit was
//! answered. There is no waiting for company: an idle store commits a lone call at once, a busy one
//! finds the next batch in its queue. With several committers the next batch is on its way while the
//! former one waits for the disk.
//!
//! What a rule refuses is decided by reads and conditional inserts, never by an error that would
//! abort the transaction. When PostgreSQL aborts it all the same, each call runs again alone. When
//! the connection is lost nothing is acknowledged: whether the commit happened is not known, and the
//! callers are told that the store is unavailable.

use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use bellwire_core::ports::{Error, Result};
use parking_lot::Mutex;
use tokio::{
    sync::{Mutex as Turn, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_postgres::Error as PgError;

use crate::{
    connect::{ConnectError, Session},
    fault::{Fault, is_contention, is_lost, is_missing_day, told, unavailable},
    shared::Shared,
};

/// Rows in one transaction, at most; one call may have more.
const ROWS_PER_COMMIT: usize = 600;
/// How often a batch is run again because others were in its way, before each call runs alone.
const TRIES: usize = 4;
/// After a failed attempt to connect, calls are refused at once for this long.
const PAUSE: Duration = Duration::from_millis(200);

/// Why a batch did not commit.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Somebody else committed what changes the plan: look again.
    Again,
    /// PostgreSQL said no.
    Sql(PgError),
    /// The store cannot do it now.
    Refused(Error),
}

impl From<PgError> for Stop {
    fn from(error: PgError) -> Self {
        Self::Sql(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Rule(error) => Self::Refused(error),
            Fault::Sql(error) => Self::Sql(error),
        }
    }
}

/// A kind of call that is committed in groups.
pub(crate) trait Kind: Send + Sync + 'static {
    type Ask: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// About how many rows it writes.
    fn rows(ask: &Self::Ask) -> usize;

    /// Runs calls in one transaction, which it begins and commits. One answer for each.
    fn run(
        &self,
        session: &Session,
        asks: &[&Self::Ask],
    ) -> impl Future<Output = std::result::Result<Vec<Result<Self::Answer>>, Stop>> + Send;

    /// These calls were told that they failed, and may have been committed.
    fn uncertain(&self, asks: &[&Self::Ask]);
}

struct Call<K: Kind> {
    ask: K::Ask,
    reply: oneshot::Sender<Result<K::Answer>>,
}

/// What the store has of the committers of one kind.
pub(crate) struct Committers<K: Kind> {
    sender: Mutex<Option<mpsc::UnboundedSender<Call<K>>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl<K: Kind> Committers<K> {
    pub(crate) fn start(kind: K, count: usize, shared: &Arc<Shared>) -> Self {
        let (sender, inbox) = mpsc::unbounded_channel();
        let (kind, inbox) = (Arc::new(kind), Arc::new(Turn::new(inbox)));
        let tasks = (0..count.max(1))
            .map(|_| {
                let committer = Committer {
                    kind: Arc::clone(&kind),
                    shared: Arc::clone(shared),
                    session: None,
                    refused: None,
                };
                tokio::spawn(committer.run(Arc::clone(&inbox)))
            })
            .collect();
        Self {
            sender: Mutex::new(Some(sender)),
            tasks: Mutex::new(tasks),
        }
    }

    /// Resolves after the commit.
    pub(crate) async fn call(&self, ask: K::Ask) -> Result<K::Answer> {
        let (reply, answer) = oneshot::channel();
        let call = Call { ask, reply };
        let sent = self
            .sender
            .lock()
            .as_ref()
            .is_some_and(|sender| sender.send(call).is_ok());
        if !sent {
            return Err(unavailable("the store is closed"));
        }
        answer
            .await
            .unwrap_or_else(|_| Err(unavailable("the store is closed")))
    }

    /// Finishes what was asked.
    pub(crate) async fn close(&self) {
        self.sender.lock().take();
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            let _ = task.await;
        }
    }
}

struct Committer<K: Kind> {
    kind: Arc<K>,
    shared: Arc<Shared>,
    session: Option<Session>,
    /// When connecting failed last, and why.
    refused: Option<(Instant, Error)>,
}

impl<K: Kind> Committer<K> {
    async fn run(mut self, inbox: Arc<Turn<mpsc::UnboundedReceiver<Call<K>>>>) {
        loop {
            // Only the one whose turn it is gathers, so that batches do not split the queue.
            let batch = gather(&mut *inbox.lock().await).await;
            if batch.is_empty() {
                return;
            }
            self.commit(batch).await;
        }
    }

    /// Commits a batch: together, and if that cannot be, one by one.
    async fn commit(&mut self, batch: Vec<Call<K>>) {
        let mut groups = VecDeque::from([batch]);
        while let Some(calls) = groups.pop_front() {
            if let Some(left) = self.together(calls).await {
                groups.extend(left.into_iter().map(|call| vec![call]));
            }
        }
    }

    /// Gives calls back that are to be run one by one.
    async fn together(&mut self, calls: Vec<Call<K>>) -> Option<Vec<Call<K>>> {
        let began = Instant::now();
        for attempt in 1.. {
            if let Err(error) = self.connect().await {
                fail(calls, &error);
                return None;
            }
            let Some(session) = &self.session else {
                return Some(calls);
            };
            let asks: Vec<&K::Ask> = calls.iter().map(|call| &call.ask).collect();
            let limit = self.shared.answer_timeout;
            let outcome = match timeout(limit, self.kind.run(session, &asks)).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    // Dropping the connection is all that can be done about it.
                    self.session = None;
                    Err(Stop::Refused(unavailable(
                        "the database did not answer in time",
                    )))
                }
            };
            let stop = match outcome {
                Ok(answers) => {
                    self.shared.stats.committed(calls.len(), began.elapsed());
                    for (call, answer) in calls.into_iter().zip(answers) {
                        // An answer that nobody takes gives back what it holds when it is dropped.
                        let _ = call.reply.send(answer);
                    }
                    return None;
                }
                Err(stop) => stop,
            };
            self.shared.stats.failed();
            let lost = match &stop {
                Stop::Sql(error) => is_lost(error),
                _ => false,
            };
            if lost {
                self.session = None;
            }
            if self.session.is_none() {
                self.kind.uncertain(&asks);
            } else {
                self.undo().await;
            }
            let again = match &stop {
                Stop::Again => true,
                Stop::Sql(error) if is_missing_day(error) => {
                    // Another node has dropped a day that this one knew.
                    self.shared
                        .partitions
                        .refresh(&self.shared.pools.work)
                        .await
                        .is_ok()
                }
                Stop::Sql(error) => is_contention(error),
                Stop::Refused(_) => false,
            };
            if again && attempt < TRIES {
                continue;
            }
            let error = match stop {
                Stop::Again => unavailable("other nodes were in the way again and again"),
                Stop::Sql(error) => told(&error),
                Stop::Refused(error) => error,
            };
            let together = lost || self.session.is_none() || calls.len() == 1;
            if together || matches!(error, Error::Unavailable(_)) && !again {
                tracing::debug!(%error, calls = calls.len(), "calls to the store failed");
                fail(calls, &error);
                return None;
            }
            return Some(calls);
        }
        None
    }

    /// Sees to it that there is a session.
    async fn connect(&mut self) -> Result<()> {
        if self.session.as_ref().is_some_and(Session::is_usable) {
            return Ok(());
        }
        self.session = None;
        if let Some((when, error)) = &self.refused
            && when.elapsed() < PAUSE
        {
            return Err(error.clone());
        }
        let connecting = timeout(self.shared.answer_timeout, self.shared.connector.session());
        let error = match connecting.await {
            Ok(Ok(session)) => {
                self.session = Some(session);
                self.refused = None;
                return Ok(());
            }
            Ok(Err(ConnectError::Sql(error))) => match told(&error) {
                error @ Error::Unavailable(_) => error,
                other => unavailable(format!("the database cannot be reached: {other}")),
            },
            Ok(Err(ConnectError::Refused(why))) => unavailable(why),
            Err(_) => unavailable("the database does not take connections"),
        };
        self.refused = Some((Instant::now(), error.clone()));
        Err(error)
    }

    /// Rolls back; a session that cannot even do that is given up.
    async fn undo(&mut self) {
        if let Some(session) = &self.session {
            let undone = timeout(self.shared.answer_timeout, session.command("ROLLBACK")).await;
            if !matches!(undone, Ok(Ok(()))) {
                self.session = None;
            }
        }
    }
}

/// Waits for a call, and takes along what has arrived behind it. Empty when the store is closed.
async fn gather<K: Kind>(inbox: &mut mpsc::UnboundedReceiver<Call<K>>) -> Vec<Call<K>> {
    let Some(first) = inbox.recv().await else {
        return Vec::new();
    };
    let mut rows = K::rows(&first.ask).max(1);
    let mut batch = vec![first];
    while rows < ROWS_PER_COMMIT
        && let Ok(call) = inbox.try_recv()
    {
        rows += K::rows(&call.ask).max(1);
        batch.push(call);
    }
    batch
}

fn fail<K: Kind>(calls: Vec<Call<K>>, error: &Error) {
    for call in calls {
        let _ = call.reply.send(Err(error.clone()));
    }
}
