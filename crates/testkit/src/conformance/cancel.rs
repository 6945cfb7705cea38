//! Cancelling one delivery by hand, and what is on its way meanwhile.

use bellwire_core::{
    delivery::{CancelReason, State},
    policy::Next,
    ports::Error,
    time::{HOUR, MINUTE},
};

use super::{Subject, World};

/// It did arrive, whatever was decided while it was on its way.
pub async fn a_success_after_a_cancel_is_delivered<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (_, by_hand) = world.enqueue(&cool, &webhook).await;
    let (_, by_disable) = world.enqueue(&cool, &webhook).await;
    let jobs = world.claim(&webhook, 2).await;
    world
        .store()
        .cancel(cool.id, by_hand, world.now)
        .await
        .expect("cancelled");
    world.switch(&webhook, false).await;
    for job in &jobs {
        world.attempt(job, 200, Next::Deliver).await;
    }
    for id in [by_hand, by_disable] {
        let delivery = world.delivery(&cool, id).await;
        assert_eq!(
            (delivery.state, delivery.cancel_reason),
            (State::Delivered, None)
        );
    }
    world.sweep().await;
    assert_eq!(world.state(&cool, by_disable).await, State::Delivered);
    assert_eq!(world.store().stats().pending, 0);
}

/// A failure after a cancel is kept as an attempt and changes nothing else.
pub async fn a_cancelled_delivery_stays_cancelled<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for next in [Next::Fail, Next::RetryAt(world.now + HOUR)] {
        let (event_id, id) = world.enqueue(&cool, &webhook).await;
        let job = world.claim(&webhook, 1).await.remove(0);
        world
            .store()
            .cancel(cool.id, id, world.now)
            .await
            .expect("cancelled");
        world.attempt(&job, 500, next).await;
        let delivery = world.delivery(&cool, id).await;
        assert_eq!(delivery.state, State::Cancelled);
        assert_eq!(delivery.cancel_reason, Some(CancelReason::Manual));
        assert_eq!(delivery.attempts, 1);
        let detail = world
            .store()
            .event(cool.id, event_id)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(detail.deliveries[0].attempts.len(), 1);
        assert_eq!(world.store().stats().pending, 0);
    }
}

/// By hand only what is pending, only one's own, only once.
pub async fn cancelling_by_hand<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let webhook = world.webhook(&cool).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    let refused = world.store().cancel(warm.id, id, world.now).await;
    assert!(
        matches!(refused, Err(Error::NotFound("delivery"))),
        "{refused:?}"
    );
    world.now = world.now + MINUTE;
    let cancelled = world
        .store()
        .cancel(cool.id, id, world.now)
        .await
        .expect("cancelled");
    assert_eq!(cancelled.state, State::Cancelled);
    assert_eq!(cancelled.cancel_reason, Some(CancelReason::Manual));
    assert_eq!(cancelled.updated_at, world.now);
    let stored = world.delivery(&cool, id).await;
    assert_eq!(
        (stored.state, stored.updated_at),
        (State::Cancelled, world.now)
    );
    let refused = world.store().cancel(cool.id, id, world.now).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert!(world.claim(&webhook, 5).await.is_empty());
    assert_eq!(world.store().stats().pending, 0);
    // What a disable has cancelled is not pending either, swept or not.
    let (_, id) = world.enqueue(&cool, &webhook).await;
    world.switch(&webhook, false).await;
    let refused = world.store().cancel(cool.id, id, world.now).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}
