//! What a pause holds, what a clearing cancels: by marks, at once and for everybody.

use std::sync::Arc;

use bellwire_core::{
    delivery::{CancelReason, Kind, State},
    ids::DeliveryId,
    policy::{Class, Counters, DisableRule, Next},
    ports::{Error, EventFilter, Record, Tally, WebhookChange},
    time::{DAY, HOUR, MINUTE, Time},
    webhook::{Drain, Paused, Webhook},
};

use super::{Subject, World, query::all_pages};
use crate::people::any;

const EVER: Time = Time::from_micros(i64::MAX);

/// Pauses or resumes a webhook, with a drain where a rate is given.
async fn pause<S: Subject>(world: &World<S>, webhook: &Webhook, on: bool, rate: Option<u32>) {
    let mut next = world.read(webhook).await;
    next.revision += 1;
    next.updated_at = world.now;
    next.paused = on.then(|| Paused {
        at: world.now,
        by: "ann".to_owned(),
    });
    next.drain = rate.map(|per_second| Drain {
        per_second,
        up_to: world.now,
    });
    let updated = world.store().update_webhook(next, false, any()).await;
    assert_eq!(updated.expect("it is changed"), WebhookChange::Stored);
}

async fn clear<S: Subject>(world: &World<S>, webhook: &Webhook) {
    let (organization, id) = (webhook.organization_id, webhook.id);
    let store = world.store();
    let cleared = store.clear_pending(organization, id, world.now, any());
    cleared.await.expect("it is cleared");
}

async fn given<S: Subject>(world: &World<S>, webhook: &Webhook) -> Vec<DeliveryId> {
    let jobs = world.claim(webhook, 100).await;
    jobs.iter().map(|job| job.delivery_id).collect()
}

/// Pause and drain are part of the webhook, of the catalogue and of its generation.
pub async fn a_pause_comes_back_as_it_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let former = world.submission(&cool, Vec::new()).await.generation;
    pause(&world, &webhook, true, None).await;
    assert!(world.submission(&cool, Vec::new()).await.generation > former);
    let expected = Some(Paused {
        at: world.now,
        by: "ann".to_owned(),
    });
    world.crash().await;
    assert_eq!(world.read(&webhook).await.paused, expected);
    let loaded = world.store().load_organization(cool.id).await;
    let loaded = loaded.expect("loaded").expect("it is there");
    assert_eq!(loaded.webhooks[0].paused, expected);
    pause(&world, &webhook, false, Some(7)).await;
    world.crash().await;
    let drained = world.read(&webhook).await;
    let drain = Drain {
        per_second: 7,
        up_to: world.now,
    };
    assert_eq!((drained.paused, drained.drain), (None, Some(drain)));
}

/// Nothing but tests is given out or looked for, and what is pending is seen as held, until the
/// webhook is resumed: then the oldest come first.
pub async fn what_is_pending_of_a_paused_webhook_is_held<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (webhook, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (_, first) = world.enqueue(&cool, &webhook).await;
    pause(&world, &webhook, true, None).await;
    world.now = world.now + MINUTE;
    let (event, second) = world.enqueue(&cool, &webhook).await;
    let (_, elsewhere) = world.enqueue(&cool, &other).await;
    for id in [first, second] {
        assert_eq!(world.state(&cool, id).await, State::Held);
    }
    let detail = world.store().event(cool.id, event).await;
    let detail = detail.expect("read").expect("it is there");
    assert_eq!(detail.deliveries[0].delivery.state, State::Held);
    assert_eq!(given(&world, &webhook).await, []);
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        None
    );
    let lanes = world.store().due_lanes().await.expect("asked");
    assert_eq!(lanes, [(other.id, world.now)]);
    assert_eq!(world.state(&cool, elsewhere).await, State::Pending);

    let test = world.to(world.event(&cool), &[&webhook], Kind::Test, false);
    let tested = test.deliveries[0].id;
    world.submit(&cool, vec![test]).await.expect("stored");
    assert_eq!(world.state(&cool, tested).await, State::Pending);
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        Some(world.now)
    );
    assert_eq!(given(&world, &webhook).await, [tested]);
    let waiting = world.store().waiting(webhook.id, EVER).await;
    assert_eq!(waiting.expect("counted").count, 3);

    // By hand each of them can be cancelled.
    let (_, third) = world.enqueue(&cool, &webhook).await;
    let cancelled = world.store().cancel(cool.id, third, world.now).await;
    assert_eq!(cancelled.expect("cancelled").state, State::Cancelled);
    pause(&world, &webhook, false, None).await;
    assert_eq!(given(&world, &webhook).await, [first, second]);
    assert_eq!(world.state(&cool, first).await, State::Pending);
}

/// The log finds what is held as held, and what is pending as pending.
pub async fn what_is_held_is_found_as_held<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let (webhook, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (held, _) = world.enqueue(&cool, &webhook).await;
    let (pending, _) = world.enqueue(&cool, &other).await;
    pause(&world, &webhook, true, None).await;
    for (state, expected) in [(State::Held, held), (State::Pending, pending)] {
        let filter = EventFilter {
            states: vec![state],
            ..EventFilter::default()
        };
        let found = all_pages(&world, &cool, &filter, 10).await;
        assert_eq!(found, [expected], "{state:?}");
    }
}

