//! Several nodes on one database, and webhooks of which one node only may send: who that is, and who
//! is it next.

mod database;

use std::{collections::BTreeMap, time::Duration};

use bellwire_core::{
    delivery::{Job, Kind},
    ids::WebhookId,
    ports::{Catalogue as _, Change, Changes, Claim as _, LaneAsk, WebhookChange},
    time::Time,
    webhook::Paused,
};
use bellwire_postgres::Postgres;
use bellwire_testkit::{conformance::World, people::any};
use database::{
    connect,
    nodes::{Node, PATIENCE, two},
};
use tokio::time::timeout;

async fn claim(node: &Postgres, webhook: WebhookId, now: Time) -> Vec<Job> {
    let ask = LaneAsk {
        webhook_id: webhook,
        room: 10,
        exclusive: true,
    };
    node.claim(&[ask], now).await.expect("claimed")
}

async fn hear(feed: &mut Box<dyn Changes>, expected: Change) {
    let heard = async { while feed.next().await != expected {} };
    timeout(PATIENCE, heard).await.expect("it is heard of");
}

/// The first to ask owns it and gets everything; the other gets nothing, and asking tells the owner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_owns_a_lane_and_is_told_of_what_is_due() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let own = world.subject().0.clone();
    let mut feeds = (own.changes(), other.changes());
    world.enqueue(&cool, &webhook).await;
    assert!(!own.owns(webhook.id) && !other.owns(webhook.id));
    assert_eq!(world.claim_alone(&webhook, 10).await.len(), 1);
    assert!(own.owns(webhook.id));
    let (_, id) = world.enqueue(&cool, &webhook).await;
    assert!(claim(&other, webhook.id, world.now).await.is_empty());
    assert!(!other.owns(webhook.id));
    hear(&mut feeds.0, Change::Due(webhook.id)).await;
    assert_eq!(world.claim_alone(&webhook, 10).await[0].delivery_id, id);
    // The one that asked is not told, though it hears of everything else.
    let second = world.webhook(&cool).await;
    world.claim_alone(&second, 1).await;
    loop {
        match feeds.1.next().await {
            Change::Due(_) => panic!("it owns nothing"),
            Change::Organization(id) if id == cool.id => break,
            _ => {}
        }
    }
}

/// However many ask at the same moment: each lane has one owner, and what is due in it is with that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_ask_at_once_one_owns_the_lane() {
    const WEBHOOKS: usize = 40;
    let (database, world, other) = two().await;
    let nodes = [world.subject().0.clone(), other, database.open().await];
    let cool = world.organization("cool").await;
    let mut webhooks = Vec::new();
    for _ in 0..WEBHOOKS {
        webhooks.push(world.webhook(&cool).await);
    }
    let all: Vec<_> = webhooks.iter().collect();
    for _ in 0..6 {
        let new = world.to(world.event(&cool), &all, Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    let mut calls = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let mut asks: Vec<LaneAsk> = webhooks
            .iter()
            .map(|webhook| LaneAsk {
                webhook_id: webhook.id,
                room: 10,
                exclusive: true,
            })
            .collect();
        // Each begins elsewhere, so that they meet.
        asks.rotate_left(number * WEBHOOKS / 3);
        let (node, now) = (node.clone(), world.now);
        calls.push(tokio::spawn(async move {
            let mut given = Vec::new();
            for asks in asks.chunks(7) {
                given.extend(node.claim(asks, now).await.expect("claimed"));
            }
            (node.node(), given)
        }));
    }
    let mut senders: BTreeMap<WebhookId, Vec<i64>> = BTreeMap::new();
    for call in calls {
        let (node, given) = call.await.expect("no panic");
        for job in given {
            senders.entry(job.webhook_id).or_default().push(node);
        }
    }
    for webhook in &webhooks {
        let owners: Vec<i64> = nodes
            .iter()
            .filter(|node| node.owns(webhook.id))
            .map(Postgres::node)
            .collect();
        assert_eq!(owners.len(), 1, "{owners:?}");
        assert_eq!(senders[&webhook.id], vec![owners[0]; 6]);
    }
}

/// A node that leaves gives up what it owned before anybody else has to find it dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_leaves_hands_its_lanes_over_at_once() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for _ in 0..3 {
        world.enqueue(&cool, &webhook).await;
    }
    assert_eq!(world.claim_alone(&webhook, 1).await.len(), 1);
    // Nobody but the one that leaves may free anything.
    let client = connect(&database.url).await;
    client
        .batch_execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'not now'; END $$;
             CREATE TRIGGER refuse BEFORE DELETE ON nodes EXECUTE FUNCTION refuse()",
        )
        .await
        .expect("rows of nodes stay");
    let mut changes = other.changes();
    world.subject().0.close().await;
    hear(&mut changes, Change::Freed).await;
    assert_eq!(claim(&other, webhook.id, world.now).await.len(), 3);
    assert!(other.owns(webhook.id));
}

