//! What counting costs the writer: one short row for a commit, and bounded steps of folding.

mod fixture;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Job, Kind},
    policy::Next,
    ports::{RecordPort as _, Statistics as _, Store},
    statistics::Batch,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::conformance::{Subject, World};
use fixture::{entropy, keyring};
use rusqlite::Connection;
use tempfile::TempDir;

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

/// Deliveries of as many types of events to one webhook, held.
async fn jobs(world: &World<OnDisk>, count: usize, types: usize) -> Vec<Job> {
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut jobs = Vec::new();
    let mut news = Vec::new();
    for n in 0..count {
        let mut event = world.event(&cool);
        event.event_type = format!("type.{}", n % types);
        let new = world.to(event, &[&webhook], Kind::Matched, true);
        jobs.push(Job {
            delivery_id: new.deliveries[0].id,
            webhook_id: webhook.id,
            kind: Kind::Matched,
            attempts: 0,
            created_at: world.now,
            event: Arc::clone(&new.event),
        });
        news.push(new);
    }
    world.submit(&cool, news).await.expect("stored");
    jobs
}

fn open() -> (TempDir, World<OnDisk>, Connection) {
    let place = TempDir::new().expect("a directory");
    let path = place.path().join("bellwire.db");
    let store = Sqlite::open(&Options::new(path.clone()), keyring(), entropy()).expect("it opens");
    let beside = Connection::open(path).expect("a second connection");
    (place, World::new(OnDisk(store)), beside)
}

fn bodies(conn: &Connection) -> Vec<Vec<u8>> {
    let mut rows = conn
        .prepare("SELECT body FROM rollup_deltas ORDER BY seq")
        .expect("a statement");
    let rows = rows.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("bodies")
}

/// A batch of records adds one row to what is counted, however many records it has, and a short one:
/// about a byte for each of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_records_adds_one_short_row() {
    let (_place, world, beside) = open();
    let jobs = jobs(&world, 128, 1).await;
    let records = jobs.iter().map(|job| world.record(job, 200, Next::Deliver));
    let store = world.subject().0.clone();
    store.record(records.collect()).await.expect("recorded");
    let bodies = bodies(&beside);
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].len() <= 128, "{} bytes", bodies[0].len());
    let batch = Batch::decode(&bodies[0]).expect("a batch");
    assert_eq!(
        batch
            .groups()
            .map(|(_, _, counts)| counts.attempts)
            .sum::<u64>(),
        128
    );
    let rollups: i64 = beside
        .query_row("SELECT count(*) FROM rollups", [], |row| row.get(0))
        .expect("counted");
    assert_eq!(
        rollups, 0,
        "a commit of records touches no row that others share"
    );
}

/// Calls that share a commit share the row: there are no more rows than commits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_share_a_commit_share_the_row() {
    let (_place, world, beside) = open();
    let jobs = jobs(&world, 60, 3).await;
    let store = world.subject().0.clone();
    let before = store_commits(&store);
    let calls = jobs.iter().map(|job| {
        let records = [world.record(job, 200, Next::Deliver)];
        store.record(records.into())
    });
    for answer in futures_util::future::join_all(calls).await {
        answer.expect("recorded");
    }
    let commits = store_commits(&store) - before;
    let rows = bodies(&beside).len() as u64;
    assert!(rows <= commits, "{rows} rows in {commits} commits");
}

fn store_commits(store: &Sqlite) -> u64 {
    use bellwire_core::ports::Query as _;
    store.stats().commits
}

/// However much a commit has counted, one step of folding writes a bounded number of rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_of_folding_is_bounded() {
    let (_place, world, beside) = open();
    let jobs = jobs(&world, 400, 400).await;
    let records = jobs.iter().map(|job| world.record(job, 200, Next::Deliver));
    let store = world.subject().0.clone();
    store.record(records.collect()).await.expect("recorded");
    let count = |sql: &str| -> i64 {
        beside
            .query_row(sql, [], |row| row.get(0))
            .expect("counted")
    };
    let (mut folded, mut steps) = (0, 0);
    while store.fold(world.now).await.expect("folded").more {
        let rollups = count("SELECT count(*) FROM rollups");
        // 20 groups: a minute, an hour, a day for the webhook, its organization and all; once more for
        // all types together.
        assert!(
            rollups - folded <= (20 + 1) * 9,
            "{} rows in a step",
            rollups - folded
        );
        folded = rollups;
        steps += 1;
    }
    assert_eq!(folded, (400 + 1) * 9);
    assert_eq!(count("SELECT count(*) FROM rollup_deltas"), 0);
    // One to cut it into pieces, and the pieces.
    assert_eq!(steps, 1 + 400 / 20);
}
