//! Several nodes on one database: who sends what, and who hears of what.

mod database;

use std::time::Duration;

use bellwire_core::{
    delivery::{Kind, State},
    policy::{Counters, Next},
    ports::{
        Catalogue as _, Change, Claim as _, Enqueue as _, Error, Idempotency, LaneAsk, Query as _,
        RecordPort as _, Submission,
    },
};
use bellwire_testkit::{conformance::World, people::any};
use database::{
    Database, connect,
    nodes::{Node, PATIENCE, two},
};
use tokio::time::timeout;

/// What one node holds, another is not given; what is free, one of them gets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_with_one_node() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world.submit(&cool, vec![held]).await.expect("stored");
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 10,
        exclusive: false,
    }];
    assert!(
        other
            .claim(&ask, world.now)
            .await
            .expect("claimed")
            .is_empty()
    );
    assert_eq!(other.due_lanes().await.expect("asked"), []);
    let mut free = Vec::new();
    for _ in 0..40 {
        free.push(world.enqueue(&cool, &webhook).await.1);
    }
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 25,
        exclusive: false,
    }];
    let (here, there) = tokio::join!(world.claim(&webhook, 25), other.claim(&ask, world.now));
    let mut given: Vec<_> = here
        .iter()
        .chain(&there.expect("claimed"))
        .map(|job| job.delivery_id)
        .collect();
    given.extend(
        other
            .claim(&ask, world.now)
            .await
            .expect("claimed")
            .iter()
            .map(|j| j.delivery_id),
    );
    given.sort_unstable();
    assert_eq!(given, free);
}

/// A node that leaves is dead at once: what it held is free after the next heartbeat of another,
/// which is told so; what it had enqueued as its own is sent by the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_node_held_goes_on_elsewhere() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut held = Vec::new();
    for claimed in [true, false] {
        let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, claimed);
        held.push(new.deliveries[0].id);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    world.claim(&webhook, 1).await;
    let mut changes = other.changes();
    world.subject().0.close().await;
    let freed = async { while changes.next().await != Change::Freed {} };
    timeout(PATIENCE, freed)
        .await
        .expect("the other one finds it dead");
    assert_eq!(
        other.due_lanes().await.expect("asked"),
        [(webhook.id, world.now)]
    );
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 10,
        exclusive: false,
    }];
    let given = other.claim(&ask, world.now).await.expect("claimed");
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        held
    );
}

/// A node that is gone without a word is dead once its heartbeat is old enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_vanishes_is_found_dead() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let id = held.deliveries[0].id;
    world.submit(&cool, vec![held]).await.expect("stored");
    let (number, now) = (world.subject().0.node(), world.now);
    drop(world);
    let client = connect(&database.url).await;
    let mut changes = other.changes();
    // Its last beat may be on the way still, so it is aged until it stays old.
    let freed = async {
        loop {
            let aged = "UPDATE nodes SET seen_at = seen_at - interval '11 seconds' WHERE id = $1";
            client.execute(aged, &[&number]).await.expect("aged");
            let change = timeout(Duration::from_secs(2), changes.next()).await;
            if change == Ok(Change::Freed) {
                break;
            }
        }
    };
    timeout(PATIENCE, freed).await.expect("freed");
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 10,
        exclusive: false,
    }];
    let given = other.claim(&ask, now).await.expect("claimed");
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [id]
    );
    let left = "SELECT count(*) FROM nodes WHERE id = $1";
    while client
        .query_one(left, &[&number])
        .await
        .expect("asked")
        .get::<_, i64>(0)
        > 0
    {}
}

