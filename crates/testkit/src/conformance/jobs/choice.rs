//! Which deliveries a job takes, and which of those it sends.

use bellwire_core::{
    delivery::{Kind, State},
    ids::DeliveryId,
    job::{Filter, StatusFilter},
    outcome::{Answer, Cause},
    policy::Next,
    ports::NewDelivery,
    time::{HOUR, SECOND},
};

use super::{fail, fail_pending, of, read, resent, run, start};
use crate::conformance::{Subject, World};

/// One that is on its way, or has arrived since, is not sent again; of several that failed, one is.
pub async fn a_job_sends_each_event_once<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let other = world.webhook(&cool).await;
    // Two failed: the first, and a resend of it. The other webhook's have nothing to do with it.
    let (twice, first) = fail(&mut world, &cool, &webhook, 1).await[0];
    let again = async |world: &World<S>, event, webhook_id| {
        let new = NewDelivery {
            id: world.id(),
            webhook_id,
            kind: Kind::Resent,
            claimed: false,
        };
        let stored = world
            .store()
            .enqueue_again(cool.id, event, vec![new], world.now)
            .await;
        stored.expect("stored");
        new.id
    };
    again(&world, twice, webhook.id).await;
    fail_pending(&mut world, &webhook).await;
    again(&world, twice, other.id).await;
    // One that has arrived since.
    let (arrived, _) = fail(&mut world, &cool, &webhook, 1).await[0];
    again(&world, arrived, webhook.id).await;
    world.now = world.now + SECOND;
    let sent = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&sent, 200, Next::Deliver).await;
    // One that arrived before it was sent again, which failed.
    let (before, _) = world.enqueue(&cool, &webhook).await;
    let sent = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&sent, 200, Next::Deliver).await;
    world.now = world.now + SECOND;
    let wanted = again(&world, before, webhook.id).await;
    fail_pending(&mut world, &webhook).await;
    // One that is on its way.
    let (waits, _) = fail(&mut world, &cool, &webhook, 1).await[0];
    again(&world, waits, webhook.id).await;
    world.now = world.now + SECOND;

    let count = world
        .store()
        .count_job(cool.id, &of(&webhook), world.now, SECOND)
        .await
        .expect("counted");
    assert!(count.complete);
    assert_eq!((count.to_send, count.skipped.sent_again), (2, 3));
    let job = start(&world, &cool, of(&webhook)).await;
    assert_eq!(run(&mut world).await, 2);
    let job = read(&world, &job).await;
    assert_eq!((job.done, job.skipped), (2, count.skipped));
    let made = async |event| {
        let mut ids: Vec<DeliveryId> = Vec::new();
        for delivery in resent(&world, &cool, event).await {
            if delivery.webhook_id == webhook.id {
                ids.push(delivery.id);
            }
        }
        ids
    };
    assert_eq!(made(twice).await.len(), 2, "{first}");
    assert_eq!(made(arrived).await.len(), 1);
    assert_eq!(made(waits).await.len(), 1);
    assert_eq!(
        (made(before).await.len(), made(before).await[0]),
        (2, wanted)
    );
}

/// What a filter says must hold, all of it.
pub async fn a_job_takes_what_fits_every_part_of_its_filter<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let early = world.now;
    fail(&mut world, &cool, &webhook, 3).await;
    world.now = world.now + HOUR;
    let late = world.now;
    // Another type and a channel, and an attempt without an answer.
    let mut event = world.event(&cool);
    event.event_type = "booking.cancelled".to_owned();
    event.channels = vec!["account:cool".to_owned()];
    let new = world.to(event, &[&webhook], Kind::Matched, false);
    world.submit(&cool, vec![new]).await.expect("stored");
    let job = world.claim(&webhook, 1).await.remove(0);
    let mut record = world.record(&job, 0, Next::Fail);
    record.attempt.answer = Answer::None(Cause::Reset);
    let recorded = world.store().record(vec![record].into()).await;
    recorded.expect("recorded");
    // Cancelled, pending, delivered, a test.
    let (_, cancelled) = world.enqueue(&cool, &webhook).await;
    let done = world.store().cancel(cool.id, cancelled, world.now).await;
    done.expect("cancelled");
    let (_, _) = world.enqueue(&cool, &webhook).await;
    let sent = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&sent, 200, Next::Deliver).await;
    let test = world.to(world.event(&cool), &[&webhook], Kind::Test, false);
    world.submit(&cool, vec![test]).await.expect("stored");
    fail_pending(&mut world, &webhook).await;
    world.enqueue(&cool, &webhook).await;
    world.now = world.now + HOUR;

    let plain = of(&webhook);
    let reset = Filter {
        cause: Some(Cause::Reset),
        ..plain.clone()
    };
    for (filter, expected) in [
        (plain.clone(), 4),
        (
            Filter {
                states: vec![State::Cancelled],
                ..plain.clone()
            },
            1,
        ),
        (
            Filter {
                states: vec![State::Failed, State::Cancelled],
                ..plain.clone()
            },
            5,
        ),
        (
            Filter {
                since: Some(late),
                ..plain.clone()
            },
            1,
        ),
        (
            Filter {
                until: Some(late),
                ..plain.clone()
            },
            3,
        ),
        (
            Filter {
                since: Some(early),
                until: Some(early + 1),
                ..plain.clone()
            },
            0,
        ),
        (
            Filter {
                event_type: Some("booking.created".to_owned()),
                ..plain.clone()
            },
            3,
        ),
        (
            Filter {
                channel: Some("account:cool".to_owned()),
                ..plain.clone()
            },
            1,
        ),
        (
            Filter {
                channel: Some("account:warm".to_owned()),
                ..plain.clone()
            },
            0,
        ),
        (
            Filter {
                corner: vec!["account:cool".to_owned()],
                ..plain.clone()
            },
            1,
        ),
        (
            Filter {
                status: StatusFilter::parse("5xx"),
                ..plain.clone()
            },
            3,
        ),
        (
            Filter {
                status: StatusFilter::parse("500"),
                ..plain.clone()
            },
            3,
        ),
        (
            Filter {
                status: StatusFilter::parse("404"),
                ..plain.clone()
            },
            0,
        ),
        (reset.clone(), 1),
        (
            Filter {
                webhook: None,
                ..plain
            },
            4,
        ),
    ] {
        let count = world
            .store()
            .count_job(cool.id, &filter, world.now, SECOND)
            .await
            .expect("counted");
        assert_eq!(
            (count.to_send, count.complete),
            (expected, true),
            "{filter:?}"
        );
        assert_eq!(count.skipped.total(), 0, "{filter:?}");
    }
    start(&world, &cool, reset).await;
    assert_eq!(run(&mut world).await, 1);
}

