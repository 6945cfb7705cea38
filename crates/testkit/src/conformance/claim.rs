//! Stage 4: each due delivery to one holder at a time, and to nobody too early.

use std::collections::BTreeMap;

use bellwire_core::{
    delivery::Kind,
    ids::DeliveryId,
    policy::Next,
    ports::LaneAsk,
    time::{MINUTE, SECOND},
};

use super::{Subject, World};

/// Who enqueues with a claim holds it; nobody else gets it, nor hears of it.
pub async fn what_is_claimed_at_enqueue_is_not_given<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world.submit(&cool, vec![held]).await.expect("stored");
    assert!(world.claim(&webhook, 10).await.is_empty());
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        None
    );
    assert_eq!(world.store().due_lanes().await.expect("asked"), []);
    let (_, free) = world.enqueue(&cool, &webhook).await;
    let given = world.claim(&webhook, 10).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [free]
    );
}

/// A claim lasts until it is recorded or released.
pub async fn nothing_is_given_twice<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    let given = world.claim(&webhook, 10).await;
    assert_eq!(given.len(), 1);
    assert!(world.claim(&webhook, 10).await.is_empty());
    world.attempt(&given[0], 200, Next::Deliver).await;
    assert!(world.claim(&webhook, 10).await.is_empty());
}

/// Oldest due first; a lane is never given more than it has room for.
pub async fn the_oldest_due_come_first_and_no_more_than_there_is_room<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut expected = Vec::new();
    for _ in 0..7 {
        expected.push(world.enqueue(&cool, &webhook).await.1);
        world.now = world.now + SECOND;
    }
    let mut given = Vec::new();
    for room in [3, 0, 2, 10] {
        let jobs = world.claim(&webhook, room).await;
        assert!(jobs.len() <= room);
        given.extend(jobs.iter().map(|job| job.delivery_id));
    }
    assert_eq!(given, expected);
}

/// A lane is asked for by name and answered with its own.
pub async fn a_lane_gets_its_own_only<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let new = world.to(world.event(&cool), &[&a, &b], Kind::Matched, false);
    world.submit(&cool, vec![new]).await.expect("stored");
    world.enqueue(&cool, &b).await;
    let asks = [
        LaneAsk {
            webhook_id: a.id,
            room: 5,
            exclusive: false,
        },
        LaneAsk {
            webhook_id: b.id,
            room: 1,
            exclusive: false,
        },
        LaneAsk {
            webhook_id: world.id(),
            room: 5,
            exclusive: false,
        },
    ];
    let given = world
        .store()
        .claim(&asks, world.now)
        .await
        .expect("claimed");
    let lanes: Vec<_> = given.iter().map(|job| job.webhook_id).collect();
    assert_eq!(lanes, [a.id, b.id]);
    assert_eq!(given[0].event, given[1].event);
    assert_eq!(world.claim(&b, 5).await.len(), 1);
}

/// What is released is due as before, with the attempts it had.
pub async fn released_deliveries_are_given_again<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let ids = [held.deliveries[0].id];
    world.submit(&cool, vec![held]).await.expect("stored");
    world.store().release(&ids).await.expect("released");
    assert_eq!(
        world.store().due_lanes().await.expect("asked"),
        [(webhook.id, world.now)]
    );
    let given = world.claim(&webhook, 5).await;
    assert_eq!(given[0].delivery_id, ids[0]);
    world.store().release(&ids).await.expect("released");
    assert_eq!(world.claim(&webhook, 5).await[0].attempts, 0);
    world
        .store()
        .release(&[world.id::<DeliveryId>()])
        .await
        .expect("unknown ones do no harm");
}

/// A crash ends every claim and loses nothing that is pending.
pub async fn a_crash_gives_everything_pending_back<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut expected = Vec::new();
    for claimed in [true, false, false, true] {
        let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, claimed);
        expected.push(new.deliveries[0].id);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    let given = world.claim(&webhook, 1).await;
    world.attempt(&given[0], 200, Next::Deliver).await;
    let done = given[0].delivery_id;
    world.claim(&webhook, 1).await;
    world.crash().await;
    let mut given: Vec<_> = world
        .claim(&webhook, 10)
        .await
        .iter()
        .map(|job| job.delivery_id)
        .collect();
    given.sort_unstable();
    expected.retain(|id| *id != done);
    assert_eq!(given, expected);
}

/// A retry is given from its time on, with its attempts counted.
pub async fn retries_are_given_when_they_are_due<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    for attempt in 0..3 {
        let given = world.claim(&webhook, 5).await;
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].attempts, attempt);
        let due = world.now + MINUTE;
        world.attempt(&given[0], 500, Next::RetryAt(due)).await;
        assert_eq!(
            world.store().next_due(webhook.id).await.expect("asked"),
            Some(due)
        );
        world.now = due - 1;
        assert!(
            world.claim(&webhook, 5).await.is_empty(),
            "not before its time"
        );
        world.now = due;
        if attempt == 1 {
            world.crash().await;
        }
    }
}

/// For each webhook the earliest delivery that nobody holds.
pub async fn due_lanes_tell_the_earliest_unclaimed<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut webhooks = Vec::new();
    for _ in 0..4 {
        webhooks.push(world.webhook(&cool).await);
    }
    assert_eq!(world.store().due_lanes().await.expect("asked"), []);
    let start = world.now;
    for webhook in &webhooks[..3] {
        for _ in 0..2 {
            world.enqueue(&cool, webhook).await;
            world.now = world.now + SECOND;
        }
    }
    // The first of webhook 1 is held, both of webhook 2 are, webhook 3 has none.
    world.claim(&webhooks[1], 1).await;
    world.claim(&webhooks[2], 2).await;
    let lanes: BTreeMap<_, _> = world
        .store()
        .due_lanes()
        .await
        .expect("asked")
        .into_iter()
        .collect();
    let expected: BTreeMap<_, _> = [
        (webhooks[0].id, start),
        (webhooks[1].id, start + 3 * SECOND),
    ]
    .into_iter()
    .collect();
    assert_eq!(lanes, expected);
    for webhook in &webhooks {
        let next = world.store().next_due(webhook.id).await.expect("asked");
        assert_eq!(next, expected.get(&webhook.id).copied());
    }
}

