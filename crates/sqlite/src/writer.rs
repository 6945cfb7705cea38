//! The one writer: a thread that owns the write connection and commits in groups.
//!
//! A call is a closure that runs inside a transaction. The thread blocks for the first call, takes
//! along whatever has arrived by then, commits once, and answers everybody after the commit. There
//! is no waiting for company: an idle store commits a lone call at once, a busy one finds the next
//! batch in its channel when the disk is done with the last.
//!
//! Work in bulk stands behind everything else: a commit that has other calls takes none of it, and the
//! one after that takes one call. Such a call may ask whether somebody waits, for their turn or for the
//! commit, and end early, which is what reports of usage do: an event waits for some of a call, shares
//! its commit, and bulk goes on under any load.
//!
//! Calls that fail by a rule fail before they write. A call that meets an SQL error takes the whole
//! transaction with it, and then each call runs again in a transaction of its own, so that one
//! poisoned call cannot fail its mates.

use std::{
    any::Any,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, TryRecvError, channel},
    },
    thread::JoinHandle,
    time::Instant,
};

use bellwire_core::ports::{Error, Result};
use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    checkpoint::Checkpoints,
    claims::Claims,
    fault::{Fault, told},
    state::State,
    stats::Stats,
    work::{Effects, Work},
};

/// How many rows a transaction may take before it must commit: about 5 ms.
const ROWS_PER_COMMIT: usize = 400;

/// A call on its way through the writer.
trait Call: Send {
    fn rows(&self) -> usize;
    /// Runs it and keeps the answer; an error here is SQLite's.
    fn run(&mut self, work: &mut Work<'_>) -> std::result::Result<(), rusqlite::Error>;
    /// Answers after the commit; false when nobody listens any more.
    fn answer(self: Box<Self>) -> bool;
    fn fail(self: Box<Self>, error: Error);
}

struct Typed<T, F> {
    rows: usize,
    body: F,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Call for Typed<T, F>
where
    T: Send,
    F: FnMut(&mut Work<'_>) -> std::result::Result<T, Fault> + Send,
{
    fn rows(&self) -> usize {
        self.rows
    }

    fn run(&mut self, work: &mut Work<'_>) -> std::result::Result<(), rusqlite::Error> {
        let changes = work.conn.total_changes();
        self.result = Some(match (self.body)(work) {
            Ok(value) => Ok(value),
            Err(Fault::Rule(error)) if changes == work.conn.total_changes() => Err(error),
            // What it has written is half of something, and must not be committed.
            Err(Fault::Rule(error)) => return Err(half_done(&error)),
            Err(Fault::Sql(error)) => return Err(error),
        });
        Ok(())
    }

    fn answer(self: Box<Self>) -> bool {
        match self.result {
            Some(result) => self.reply.send(result).is_ok(),
            None => false,
        }
    }

    fn fail(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error));
    }
}

enum Message {
    Call(Box<dyn Call>),
    /// Work in bulk.
    Behind(Box<dyn Call>),
    /// Checkpoint and end.
    Close(oneshot::Sender<()>),
}

/// What the rest of the store has of the writer.
pub(crate) struct Writer {
    sender: Mutex<Option<Sender<Message>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Calls that were sent and not taken yet, but for those in bulk.
    waiting: Arc<AtomicUsize>,
}

impl Writer {
    pub(crate) fn start(
        conn: Connection,
        state: State,
        checkpoints: Checkpoints,
        claims: Arc<Claims>,
        stats: Arc<Stats>,
    ) -> std::io::Result<Self> {
        let (sender, inbox) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut turn = Turn {
            conn,
            state,
            checkpoints,
            claims,
            stats,
            behind: VecDeque::new(),
            passed_over: false,
            waiting: Arc::clone(&waiting),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || turn.run(&inbox))?;
        Ok(Self {
            sender: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            waiting,
        })
    }