/// A job of an organization goes through its webhooks one after the other, and counts as it goes;
/// counting that runs out of time says so.
pub async fn a_job_goes_through_all_webhooks<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let mut expected = 0;
    for count in [0, 3, 0, 12, 1, 0] {
        let webhook = world.webhook(&cool).await;
        fail(&mut world, &cool, &webhook, count).await;
        expected += count;
    }
    let theirs = world.webhook(&warm).await;
    fail(&mut world, &warm, &theirs, 5).await;
    let count = async |budget| {
        let counted = world
            .store()
            .count_job(cool.id, &Filter::default(), world.now, budget)
            .await;
        counted.expect("counted")
    };
    let all = count(SECOND).await;
    assert_eq!((all.to_send, all.complete), (expected as u64, true));
    let some = count(0).await;
    assert!(!some.complete);
    assert!(some.to_send < all.to_send, "{some:?}");
    let job = start(&world, &cool, Filter::default()).await;
    assert_eq!(run(&mut world).await, expected);
    assert_eq!(read(&world, &job).await.done, expected as u64);
    assert_eq!(world.claim(&theirs, 9).await.len(), 0);
}

/// What a disable has cancelled is taken once its rows say so, and not left out because they do not
/// yet.
pub async fn a_job_waits_for_the_sweep<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for _ in 0..3 {
        world.enqueue(&cool, &webhook).await;
    }
    world.now = world.now + SECOND;
    world.switch(&webhook, false).await;
    world.now = world.now + SECOND;
    world.switch(&webhook, true).await;
    world.now = world.now + SECOND;
    let filter = Filter {
        states: vec![State::Cancelled],
        ..of(&webhook)
    };
    let store = world.store();
    let count = store.count_job(cool.id, &filter, world.now, SECOND).await;
    assert!(!count.expect("counted").complete);
    start(&world, &cool, filter.clone()).await;
    let early = super::step(&world).await;
    assert_eq!(
        (early.made, early.next_at),
        (None, Some(world.now + SECOND))
    );
    world.sweep().await;
    let count = store.count_job(cool.id, &filter, world.now, SECOND).await;
    let count = count.expect("counted");
    assert_eq!((count.to_send, count.complete), (3, true));
    drop(store);
    world.now = world.now + SECOND;
    assert_eq!(run(&mut world).await, 3);
}

/// An event that went to many webhooks, failed at each, was sent again to each and failed again: each
/// gets it once more, and nobody twice. A resend that failed is left out while the delivery that was
/// made with the event is still being tried.
pub async fn an_event_that_went_to_many_is_sent_again_to_each<S: Subject>(subject: S) {
    const MANY: usize = 30;
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut webhooks = Vec::new();
    for _ in 0..MANY {
        webhooks.push(world.webhook(&cool).await);
    }
    let all: Vec<_> = webhooks.iter().collect();
    let new = world.to(world.event(&cool), &all, Kind::Matched, false);
    let event = new.event.id;
    world.submit(&cool, vec![new]).await.expect("stored");
    for round in 0..3 {
        for webhook in &webhooks {
            assert_eq!(fail_pending(&mut world, webhook).await, 1);
        }
        world.now = world.now + SECOND;
        let job = start(&world, &cool, Filter::default()).await;
        assert_eq!(run(&mut world).await, MANY);
        let job = read(&world, &job).await;
        assert_eq!(
            job.skipped.sent_again,
            (round * MANY) as u64,
            "round {round}"
        );
    }
    assert_eq!(resent(&world, &cool, event).await.len(), 3 * MANY);

    let webhook = &webhooks[MANY / 2];
    fail_pending(&mut world, webhook).await;
    let (tried, _) = world.enqueue(&cool, webhook).await;
    let first = world.claim(webhook, 1).await.remove(0);
    let later = Next::RetryAt(world.now + HOUR);
    world.attempt(&first, 500, later).await;
    let new = NewDelivery {
        id: world.id(),
        webhook_id: webhook.id,
        kind: Kind::Resent,
        claimed: false,
    };
    let again = world
        .store()
        .enqueue_again(cool.id, tried, vec![new], world.now)
        .await;
    again.expect("stored");
    assert_eq!(fail_pending(&mut world, webhook).await, 1, "the resend");
    let filter = Filter {
        since: Some(world.now),
        ..of(webhook)
    };
    let store = world.store();
    let count = store.count_job(cool.id, &filter, world.now, SECOND).await;
    let count = count.expect("counted");
    assert_eq!((count.to_send, count.skipped.sent_again), (0, 1));
}