/// A node that was taken for dead while it was not notices: it may not lease under its old number,
/// and begins anew under another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_taken_for_dead_begins_anew() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let id = held.deliveries[0].id;
    world.submit(&cool, vec![held]).await.expect("stored");
    let node = &world.subject().0;
    let (epoch, number) = (node.lease(), node.node());
    assert!(epoch.is_some());
    let mut changes = other.changes();
    let client = connect(&database.url).await;
    client
        .execute("UPDATE nodes SET dead = true WHERE id = $1", &[&number])
        .await
        .expect("marked");
    // Whichever node comes first frees it, the one that was taken for dead included.
    let mut own = node.changes();
    let freed = async {
        loop {
            let change = tokio::select! {
                change = changes.next() => change,
                change = own.next() => change,
            };
            if change == Change::Freed {
                break;
            }
        }
    };
    timeout(PATIENCE, freed).await.expect("freed");
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 10,
        exclusive: false,
    }];
    let mut given = other.claim(&ask, world.now).await.expect("claimed");
    assert_eq!(given.remove(0).delivery_id, id);
    // Its own heartbeat finds that out too.
    let anew = async {
        while node.node() == number || node.lease().is_none() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, anew).await.expect("it registers again");
    assert_ne!(node.lease(), epoch);
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world
        .submit(&cool, vec![held])
        .await
        .expect("stored under the new number");
}

/// An enqueue that wants to hold deliveries under a number that is dead stores nothing; what nobody
/// holds is stored all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_leased_under_a_dead_number() {
    let database = Database::new().await;
    let world = World::new(Node(database.open().await));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let client = connect(&database.url).await;
    // It is found dead, and cannot register anew.
    client
        .batch_execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'not now'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON nodes EXECUTE FUNCTION refuse();
             UPDATE nodes SET dead = true",
        )
        .await
        .expect("dead");
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let free = world.to(world.event(&cool), &[&webhook], Kind::Matched, false);
    let held_id = held.event.id;
    match world.submit(&cool, vec![held.clone()]).await {
        Err(Error::Unavailable(why)) => assert!(why.contains("register anew"), "{why}"),
        answer => panic!("{answer:?}"),
    }
    assert_eq!(
        world.store().event(cool.id, held_id).await.expect("read"),
        None
    );
    world.submit(&cool, vec![free]).await.expect("stored");
    let ask = [LaneAsk {
        webhook_id: webhook.id,
        room: 5,
        exclusive: false,
    }];
    let claimed = world.store().claim(&ask, world.now).await;
    assert!(matches!(claimed, Err(Error::Unavailable(_))), "{claimed:?}");
    client
        .batch_execute("DROP TRIGGER refuse ON nodes")
        .await
        .expect("dropped");
    let stored = async {
        while world.submit(&cool, vec![held.clone()]).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, stored).await.expect("it registers again");
    assert_eq!(world.claim(&webhook, 5).await.len(), 1);
}

/// WNK-9: an event posted after a save is matched against it, on whichever node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enqueue_elsewhere_checks_the_generation() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let new = world.to(world.event(&cool), &[], Kind::Matched, false);
    let submission = world.submission(&cool, vec![new]).await;
    world.webhook(&cool).await;
    let stale = other.enqueue(submission).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
}

/// Every node hears of every change, with the organization's name; those of the platform too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_reach_every_node() {
    let (database, world, other) = two().await;
    let (mut here, mut there) = (world.subject().0.changes(), other.changes());
    let cool = world.organization("cool").await;
    let expected = Change::Organization(cool.id);
    for feed in [&mut here, &mut there] {
        let heard = async { while feed.next().await != expected {} };
        timeout(PATIENCE, heard).await.expect("it is heard of");
    }
    let event_type = bellwire_testkit::builders::event_type(None, "a.b").build();
    world
        .store()
        .create_event_type(event_type, any())
        .await
        .expect("stored");
    let heard = async { while there.next().await != Change::Platform {} };
    timeout(PATIENCE, heard).await.expect("it is heard of");
    // Without notifications the counter tells.
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "UPDATE organizations SET generation = generation + 1;
             UPDATE installation SET changes = changes + 1",
        )
        .await
        .expect("changed");
    let heard = async { while there.next().await != expected {} };
    timeout(PATIENCE, heard)
        .await
        .expect("it is found by looking");
}