/// What a node gives back when it stops is others' business at once. What it owns is not: it may be
/// sending still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_retires_tells_the_others_and_owns_on() {
    let (_database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let (owned, usual) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let new = world.to(world.event(&cool), &[&owned, &usual], Kind::Matched, false);
    world.submit(&cool, vec![new]).await.expect("stored");
    let mut ids = Vec::new();
    for job in world.claim_alone(&owned, 5).await {
        ids.push(job.delivery_id);
    }
    for job in world.claim(&usual, 5).await {
        ids.push(job.delivery_id);
    }
    let mut changes = other.changes();
    world.subject().0.retire(&ids).await.expect("given back");
    hear(&mut changes, Change::Freed).await;
    assert!(claim(&other, owned.id, world.now).await.is_empty());
    let asks = [LaneAsk {
        webhook_id: usual.id,
        room: 5,
        exclusive: false,
    }];
    let given = other.claim(&asks, world.now).await.expect("claimed");
    assert_eq!(given.len(), 1);
    world.subject().0.close().await;
    hear(&mut changes, Change::Freed).await;
    assert_eq!(claim(&other, owned.id, world.now).await.len(), 1);
}

/// A node that is gone without a word owns until its heartbeat is old enough, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lanes_of_a_node_that_vanishes_are_free_when_it_is_dead() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    world.claim_alone(&webhook, 1).await;
    let (number, now) = (world.subject().0.node(), world.now);
    assert!(claim(&other, webhook.id, now).await.is_empty());
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
    assert_eq!(claim(&other, webhook.id, now).await.len(), 1);
    assert!(other.owns(webhook.id));
}

/// A node that was taken for dead and was not knows that it owns nothing any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_begins_anew_owns_nothing() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    world.claim_alone(&webhook, 1).await;
    let node = world.subject().0.clone();
    let number = node.node();
    let client = connect(&database.url).await;
    client
        .execute("UPDATE nodes SET dead = true WHERE id = $1", &[&number])
        .await
        .expect("marked");
    let taken_over = async {
        while claim(&other, webhook.id, world.now).await.is_empty() {
            tokio::task::yield_now().await;
        }
        while node.node() == number {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, taken_over).await.expect("it is freed");
    assert!(other.owns(webhook.id) && !node.owns(webhook.id));
    assert!(claim(&node, webhook.id, world.now).await.is_empty());
    assert!(!node.owns(webhook.id));
}

/// Where no notification arrives, the owner finds out by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_looks_for_itself() {
    let (_database, world, _other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.claim_alone(&webhook, 1).await;
    let mut changes = world.subject().0.changes();
    world.enqueue(&cool, &webhook).await;
    hear(&mut changes, Change::Due(webhook.id)).await;
}

/// An owner without a row, left by a version that does not know of owners, is no owner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_nobody_knows_is_let_go() {
    let (database, world, other) = two().await;
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    let client = connect(&database.url).await;
    let left = "INSERT INTO lane_owners VALUES ($1::text::uuid, 1000000)";
    let id = webhook.id.to_string();
    client.execute(left, &[&id]).await.expect("left");
    assert!(claim(&other, webhook.id, world.now).await.is_empty());
    // As each node does when it starts, and once a minute.
    let third = database.open().await;
    assert_eq!(claim(&third, webhook.id, world.now).await.len(), 1);
}

/// What a pause holds is due for as long as the pause lasts: owners do not ask for it every five
/// seconds, and ask again once it is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_pause_holds_is_not_looked_for() {
    let (_database, mut world, other) = two().await;
    let cool = world.organization("cool").await;
    let (held, free) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let own = world.subject().0.clone();
    for webhook in [&held, &free] {
        world.claim_alone(webhook, 10).await;
        assert!(own.owns(webhook.id));
    }
    let pause = async |world: &World<Node>, on: bool| {
        let mut next = world.read(&held).await;
        next.revision += 1;
        next.paused = on.then(|| Paused {
            at: world.now,
            by: "ann".to_owned(),
        });
        let updated = other.update_webhook(next, false, any()).await;
        assert_eq!(updated.expect("changed"), WebhookChange::Stored);
    };
    pause(&world, true).await;
    world.now = world.now + 1;
    let mut feed = own.changes();
    for webhook in [&held, &free] {
        let new = world.to(world.event(&cool), &[webhook], Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    // Two looks: the free one is told of with each, the held one with none.
    let mut told = 0;
    let looks = async {
        while told < 2 {
            match feed.next().await {
                Change::Due(id) if id == free.id => told += 1,
                Change::Due(id) => panic!("{id} is paused"),
                _ => {}
            }
        }
    };
    timeout(PATIENCE, looks).await.expect("owners look");
    pause(&world, false).await;
    hear(&mut feed, Change::Due(held.id)).await;
}
