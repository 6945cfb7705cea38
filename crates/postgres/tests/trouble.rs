//! What the store does when the database goes away in the middle, and when it comes back.

mod database;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    delivery::Kind,
    ids::EventId,
    ports::{Enqueue as _, Error, NewEvent, Store, Submission},
};
use bellwire_postgres::Postgres;
use bellwire_testkit::{
    conformance::{Subject, World},
    postgres::{Server, Stop},
};
use database::{Database, connect, proxy::Proxy};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

const PATIENCE: Duration = Duration::from_secs(60);

struct Node(Postgres);

#[async_trait]
impl Subject for Node {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("the database goes away here, and not the node");
    }
}

/// Producers that post one event after another until they are told to stop. What was acknowledged,
/// and how many calls were refused.
async fn producers(
    world: &World<Node>,
    count: usize,
) -> (
    watch::Sender<bool>,
    watch::Receiver<u64>,
    Vec<JoinHandle<(Vec<EventId>, usize)>>,
) {
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (stop, stopped) = watch::channel(false);
    let (done, progress) = watch::channel(0_u64);
    let mut tasks = Vec::new();
    for _ in 0..count {
        let mut submissions: Vec<Submission> = Vec::new();
        for _ in 0..2000 {
            let new: NewEvent = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
            submissions.push(Submission {
                organization_id: cool.id,
                generation: 2,
                key: None,
                events: vec![new],
                now: world.now,
                idempotency_ttl: 1,
            });
        }
        let (store, stopped, done) = (world.store(), stopped.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let (mut acknowledged, mut refused) = (Vec::new(), 0);
            for submission in submissions {
                if *stopped.borrow() {
                    break;
                }
                let id = submission.events[0].event.id;
                match store.enqueue(submission).await {
                    Ok(_) => {
                        acknowledged.push(id);
                        done.send_modify(|count| *count += 1);
                    }
                    Err(Error::Unavailable(_)) => {
                        refused += 1;
                        while store.ping().await.is_err() && !*stopped.borrow() {
                            tokio::task::yield_now().await;
                        }
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            (acknowledged, refused)
        }));
    }
    (stop, progress, tasks)
}

async fn advance(progress: &mut watch::Receiver<u64>, by: u64) {
    let goal = *progress.borrow() + by;
    let reached = progress.wait_for(|count| *count >= goal);
    timeout(PATIENCE, reached)
        .await
        .expect("in time")
        .expect("producers go on");
}

/// The database stops and starts under load, cleanly and as in a crash: calls are refused while it
/// is away, work goes on by itself, and everything acknowledged is there. What a call that was
/// refused had stored all the same is sent by somebody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_database_restarts() {
    let server = Server::start(&[]);
    let database = Database::within(&server).await;
    let world = World::new(Node(database.open().await));
    let (stop, mut progress, tasks) = producers(&world, 8).await;
    for how in [Stop::Fast, Stop::Immediate] {
        advance(&mut progress, 100).await;
        server.stop(how);
        assert!(world.store().ping().await.is_err(), "it is away");
        server.resume();
        advance(&mut progress, 100).await;
    }
    stop.send(true).expect("producers listen");
    let mut acknowledged = Vec::new();
    for task in tasks {
        acknowledged.extend(task.await.expect("no panic").0);
    }
    let client = connect(&database.url).await;
    let rows = client
        .query("SELECT id FROM events", &[])
        .await
        .expect("read");
    let stored: std::collections::HashSet<EventId> = rows
        .iter()
        .map(|row| EventId::from(row.get::<_, uuid::Uuid>(0)))
        .collect();
    for id in &acknowledged {
        assert!(stored.contains(id), "{id} was acknowledged");
    }
    world.store().ping().await.expect("it is back");
}

/// One connection after another is cut under load: the committers connect anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_are_made_anew() {
    let database = Database::new().await;
    let world = World::new(Node(database.open().await));
    let (stop, mut progress, tasks) = producers(&world, 8).await;
    let client = connect(&database.url).await;
    for _ in 0..10 {
        advance(&mut progress, 50).await;
        client
            .query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
                &[],
            )
            .await
            .expect("cut");
    }
    advance(&mut progress, 50).await;
    stop.send(true).expect("producers listen");
    let mut acknowledged = 0;
    for task in tasks {
        acknowledged += task.await.expect("no panic").0.len() as i64;
    }
    let row = client
        .query_one("SELECT count(*) FROM events", &[])
        .await
        .expect("read");
    assert!(row.get::<_, i64>(0) >= acknowledged);
}

