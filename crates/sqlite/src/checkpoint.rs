//! Keeps the write-ahead log bounded without stalling commits.
//!
//! A checkpoint copies the log into the database file. It can run beside the writer, but the log
//! starts again from its beginning only when a checkpoint has copied everything, and under load it
//! never catches up with a writer that goes on. So a thread of its own copies most of it, again and
//! again until little is left, and then the writer copies the rest between two commits. When the
//! writer is faster than the disk can copy, it waits: a log without bound would fill the disk.
//!
//! SQLite syncs the database file with the last copy only. The thread does it after each of its own, or
//! the writer, and everybody behind it, would wait for all of them.

use std::{
    cell::Cell,
    fs::{File, OpenOptions},
    mem::ManuallyDrop,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

use parking_lot::Mutex;
use rusqlite::{Connection, hooks::Wal};

/// From this size of the log on the thread copies. While what it has copied is synced, a commit waits
/// for the disk; so it copies little at a time.
const SOFT_BYTES: u32 = 4 << 20;
/// From this size on the writer copies, unless the thread is just at it.
const HARD_BYTES: u32 = 64 << 20;
/// From this size on the writer waits until it can.
const WALL_BYTES: u32 = 96 << 20;
/// So little that the writer copies it between two commits: some tenths of a millisecond and the disk's
/// sync.
const REST_BYTES: u32 = 128 << 10;
/// How much the log grows before the same is tried again (a reader may have been in the way).
const AGAIN_BYTES: u32 = 4 << 20;
/// How often the thread goes after the writer before it leaves the rest to it. Each time about a third
/// is left of what was.
const ROUNDS: usize = 8;

thread_local! {
    /// Pages in the log after the last commit of this thread's connection.
    static LOG_PAGES: Cell<u32> = const { Cell::new(0) };
}

/// What the two threads tell each other.
#[derive(Default)]
struct Shared {
    /// Held while somebody copies: SQLite lets one at a time, and refuses the other.
    copying: Mutex<()>,
    /// The thread has done its part; what is left is the writer's.
    rest: AtomicBool,
    /// The log is long: the thread is to leave the rest to the writer soon.
    urgent: AtomicBool,
}

/// The writer's side.
pub(crate) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    page_bytes: u32,
    last: u32,
    soft_at: u32,
    hard_at: u32,
}

impl Checkpoints {
    /// Starts the thread on a connection of its own to the database in this file.
    pub(crate) fn start(conn: Connection, path: &Path, page_bytes: u32) -> std::io::Result<Self> {
        // Never closed: a process that closes any handle of a file loses all its locks on it, those of
        // the connections too.
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let file = ManuallyDrop::new(file);
        let (wake, inbox) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let small = REST_BYTES / page_bytes;
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || copy(&conn, &file, &inbox, &theirs, small))?;
        Ok(Self {
            wake: Some(wake),
            thread: Some(thread),
            shared,
            page_bytes,
            last: 0,
            soft_at: SOFT_BYTES / page_bytes,
            hard_at: HARD_BYTES / page_bytes,
        })
    }

    /// Tells the writer's connection to count. After `wal_autocheckpoint`, which uses the same hook.
    pub(crate) fn watch(conn: &Connection) {
        conn.wal_hook(Some(|_: &Wal, pages| {
            LOG_PAGES.set(pages.unsigned_abs());
            Ok(())
        }));
    }

    /// Called by the writer between commits.
    pub(crate) fn after_commit(&mut self, conn: &Connection) {
        let pages = LOG_PAGES.get();
        if pages < self.last {
            // The log has started again from its beginning.
            self.soft_at = SOFT_BYTES / self.page_bytes;
            self.hard_at = HARD_BYTES / self.page_bytes;
        }
        self.last = pages;
        let again = pages + AGAIN_BYTES / self.page_bytes;
        if pages >= self.hard_at || self.shared.rest.load(Relaxed) {
            self.shared.urgent.store(true, Relaxed);
            let lock = if pages >= WALL_BYTES / self.page_bytes {
                Some(self.shared.copying.lock())
            } else {
                self.shared.copying.try_lock()
            };
            if lock.is_some() {
                checkpoint(conn);
                self.shared.rest.store(false, Relaxed);
                self.shared.urgent.store(false, Relaxed);
            }
            self.hard_at = self.hard_at.max(again);
            self.soft_at = self.soft_at.max(again);
        } else if pages >= self.soft_at {
            if let Some(wake) = &self.wake {
                let _ = wake.try_send(());
            }
            self.soft_at = again;
        }
    }

    /// Ends the thread and leaves an empty log behind.
    pub(crate) fn close(&mut self, conn: &Connection) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let truncated = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = truncated {
            tracing::warn!(%error, "the log was not copied at the end; the next start does it");
        }
    }
}

fn copy(conn: &Connection, file: &File, inbox: &Receiver<()>, shared: &Shared, small: u32) {
    while inbox.recv().is_ok() {
        for _ in 0..ROUNDS {
            let left = {
                let _copying = shared.copying.lock();
                checkpoint(conn)
            };
            if let Err(error) = file.sync_data() {
                tracing::error!(%error, "the database file was not synced; the next checkpoint tries again");
            }
            if left.is_none_or(|left| left <= small) || shared.urgent.load(Relaxed) {
                break;
            }
        }
        shared.rest.store(true, Relaxed);
    }
}

/// Copies what it can without waiting for anybody; how many pages are left, `None` on an error.
fn checkpoint(conn: &Connection) -> Option<u32> {
    let pages = conn
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
        .and_then(|mut statement| {
            statement.query_row([], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        });
    match pages {
        Ok((log, copied)) => u32::try_from(log - copied).ok(),
        Err(error) => {
            tracing::warn!(%error, "a checkpoint failed; the log grows until one succeeds");
            None
        }
    }
}