/// One mark cancels everything but tests: by hand, at once for everybody, for good; the rows follow.
pub async fn a_clearing_cancels_everything_that_is_pending<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let webhook = world.webhook(&cool).await;
    let (_, retried) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world
        .attempt(&job, 500, Next::RetryAt(world.now + HOUR))
        .await;
    let (_, under_way) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    assert_eq!(job.delivery_id, under_way);
    let (_, fresh) = world.enqueue(&cool, &webhook).await;
    let test = world.to(world.event(&cool), &[&webhook], Kind::Test, false);
    let tested = test.deliveries[0].id;
    world.submit(&cool, vec![test]).await.expect("stored");
    let former = world.submission(&cool, Vec::new()).await.generation;
    world.now = world.now + MINUTE;
    let refused = world
        .store()
        .clear_pending(warm.id, webhook.id, world.now, any())
        .await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    clear(&world, &webhook).await;
    assert!(world.submission(&cool, Vec::new()).await.generation > former);
    assert_eq!(world.read(&webhook).await.revision, 1, "it is the same");
    for id in [retried, under_way, fresh] {
        let delivery = world.delivery(&cool, id).await;
        assert_eq!(delivery.state, State::Cancelled);
        assert_eq!(delivery.cancel_reason, Some(CancelReason::Manual));
        assert_eq!(delivery.updated_at, world.now);
    }
    assert_eq!(world.state(&cool, tested).await, State::Pending);
    // What was under way fails, and is not tried again.
    world
        .attempt(&job, 500, Next::RetryAt(world.now + HOUR))
        .await;
    let (_, new) = world.enqueue(&cool, &webhook).await;
    world.crash().await;
    for id in [retried, under_way, fresh] {
        assert_eq!(world.state(&cool, id).await, State::Cancelled);
    }
    assert_eq!(world.state(&cool, new).await, State::Pending, "it is newer");
    world.now = world.now + 2 * HOUR;
    let mut given = given(&world, &webhook).await;
    given.sort_unstable();
    let mut expected = [tested, new];
    expected.sort_unstable();
    assert_eq!(given, expected);
    let at = world.now;
    world.now = world.now + HOUR;
    world.sweep().await;
    let swept = world.delivery(&cool, fresh).await;
    assert_eq!(swept.cancel_reason, Some(CancelReason::Manual));
    assert!(swept.updated_at < at, "when it was cancelled, not swept");
    assert_eq!(world.store().stats().pending, 2);
    let waiting = world.store().waiting(webhook.id, EVER).await;
    assert_eq!(
        waiting.expect("counted").count,
        2 - 1,
        "tests before it are not"
    );
    // Deleting: the earlier mark says why.
    let deleted = world
        .store()
        .delete_webhook(cool.id, webhook.id, true, world.now, "ann", any())
        .await;
    deleted.expect("it is deleted");
    let reason = world.delivery(&cool, retried).await.cancel_reason;
    assert_eq!(reason, Some(CancelReason::Manual));
    let reason = world.delivery(&cool, new).await.cancel_reason;
    assert_eq!(reason, Some(CancelReason::WebhookDeleted));
    let gone = world
        .store()
        .clear_pending(cool.id, webhook.id, world.now, any())
        .await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
}

/// A second clearing, while the first one is being swept, sweeps what the first one left.
pub async fn a_clearing_in_the_middle_of_a_sweep_is_swept_too<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let many = |count: usize| -> Vec<_> {
        (0..count)
            .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
            .collect()
    };
    let events = many(700);
    world.submit(&cool, events).await.expect("stored");
    clear(&world, &webhook).await;
    let more = world.store().sweep_cancelled().await.expect("swept");
    assert!(more, "a chunk of it");
    // It comes to lie before what the sweep has looked at: the clock goes back.
    world.now = world.now - HOUR;
    let (_, late) = world.enqueue(&cool, &webhook).await;
    clear(&world, &webhook).await;
    world.sweep().await;
    assert_eq!(world.state(&cool, late).await, State::Cancelled);
    assert_eq!(world.store().stats().pending, 0);
}

/// A threshold that is reached by what was under way when the webhook was paused disables nothing,
/// and resuming begins to count anew.
pub async fn a_paused_webhook_is_not_disabled<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    pause(&world, &webhook, true, None).await;
    let rule = DisableRule {
        after_client_errors: Some(1),
        ..DisableRule::default()
    };
    let next = Next::RetryAt(world.now + DAY);
    let record = Record {
        tally: Some(Tally {
            class: Class::ClientError,
            rule: Arc::new(rule),
        }),
        ..world.record(&job, 404, next)
    };
    let recorded = world.store().record(vec![record].into()).await;
    assert_eq!(recorded.expect("recorded").disabled, []);
    assert!(world.read(&webhook).await.is_enabled());
    assert_eq!(world.state(&cool, job.delivery_id).await, State::Held);
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters.client_errors, 1);
    pause(&world, &webhook, false, None).await;
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters, Counters::default());
    world.crash().await;
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters, Counters::default());
}

/// What waits is counted behind the marks and up to a time.
pub async fn what_waits_is_counted<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for _ in 0..5 {
        world.enqueue(&cool, &webhook).await;
    }
    world.claim(&webhook, 2).await;
    let until = world.now;
    world.now = world.now + MINUTE;
    world.enqueue(&cool, &webhook).await;
    let count = async |until| {
        let waiting = world.store().waiting(webhook.id, until).await;
        let waiting = waiting.expect("counted");
        assert!(!waiting.or_more);
        waiting.count
    };
    assert_eq!(count(until).await, 5, "what is being sent too");
    assert_eq!(count(EVER).await, 6);
    let ids = [world.id(), webhook.id];
    let each = world.store().waiting_each(&ids, EVER).await;
    let each: Vec<u64> = each.expect("counted").iter().map(|one| one.count).collect();
    assert_eq!(each, [0, 6], "in their order");
    clear(&world, &webhook).await;
    assert_eq!(count(EVER).await, 0, "before the sweep");
    let unknown = world.store().waiting(world.id(), EVER).await;
    assert_eq!(unknown.expect("counted").count, 0);
}
