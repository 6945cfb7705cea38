//! What retention does to the file, and how much it takes of the writer at a time.

mod fixture;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Job, Kind},
    policy::Next,
    ports::{Removed, Retention, Store, Stored},
    time::DAY,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::conformance::{Subject, World};
use bytes::Bytes;
use fixture::{entropy, keyring};
use rusqlite::Connection;
use tempfile::TempDir;

const EVENTS: Retention = Retention {
    events: Some(10 * DAY),
    payloads: None,
    attempts: None,
    audit: None,
};

struct OnDisk(Sqlite);

#[async_trait]
impl Subject for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nothing crashes here");
    }
}

fn world() -> (TempDir, World<OnDisk>) {
    let place = TempDir::new().expect("a directory");
    let options = Options::new(place.path().join("bellwire.db"));
    let store = Sqlite::open(&options, keyring(), entropy()).expect("it opens");
    (place, World::new(OnDisk(store)))
}

/// Stores events of this size, and has them answered by this body.
async fn fill(world: &World<OnDisk>, events: usize, bytes: usize, body: &Bytes) {
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for _ in 0..events / 50 {
        let news = (0..50).map(|_| {
            let mut event = world.event(&cool);
            event.data = Bytes::from(format!("\"{}\"", "x".repeat(bytes)));
            world.to(event, &[&webhook], Kind::Matched, true)
        });
        let news: Vec<_> = news.collect();
        let jobs: Vec<Job> = news
            .iter()
            .map(|new| Job {
                delivery_id: new.deliveries[0].id,
                webhook_id: webhook.id,
                kind: Kind::Matched,
                attempts: 0,
                created_at: world.now,
                event: Arc::clone(&new.event),
            })
            .collect();
        world.submit(&cool, news).await.expect("stored");
        let records: Vec<_> = jobs
            .iter()
            .map(|job| {
                let mut record = world.record(job, 200, Next::Deliver);
                record.attempt.excerpt = body.clone();
                record
            })
            .collect();
        let recorded = world.store().record(records.into()).await;
        recorded.expect("recorded");
    }
}

/// No step takes more rows than the writer has time for, and excerpts go behind their attempts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_are_bounded_and_leave_nothing() {
    let (place, mut world) = world();
    fill(&world, 1000, 100, &Bytes::from("y".repeat(900))).await;
    world.now = world.now + 13 * DAY;
    let mut removed = Removed::default();
    loop {
        let step = world.store().retain(&EVENTS, world.now).await;
        let step = step.expect("a step works");
        let Removed {
            events,
            deliveries,
            attempts,
            ..
        } = step.removed;
        assert!(events + deliveries + attempts <= 302, "{:?}", step.removed);
        removed += step.removed;
        if !step.more {
            break;
        }
    }
    assert_eq!(
        (removed.events, removed.deliveries, removed.attempts),
        (1000, 1000, 1000)
    );
    world.subject().0.close().await;
    let conn = Connection::open(place.path().join("bellwire.db")).expect("it opens");
    for table in [
        "events",
        "deliveries",
        "attempts",
        "excerpts",
        "payloads_kept",
    ] {
        let count: i64 = conn
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .expect("counted");
        assert_eq!(count, 0, "{table}");
    }
}

/// Space that nothing will need soon goes back to the file system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_mostly_free_shrinks() {
    let (_place, mut world) = world();
    fill(&world, 1000, 40_000, &Bytes::new()).await;
    let full = world.store().storage().await.expect("measured");
    assert!(full.total_bytes() > 40_000_000, "{full:?}");
    world.now = world.now + 13 * DAY;
    while world
        .store()
        .retain(&EVENTS, world.now)
        .await
        .expect("a step works")
        .more
    {}
    let empty = world.store().storage().await.expect("measured");
    let free = empty.lines.iter().find(|line| line.what == Stored::Free);
    let free = free.expect("it has a line").bytes;
    assert!(free <= 16 << 20, "{empty:?}");
    assert!(empty.total_bytes() < full.total_bytes() / 2, "{empty:?}");
    let count = |storage: &bellwire_core::ports::Storage| storage.lines[0].count;
    assert_eq!((count(&full), count(&empty)), (Some(1000), Some(0)));
}