/// Claims that read while records commit: a delivery is never with two holders, nor given out when
/// it is done.
pub async fn concurrent_claims_and_records_never_give_one_twice<S: Subject>(subject: S) {
    const DELIVERIES: usize = 400;
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let events = (0..DELIVERIES)
        .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
        .collect();
    world.submit(&cool, events).await.expect("stored");
    let world = std::sync::Arc::new(world);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (world, webhook) = (std::sync::Arc::clone(&world), webhook.clone());
            tokio::spawn(async move {
                let mut done: Vec<DeliveryId> = Vec::new();
                // Two claims of nothing in a row after the last record mean that nothing is left.
                let mut empty = 0;
                while empty < 2 {
                    let jobs = world.claim(&webhook, 5).await;
                    empty = if jobs.is_empty() { empty + 1 } else { 0 };
                    let records = jobs
                        .iter()
                        .map(|job| world.record(job, 200, Next::Deliver))
                        .collect();
                    world.store().record(records).await.expect("recorded");
                    done.extend(jobs.iter().map(|job| job.delivery_id));
                }
                done
            })
        })
        .collect();
    let mut done = Vec::new();
    for worker in workers {
        done.extend(worker.await.expect("no panic"));
    }
    let given = done.len();
    done.sort_unstable();
    done.dedup();
    assert_eq!(done.len(), given, "given twice");
    // Workers may have stopped while others held the rest: what is left is free now.
    assert_eq!(
        given + world.claim(&webhook, DELIVERIES).await.len(),
        DELIVERIES
    );
}

/// What is sent is what was stored; no second look is needed.
pub async fn a_claim_carries_the_whole_event<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut event = world.event(&cool);
    event.channels = vec!["account:cool".to_owned()];
    event.external_id = Some("order-7".to_owned());
    event.unknown_type = true;
    let new = world.to(event.clone(), &[&webhook], Kind::Addressed, false);
    let id = new.deliveries[0].id;
    world.submit(&cool, vec![new]).await.expect("stored");
    let given = world.claim(&webhook, 1).await;
    assert_eq!(*given[0].event, event);
    assert_eq!(given[0].delivery_id, id);
    assert_eq!(given[0].kind, Kind::Addressed);
    assert_eq!(given[0].created_at, world.now);
}

/// A store with one process has one owner: whoever asks. It stays the owner when there is nothing to
/// give, and owns nothing that it did not ask for, where owning means anything.
pub async fn an_exclusive_lane_is_with_whom_asks_first<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    assert!(world.claim_alone(&webhook, 5).await.is_empty());
    assert!(world.store().owns(webhook.id));
    // What is enqueued as held is the owner's own, as always.
    let held = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world.submit(&cool, vec![held]).await.expect("stored");
    assert!(world.claim_alone(&webhook, 5).await.is_empty());
    let (_, free) = world.enqueue(&cool, &webhook).await;
    let given = world.claim_alone(&webhook, 5).await;
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].delivery_id, free);
    assert!(world.store().owns(webhook.id));
}

/// In one call with others, within its room, and from its time on.
pub async fn an_exclusive_lane_is_given_like_any_other<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    for _ in 0..3 {
        let new = world.to(world.event(&cool), &[&a, &b], Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    let asks = [(a.id, 2, true), (b.id, 5, false), (world.id(), 5, true)];
    let asks = asks.map(|(webhook_id, room, exclusive)| LaneAsk {
        webhook_id,
        room,
        exclusive,
    });
    let given = world
        .store()
        .claim(&asks, world.now)
        .await
        .expect("claimed");
    let of = |id| given.iter().filter(|job| job.webhook_id == id).count();
    assert_eq!((of(a.id), of(b.id), given.len()), (2, 3, 5));
    let last = world.claim_alone(&a, 5).await;
    assert_eq!(last.len(), 1);
    let due = world.now + MINUTE;
    world.attempt(&last[0], 500, Next::RetryAt(due)).await;
    assert!(world.claim_alone(&a, 5).await.is_empty(), "not yet");
    world.now = due;
    assert_eq!(world.claim_alone(&a, 5).await[0].attempts, 1);
}

/// Ownership ends with its process, and so does everything that it held.
pub async fn an_exclusive_lane_is_free_after_a_crash<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(world.enqueue(&cool, &webhook).await.1);
    }
    assert_eq!(world.claim_alone(&webhook, 2).await.len(), 2);
    world.crash().await;
    let mut given = Vec::new();
    for room in [1, 5] {
        given.extend(world.claim_alone(&webhook, room).await);
        assert!(world.store().owns(webhook.id));
    }
    let mut given: Vec<_> = given.iter().map(|job| job.delivery_id).collect();
    given.sort_unstable();
    assert_eq!(given, expected);
}

/// Giving back at the end is giving back.
pub async fn what_is_retired_is_given_again<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    assert_eq!(world.claim(&webhook, 5).await.len(), 1);
    world.store().retire(&[id]).await.expect("given back");
    let given = world.claim(&webhook, 5).await;
    assert_eq!(given[0].delivery_id, id);
    world.store().retire(&[]).await.expect("nothing to give");
}
