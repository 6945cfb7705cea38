//! What the hot path costs the server: statements for a batch, and not for an event.

mod database;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Job, Kind},
    policy::Next,
    ports::{Enqueue as _, RecordPort as _, Store},
};
use bellwire_postgres::Postgres;
use bellwire_testkit::conformance::{Subject, World};
use database::{Database, connect};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);
/// Calls that arrive while a transaction is on its way.
const CALLS: usize = 256;

struct Node(Postgres);

#[async_trait]
impl Subject for Node {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nothing is opened again here");
    }
}

/// Calls that gather while the former transaction runs cost a dozen statements together, begin and
/// commit included: far less than one for each event and one for each delivery.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_costs_a_dozen_statements() {
    let database = Database::new().await;
    let world = World::new(Node(database.open().await));
    let store = world.subject().0.clone();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let first = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world.submit(&cool, vec![first]).await.expect("stored");
    let mut jobs = Vec::new();
    let mut submissions = Vec::new();
    for _ in 0..CALLS {
        let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
        jobs.push(Job {
            delivery_id: new.deliveries[0].id,
            webhook_id: webhook.id,
            kind: Kind::Matched,
            attempts: 0,
            created_at: world.now,
            event: Arc::clone(&new.event),
        });
        submissions.push(world.submission(&cool, vec![new]).await);
    }
    // The first of them is held up, the others gather behind it.
    let gate = connect(&database.url).await;
    gate.batch_execute("BEGIN; LOCK TABLE events IN SHARE MODE")
        .await
        .expect("locked");
    let before = store.statements();
    let mut calls = Vec::new();
    for submission in submissions {
        let store = store.clone();
        calls.push(tokio::spawn(async move { store.enqueue(submission).await }));
    }
    let waits = async {
        let sql =
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass";
        while gate
            .query_one(sql, &[])
            .await
            .expect("asked")
            .get::<_, i64>(0)
            == 0
        {}
    };
    timeout(PATIENCE, waits)
        .await
        .expect("it comes to the lock");
    gate.batch_execute("COMMIT").await.expect("unlocked");
    for call in calls {
        call.await.expect("no panic").expect("stored");
    }
    let sent = store.statements() - before;
    // Lock, two reads, two inserts, begin, commit: for each of a handful of batches.
    assert!(
        sent <= 5 * 8,
        "{sent} statements for {CALLS} events with a delivery each"
    );

    let before = store.statements();
    let records = jobs
        .iter()
        .map(|job| world.record(job, 200, Next::Deliver))
        .collect();
    store.record(records).await.expect("recorded");
    let sent = store.statements() - before;
    // Two reads, an update, an insert, begin, commit.
    // One row more, of what was counted.
    assert!(sent <= 8, "{sent} statements for {CALLS} records");
    let rows = gate
        .query_one("SELECT count(*) FROM rollup_deltas", &[])
        .await
        .expect("counted");
    assert_eq!(rows.get::<_, i64>(0), 1, "rows of counts for a batch");
}