/// The same key on several nodes at once: one of them stores, the others answer as it did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_used_once_across_nodes() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for round in 0..20 {
        let mut calls = Vec::new();
        for node in 0..6 {
            let mut event = world.event(&cool);
            event.external_id = Some(format!("order-{round}"));
            let new = world.to(event, &[&webhook], Kind::Matched, false);
            let key = Idempotency {
                key: format!("key-{round}"),
                fingerprint: [1; 32],
            };
            let submission = Submission {
                // Half of them by key, half by the producer's id.
                key: (node < 4).then_some(key),
                ..world.submission(&cool, vec![new]).await
            };
            let store = if node % 2 == 0 {
                world.subject().0.clone()
            } else {
                other.clone()
            };
            calls.push(tokio::spawn(async move { store.enqueue(submission).await }));
        }
        let mut receipts = Vec::new();
        for call in calls {
            receipts.extend(call.await.expect("no panic").expect("answered"));
        }
        assert_eq!(
            receipts.iter().filter(|receipt| !receipt.repeated).count(),
            1,
            "{receipts:?}"
        );
        assert!(
            receipts
                .iter()
                .all(|receipt| receipt.event_id == receipts[0].event_id)
        );
    }
    assert_eq!(world.claim(&webhook, 1000).await.len(), 20);
}

/// ADV-14: failures count together, wherever they are recorded, and none is lost when they are
/// recorded at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_hold_across_nodes() {
    const EACH: usize = 60;
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let events = (0..2 * EACH)
        .map(|_| world.to(world.event(&cool), &[&a, &b], Kind::Matched, false))
        .collect();
    world.submit(&cool, events).await.expect("stored");
    let mut calls = Vec::new();
    for store in [world.subject().0.clone(), other.clone()] {
        for (webhook, room) in [(&a, EACH), (&b, EACH)] {
            let ask = [LaneAsk {
                webhook_id: webhook.id,
                room,
                exclusive: false,
            }];
            for job in store.claim(&ask, world.now).await.expect("claimed") {
                let record = world.record(&job, 404, Next::Fail);
                let store = store.clone();
                calls.push(tokio::spawn(
                    async move { store.record([record].into()).await },
                ));
            }
        }
    }
    assert_eq!(calls.len(), 4 * EACH);
    for call in calls {
        call.await.expect("no panic").expect("recorded");
    }
    for health in other.health(&[a.id, b.id]).await.expect("read") {
        let expected = Counters {
            client_errors: 2 * EACH as u32,
            failures: 2 * EACH as u32,
            failing_since: Some(world.now),
            ..Counters::default()
        };
        assert_eq!(health.counters, expected);
    }
}

/// ADV-15: a disable by one node cancels what another enqueues at the very moment, or makes it look
/// again; nothing is left that would be sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disable_and_enqueues_elsewhere_leave_nothing_pending() {
    let (_database, mut world, other) = two().await;
    let cool = world.organization("cool").await;
    for _ in 0..10 {
        let webhook = world.webhook(&cool).await;
        let mut calls = Vec::new();
        for offset in 0..30 {
            let new = world.to(
                world.event(&cool),
                &[&webhook],
                Kind::Matched,
                offset % 2 == 0,
            );
            let mut submission = world.submission(&cool, vec![new]).await;
            // The other node's clock is ahead.
            submission.now = world.now + offset;
            let store = other.clone();
            let id = submission.events[0].deliveries[0].id;
            calls.push((
                id,
                tokio::spawn(async move { store.enqueue(submission).await }),
            ));
        }
        world.switch(&webhook, false).await;
        for (id, call) in calls {
            match call.await.expect("no panic") {
                Ok(_) => assert_eq!(world.state(&cool, id).await, State::Cancelled),
                Err(Error::Stale) => {}
                Err(error) => panic!("{error}"),
            }
        }
        world.now = world.now + 1_000_000;
        let ask = [LaneAsk {
            webhook_id: webhook.id,
            room: 100,
            exclusive: false,
        }];
        assert!(
            other
                .claim(&ask, world.now)
                .await
                .expect("claimed")
                .is_empty()
        );
    }
}