/// The commit happens and its answer is lost: the caller is refused and sends nothing. What is
/// stored must not stay with a node that knows nothing of it: it is given out again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_refused_call_has_stored_is_sent_all_the_same() {
    let database = Database::new().await;
    let proxy = Proxy::before(&database.url).await;
    let through = Database {
        url: proxy.url.clone(),
    };
    let world = World::new(Node(through.open().await));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut changes = bellwire_core::ports::Catalogue::changes(&world.subject().0);
    // The day is made, so that the next commit is the one that counts.
    let first = world.to(world.event(&cool), &[], Kind::Matched, false);
    world.submit(&cool, vec![first]).await.expect("stored");
    let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let submission = world.submission(&cool, vec![new.clone()]).await;
    proxy.swallow_next_commit();
    let refused = world.store().enqueue(submission).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    let stored = world
        .store()
        .event(cool.id, new.event.id)
        .await
        .expect("read");
    assert!(stored.is_some(), "it was committed: {refused:?}");
    let freed = async { while changes.next().await != bellwire_core::ports::Change::Freed {} };
    timeout(PATIENCE, freed).await.expect("given up");
    let given = world.claim(&webhook, 5).await;
    assert_eq!(given[0].delivery_id, new.deliveries[0].id);
    // The same for a record: it comes again, and is counted once.
    let record = world.record(&given[0], 404, bellwire_core::policy::Next::Fail);
    proxy.swallow_next_commit();
    let refused = world.store().record([record.clone()].into()).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    world
        .store()
        .record([record].into())
        .await
        .expect("recorded");
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters.client_errors, 1);
}

/// A caller that goes away while its call is on the way leaves nothing held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_holds_nothing() {
    let database = Database::new().await;
    let store = database.open().await;
    let world = World::new(Node(store.clone()));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut changes = bellwire_core::ports::Catalogue::changes(&store);
    let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let submission = world.submission(&cool, vec![new.clone()]).await;
    let gate = connect(&database.url).await;
    gate.batch_execute("BEGIN; LOCK TABLE events IN SHARE MODE")
        .await
        .expect("locked");
    let call = tokio::spawn({
        let store = store.clone();
        async move { store.enqueue(submission).await }
    });
    // It waits for the lock; then its caller is gone.
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
    call.abort();
    assert!(call.await.expect_err("aborted").is_cancelled());
    gate.batch_execute("COMMIT").await.expect("unlocked");
    let freed = async { while changes.next().await != bellwire_core::ports::Change::Freed {} };
    timeout(PATIENCE, freed).await.expect("given back");
    let given = world.claim(&webhook, 5).await;
    assert_eq!(given[0].delivery_id, new.deliveries[0].id);
}

/// A day that nobody made is made when it is needed; one that another node dropped, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_day_is_made() {
    let database = Database::new().await;
    let mut world = World::new(Node(database.open().await));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "DROP TABLE events_2025_11_21, deliveries_2025_11_21, attempts_2025_11_21,
                        excerpts_2025_11_21",
        )
        .await
        .expect("dropped");
    let (event, _) = world.enqueue(&cool, &webhook).await;
    assert!(
        world
            .store()
            .event(cool.id, event)
            .await
            .expect("read")
            .is_some()
    );
    // Across many days at once, and with so many days that old ones are left out of account.
    let mut expected = vec![world.claim(&webhook, 5).await.remove(0).delivery_id];
    world.store().release(&expected).await.expect("released");
    for _ in 0..20 {
        world.now = world.now + bellwire_core::time::DAY;
        expected.push(world.enqueue(&cool, &webhook).await.1);
    }
    world.subject().0.maintain().await.expect("maintained");
    let given = world.claim(&webhook, 100).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        expected
    );
}

/// Nothing passes any more on the connections that are open, and nobody is told. Whoever asks gets an
/// answer or an error in time, and soon all is well again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_fall_silent_are_given_up() {
    let server = Server::shared();
    let database = Database::within(&server).await;
    let target = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let proxy = bellwire_testkit::proxy::Proxy::before(target, 1).await;
    let ports = [server.port(), proxy.address().port()].map(|port| format!(":{port}/"));
    let through = Database {
        url: database.url.replace(&ports[0], &ports[1]),
    };
    let world = World::new(Node(through.open().await));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event, _) = world.enqueue(&cool, &webhook).await;
    let store = world.store();
    let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let submission = world.submission(&cool, vec![new]).await;
    // Lent a moment ago, it is lent again without a question.
    store.due_lanes().await.expect("asked");
    proxy.forget();
    let well = async {
        let pooled = async { while store.due_lanes().await.is_err() {} };
        let reading = async { while store.event(cool.id, event).await.is_err() {} };
        let committed = async { while store.enqueue(submission.clone()).await.is_err() {} };
        tokio::join!(pooled, reading, committed);
    };
    timeout(Duration::from_secs(30), well)
        .await
        .expect("nothing waits for ever");
}