    /// Runs a closure in a transaction; resolves after its commit. `rows` is about how many rows it
    /// writes.
    ///
    /// The closure may run more than once: when the transaction it was in is rolled back.
    pub(crate) async fn call<T, F>(&self, rows: usize, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> std::result::Result<T, Fault> + Send + 'static,
    {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.send(rows, body, Message::Call).await
    }

    /// The same for work in bulk, which everything else goes before.
    pub(crate) async fn call_behind<T, F>(&self, rows: usize, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> std::result::Result<T, Fault> + Send + 'static,
    {
        self.send(rows, body, Message::Behind).await
    }

    async fn send<T, F>(
        &self,
        rows: usize,
        body: F,
        message: fn(Box<dyn Call>) -> Message,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_>) -> std::result::Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let call = message(Box::new(Typed {
            rows,
            body,
            result: None,
            reply,
        }));
        let sent = self
            .sender
            .lock()
            .as_ref()
            .is_some_and(|sender| sender.send(call).is_ok());
        if !sent {
            return Err(closed());
        }
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Finishes what was asked, writes the log into the database, ends the thread.
    pub(crate) async fn close(&self) {
        let sender = self.sender.lock().take();
        if let Some(sender) = sender {
            let (done, wait) = oneshot::channel();
            if sender.send(Message::Close(done)).is_ok() {
                let _ = wait.await;
            }
        }
    }
}

impl Drop for Writer {
    /// Waits for the thread, so that the files are free when the store is gone.
    fn drop(&mut self) {
        self.sender.lock().take();
        if let Some(thread) = self.thread.lock().take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// A rule has refused what was begun already: an error of SQLite's, so that it is rolled back.
fn half_done(error: &Error) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERNAL),
        Some(format!("a call was refused after it had written: {error}")),
    )
}

fn closed() -> Error {
    Error::Unavailable("the store is closed".to_owned())
}

/// The thread's own.
struct Turn {
    conn: Connection,
    state: State,
    checkpoints: Checkpoints,
    claims: Arc<Claims>,
    stats: Arc<Stats>,
    /// Work in bulk that has come.
    behind: VecDeque<Box<dyn Call>>,
    /// The last commit took none of it because of others.
    passed_over: bool,
    /// How many others are in the inbox.
    waiting: Arc<AtomicUsize>,
}

/// What the writer does next.
enum Next {
    Call(Box<dyn Call>),
    Close(Option<oneshot::Sender<()>>),
    /// Nothing has come.
    Nothing,
}

/// A call that has run and waits for its commit, with the claims that it took.
struct Ran {
    call: Box<dyn Call>,
    claimed: std::ops::Range<usize>,
}

impl Turn {
    fn run(&mut self, inbox: &Receiver<Message>) {
        let done = loop {
            let first = match self.next(inbox, true) {
                Next::Call(call) => Some(call),
                // Only work in bulk is there.
                Next::Nothing => None,
                Next::Close(done) => break done,
            };
            let closing = self.batch(first, inbox);
            self.checkpoints.after_commit(&self.conn);
            if let Some(done) = closing {
                break done;
            }
        };
        // What was asked before is finished.
        while !self.behind.is_empty() {
            self.batch(None, inbox);
        }
        self.checkpoints.close(&self.conn);
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    /// What comes next; work in bulk is set aside. Waits only when there is none of it either.
    fn next(&mut self, inbox: &Receiver<Message>, wait: bool) -> Next {
        loop {
            let message = match inbox.try_recv() {
                Err(TryRecvError::Empty) if wait && self.behind.is_empty() => {
                    inbox.recv().map_err(|_| TryRecvError::Disconnected)
                }
                message => message,
            };
            match message {
                Ok(Message::Call(call)) => {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                    return Next::Call(call);
                }
                Ok(Message::Behind(call)) => self.behind.push_back(call),
                Ok(Message::Close(done)) => return Next::Close(Some(done)),
                Err(TryRecvError::Empty) => return Next::Nothing,
                Err(TryRecvError::Disconnected) => return Next::Close(None),
            }
        }
    }

    /// Runs a call and those that have arrived behind it in one transaction. Without a call, or when
    /// it was passed over before, work in bulk. The answer of who closes the store meanwhile.
    fn batch(
        &mut self,
        first: Option<Box<dyn Call>>,
        inbox: &Receiver<Message>,
    ) -> Option<Option<oneshot::Sender<()>>> {
        let mut closing = None;
        let mut ran: Vec<Ran> = Vec::new();
        let bulk = first.is_none() || self.passed_over;
        let mut taken = 0;
        let mut others = first.is_some();
        let mut next = first;
        // Whoever comes while work in bulk is at it comes along, however much that was.
        let (mut rows, mut in_bulk) = (0, 0);
        let began = Instant::now();
        let mut effects = Effects::default();
        let mut outcome = begin(&self.conn);
        if outcome.is_err()
            && let Some(call) = next.take().or_else(|| self.behind.pop_front())
        {
            let claimed = 0..0;
            ran.push(Ran { call, claimed });
        }
        while outcome.is_ok() {
            let mut call = match next.take() {
                Some(call) => {
                    rows += call.rows().max(1);
                    call
                }
                // One at least; more only while nobody else waits for the commit.
                None if bulk && (taken == 0 || !others && in_bulk < ROWS_PER_COMMIT) => {
                    let Some(call) = self.behind.pop_front() else {
                        break;
                    };
                    taken += 1;
                    in_bulk += call.rows().max(1);
                    call
                }
                None => break,
            };
            let from = effects.held.len();
            outcome = self.run_one(&mut call, &mut effects, others);
            ran.push(Ran {
                call,
                claimed: from..effects.held.len(),
            });
            if outcome.is_ok() && rows < ROWS_PER_COMMIT && closing.is_none() {
                match self.next(inbox, false) {
                    Next::Call(call) => {
                        others = true;
                        next = Some(call);
                    }
                    Next::Close(done) => closing = Some(done),
                    Next::Nothing => {}
                }
            }
        }
        self.passed_over = taken == 0 && !self.behind.is_empty();
        match outcome.and_then(|()| self.commit(&mut effects)) {
            Ok(()) => {
                self.stats.committed(ran.len(), began.elapsed());
                self.answer(ran, &effects);
            }
            Err(error) => {
                self.undo(&effects);
                self.stats.failed();
                self.alone(ran, &error);
            }
        }
        closing
    }

    /// After a rollback: each call in a transaction of its own. A lone call is not tried again.
    fn alone(&mut self, ran: Vec<Ran>, error: &rusqlite::Error) {
        if ran.len() == 1 {
            for Ran { call, .. } in ran {
                tracing::debug!(%error, "a call to the store failed");
                call.fail(told(error));
            }
            return;
        }
        for Ran { mut call, .. } in ran {
            let began = Instant::now();
            let mut effects = Effects::default();
            let outcome = begin(&self.conn)
                .and_then(|()| self.run_one(&mut call, &mut effects, false))
                .and_then(|()| self.commit(&mut effects));
            match outcome {
                Ok(()) => {
                    self.stats.committed(1, began.elapsed());
                    let claimed = 0..effects.held.len();
                    self.answer(vec![Ran { call, claimed }], &effects);
                }
                Err(error) => {
                    self.undo(&effects);
                    self.stats.failed();
                    call.fail(told(&error));
                }
            }
        }
    }

    /// Runs a call; `shared`: others have run before it, and wait for the commit.
    fn run_one(
        &mut self,
        call: &mut Box<dyn Call>,
        effects: &mut Effects,
        shared: bool,
    ) -> rusqlite::Result<()> {
        let mut work = Work {
            conn: &self.conn,
            state: &mut self.state,
            effects,
            claims: &self.claims,
            waiting: &self.waiting,
            shared,
        };
        // A call that panics must not take the writer, and with it the whole store, away.
        catch_unwind(AssertUnwindSafe(|| call.run(&mut work))).unwrap_or_else(|panic| {
            tracing::error!(panic = text(panic.as_ref()), "a call to the store panicked");
            Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERNAL),
                Some(format!("a call panicked: {}", text(panic.as_ref()))),
            ))
        })
    }

    fn commit(&mut self, effects: &mut Effects) -> rusqlite::Result<()> {
        self.state.flush(&self.conn)?;
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        self.stats.pending(effects.pending);
        self.stats.unreadable(effects.unreadable);
        self.claims.end(&effects.ended);
        self.claims.changed(&effects.changed);
        Ok(())
    }

    /// Takes back what a transaction left outside the database.
    fn undo(&mut self, effects: &Effects) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
        self.state.undo();
        self.claims.forget(&effects.held);
    }

    fn answer(&self, ran: Vec<Ran>, effects: &Effects) {
        for Ran { call, claimed } in ran {
            if !call.answer() {
                // The caller is gone and will send nothing: what it claimed is free.
                self.claims.end(&effects.held[claimed]);
            }
        }
    }
}

fn begin(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?
        .execute([])
        .map(drop)
}

fn text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
