//! What goes when it is old, what stays because something is pending, and what is told of the rest.

use bellwire_core::{
    delivery::{Kind, State},
    ids::{DeliveryId, EventId},
    organization::Organization,
    policy::Next,
    ports::{Error, EventFilter, NewDelivery, Removed, Retention, SLACK_US, Stored},
    time::{DAY, DurationUs, HOUR},
    webhook::Webhook,
};
use bytes::Bytes;

use super::{Subject, World};

/// Far more steps than any pass here takes.
const STEPS: usize = 10_000;

const EVENTS: Retention = Retention {
    events: Some(10 * DAY),
    payloads: None,
    attempts: None,
    audit: None,
};
const PAYLOADS: Retention = Retention {
    events: None,
    payloads: Some(10 * DAY),
    attempts: None,
    audit: None,
};
const ATTEMPTS: Retention = Retention {
    events: None,
    payloads: None,
    attempts: Some(10 * DAY),
    audit: None,
};

/// A whole pass; what it removed.
pub(super) async fn pass<S: Subject>(world: &World<S>, limits: &Retention) -> Removed {
    let mut removed = Removed::default();
    for _ in 0..STEPS {
        let step = world.store().retain(limits, world.now).await;
        let step = step.expect("a step works");
        removed += step.removed;
        if !step.more {
            return removed;
        }
    }
    panic!("a pass has no end");
}

/// Past the limit, however the store rounds it.
pub(super) fn later(limits: &Retention) -> DurationUs {
    let limits = [limits.events, limits.payloads, limits.attempts];
    limits.into_iter().flatten().max().unwrap_or(0) + SLACK_US
}

pub(super) async fn event_there<S: Subject>(
    world: &World<S>,
    cool: &Organization,
    id: EventId,
) -> bool {
    let found = world.store().event(cool.id, id).await;
    found.expect("it is read").is_some()
}

async fn data<S: Subject>(world: &World<S>, cool: &Organization, id: EventId) -> Bytes {
    let found = world.store().event(cool.id, id).await;
    found.expect("it is read").expect("it is there").event.data
}

async fn attempts<S: Subject>(world: &World<S>, cool: &Organization, webhook: &Webhook) -> usize {
    let page = world.store().attempts(cool.id, webhook.id, None, 100).await;
    page.expect("they are read").items.len()
}

/// Claims everything that a webhook has due, and has it answered.
pub(super) async fn send<S: Subject>(world: &World<S>, webhook: &Webhook, status: u16, next: Next) {
    for job in world.claim(webhook, 1000).await {
        world.attempt(&job, status, next).await;
    }
}

pub(super) async fn resend<S: Subject>(
    world: &World<S>,
    cool: &Organization,
    event: EventId,
    webhook: &Webhook,
) -> Result<DeliveryId, Error> {
    let new = NewDelivery {
        id: world.id(),
        webhook_id: webhook.id,
        kind: Kind::Resent,
        claimed: false,
    };
    let stored = world
        .store()
        .enqueue_again(cool.id, event, vec![new], world.now)
        .await;
    stored.map(|_| new.id)
}

/// Deliveries, resends, attempts, excerpts and external ids go with their event; what is younger
/// stays, and the external id is free.
pub async fn an_old_event_goes_with_all_that_came_of_it<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut event = world.event(&cool);
    event.external_id = Some("booking-1".to_owned());
    let new = world.to(event, &[&webhook], Kind::Matched, false);
    let (old, delivery) = (new.event.id, new.deliveries[0].id);
    world.submit(&cool, vec![new]).await.expect("stored");
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + 5 * DAY;
    let again = resend(&world, &cool, old, &webhook).await.expect("resent");
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + later(&EVENTS) - 5 * DAY;
    let (young, _) = world.enqueue(&cool, &webhook).await;
    send(&world, &webhook, 200, Next::Deliver).await;

    let removed = pass(&world, &EVENTS).await;
    assert_eq!((removed.events, removed.payloads), (1, 0), "{removed:?}");
    assert_eq!(removed.deliveries, 2, "{removed:?}");
    assert!(!event_there(&world, &cool, old).await);
    for gone in [delivery, again] {
        let found = world.store().delivery(cool.id, gone).await;
        assert_eq!(found.expect("it is read"), None);
    }
    assert!(event_there(&world, &cool, young).await);
    assert_eq!(attempts(&world, &cool, &webhook).await, 1);
    let filter = EventFilter {
        external_id: Some("booking-1".to_owned()),
        ..EventFilter::default()
    };
    let page = world
        .store()
        .events(cool.id, &filter, None, 10, std::time::Duration::MAX)
        .await;
    assert_eq!(page.expect("listed").items, []);
    let missing = resend(&world, &cool, old, &webhook).await;
    assert!(
        matches!(missing, Err(Error::NotFound("event"))),
        "{missing:?}"
    );
    let mut event = world.event(&cool);
    event.external_id = Some("booking-1".to_owned());
    let new = world.to(event, &[&webhook], Kind::Matched, false);
    let receipts = world.submit(&cool, vec![new]).await.expect("stored");
    assert!(!receipts[0].repeated);
    assert_eq!(pass(&world, &EVENTS).await, Removed::default());
    world.crash().await;
    assert!(!event_there(&world, &cool, old).await);
    assert!(event_there(&world, &cool, young).await);
}

/// An event with a pending delivery keeps everything, whatever goes around it, and goes when the
/// delivery has come to its end.
pub async fn what_is_pending_stays_whole<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (slow, quick) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (other, _) = world.enqueue(&cool, &quick).await;
    let (kept, delivery) = world.enqueue(&cool, &slow).await;
    send(&world, &quick, 200, Next::Deliver).await;
    let retry = world.now + later(&EVENTS) + HOUR;
    let body = Bytes::from("x".repeat(500));
    for job in world.claim(&slow, 5).await {
        let mut record = world.record(&job, 500, Next::RetryAt(retry));
        record.attempt.excerpt = body.clone();
        let recorded = world.store().record(vec![record].into()).await;
        recorded.expect("recorded");
    }
    world.now = world.now + later(&EVENTS);
    let all = Retention {
        payloads: EVENTS.events,
        attempts: EVENTS.events,
        ..EVENTS
    };
    let removed = pass(&world, &all).await;
    assert_eq!((removed.events, removed.payloads), (1, 0), "{removed:?}");
    assert!(!event_there(&world, &cool, other).await);
    let detail = world.store().event(cool.id, kept).await;
    let detail = detail.expect("it is read").expect("it is there");
    assert_eq!(detail.event.data, "{\"n\":1}");
    assert_eq!(detail.deliveries[0].attempts[0].excerpt, body);
    assert_eq!(world.state(&cool, delivery).await, State::Pending);
    assert_eq!(pass(&world, &all).await, Removed::default());

    world.crash().await;
    world.now = retry;
    let jobs = world.claim(&slow, 5).await;
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].event.id, jobs[0].attempts), (kept, 1));
    let mut record = world.record(&jobs[0], 200, Next::Deliver);
    record.attempt.excerpt = body.clone();
    let recorded = world.store().record(vec![record].into()).await;
    recorded.expect("recorded");
    let detail = world.store().event(cool.id, kept).await;
    let detail = detail.expect("it is read").expect("it is there");
    let excerpts = detail.deliveries[0].attempts.iter().map(|a| &a.excerpt);
    assert_eq!(excerpts.collect::<Vec<_>>(), [&body, &body]);
    assert_eq!(pass(&world, &all).await.events, 1);
    assert!(!event_there(&world, &cool, kept).await);
}

/// A resend that is pending keeps its event, and no younger than it was.
pub async fn a_pending_resend_keeps_its_event<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event, _) = world.enqueue(&cool, &webhook).await;
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + later(&EVENTS);
    resend(&world, &cool, event, &webhook)
        .await
        .expect("resent");
    assert_eq!(pass(&world, &EVENTS).await, Removed::default());
    assert_eq!(data(&world, &cool, event).await, "{\"n\":1}");
    let jobs = world.claim(&webhook, 5).await;
    assert_eq!(jobs[0].event.id, event);
    world.attempt(&jobs[0], 200, Next::Deliver).await;
    assert_eq!(pass(&world, &EVENTS).await.events, 1);
    assert!(!event_there(&world, &cool, event).await);
}

/// The data goes, everything else stays; what is gone cannot be sent again.
pub async fn payloads_go_and_events_stay<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut event = world.event(&cool);
    event.external_id = Some("one".to_owned());
    event.channels = vec!["account:cool".to_owned()];
    event.data = Bytes::from(format!("\"{}\"", "y".repeat(100_000)));
    let new = world.to(event, &[&webhook], Kind::Matched, false);
    let (old, delivery) = (new.event.id, new.deliveries[0].id);
    world.submit(&cool, vec![new]).await.expect("stored");
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + later(&PAYLOADS);
    let (young, _) = world.enqueue(&cool, &webhook).await;
    send(&world, &webhook, 200, Next::Deliver).await;
    let before = world.store().event(cool.id, old).await.expect("read");

    let removed = pass(&world, &PAYLOADS).await;
    assert_eq!(
        removed,
        Removed {
            payloads: 1,
            ..Removed::default()
        }
    );
    world.crash().await;
    let after = world.store().event(cool.id, old).await.expect("read");
    let (mut before, after) = (before.expect("there"), after.expect("there"));
    assert!(after.event.is_payload_removed());
    before.event.data = Bytes::new();
    assert_eq!(after, before, "nothing else has changed");
    assert_eq!(world.state(&cool, delivery).await, State::Delivered);
    assert_eq!(data(&world, &cool, young).await, "{\"n\":1}");
    let refused = resend(&world, &cool, old, &webhook).await;
    assert!(matches!(refused, Err(Error::PayloadRemoved)), "{refused:?}");
    resend(&world, &cool, young, &webhook)
        .await
        .expect("resent");
    assert_eq!(pass(&world, &PAYLOADS).await, Removed::default());
    // Later days are found again, and an event that is stored on what was freed is whole.
    world.now = world.now + later(&PAYLOADS);
    send(&world, &webhook, 200, Next::Deliver).await;
    let (newest, _) = world.enqueue(&cool, &webhook).await;
    assert_eq!(pass(&world, &PAYLOADS).await.payloads, 1);
    assert!(data(&world, &cool, young).await.is_empty());
    assert_eq!(data(&world, &cool, newest).await, "{\"n\":1}");
}

/// A payload that was passed by because of a pending delivery goes when that has come to its end.
pub async fn the_payload_of_a_pending_delivery_stays<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (slow, quick) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (kept, _) = world.enqueue(&cool, &slow).await;
    let (again, _) = world.enqueue(&cool, &quick).await;
    let (other, _) = world.enqueue(&cool, &quick).await;
    send(&world, &quick, 200, Next::Deliver).await;
    world.now = world.now + later(&PAYLOADS);
    resend(&world, &cool, again, &slow).await.expect("resent");
    assert_eq!(pass(&world, &PAYLOADS).await.payloads, 1);
    assert!(data(&world, &cool, other).await.is_empty());
    world.crash().await;
    assert_eq!(pass(&world, &PAYLOADS).await, Removed::default());
    let jobs = world.claim(&slow, 5).await;
    assert_eq!(jobs.len(), 2);
    for job in &jobs {
        assert_eq!(job.event.data, "{\"n\":1}");
        world.attempt(job, 200, Next::Deliver).await;
    }
    assert_eq!(pass(&world, &PAYLOADS).await.payloads, 2);
    for event in [kept, again] {
        assert!(data(&world, &cool, event).await.is_empty());
    }
    assert_eq!(pass(&world, &PAYLOADS).await, Removed::default());
}

/// Attempts go; their delivery stays as it is, and says how many there were.
pub async fn attempts_go_and_deliveries_stay<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (slow, quick) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (_, done) = world.enqueue(&cool, &quick).await;
    let (event, open) = world.enqueue(&cool, &slow).await;
    send(&world, &quick, 500, Next::RetryAt(world.now + HOUR)).await;
    let far = world.now + 40 * DAY;
    send(&world, &slow, 500, Next::RetryAt(far)).await;
    world.now = world.now + HOUR;
    send(&world, &quick, 200, Next::Deliver).await;
    world.now = world.now + later(&ATTEMPTS);
    let (_, young) = world.enqueue(&cool, &quick).await;
    send(&world, &quick, 200, Next::Deliver).await;

    pass(&world, &ATTEMPTS).await;
    world.crash().await;
    assert_eq!(attempts(&world, &cool, &quick).await, 1);
    assert_eq!(attempts(&world, &cool, &slow).await, 1, "it is pending");
    for (delivery, count) in [(done, 2), (young, 1), (open, 1)] {
        assert_eq!(world.delivery(&cool, delivery).await.attempts, count);
    }
    assert_eq!(world.state(&cool, done).await, State::Delivered);
    assert_eq!(data(&world, &cool, event).await, "{\"n\":1}");
    assert_eq!(pass(&world, &ATTEMPTS).await, Removed::default());
    world.now = far;
    let jobs = world.claim(&slow, 5).await;
    assert_eq!((jobs.len(), jobs[0].attempts), (1, 1));
    world.attempt(&jobs[0], 200, Next::Deliver).await;
    world.now = world.now + DAY;
    pass(&world, &ATTEMPTS).await;
    let left = world.store().attempts(cool.id, slow.id, None, 10).await;
    let left = left.expect("they are read").items;
    assert!(
        left.iter().any(|attempt| attempt.number == 2),
        "it is a day old"
    );
    world.now = world.now + later(&ATTEMPTS);
    pass(&world, &ATTEMPTS).await;
    assert_eq!(attempts(&world, &cool, &slow).await, 0);
    assert_eq!(world.delivery(&cool, open).await.attempts, 2);
}

/// Without a limit nothing goes, however old.
pub async fn without_limits_nothing_goes<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event, _) = world.enqueue(&cool, &webhook).await;
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + 4000 * DAY;
    assert_eq!(
        pass(&world, &Retention::default()).await,
        Removed::default()
    );
    assert_eq!(data(&world, &cool, event).await, "{\"n\":1}");
    assert_eq!(attempts(&world, &cool, &webhook).await, 1);
}

/// An event with more deliveries than a step takes goes in several, and whole.
pub async fn an_event_with_many_deliveries_goes_in_steps<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let many = vec![&webhook; 700];
    let new = world.to(world.event(&cool), &many, Kind::Matched, false);
    let event = new.event.id;
    let deliveries: Vec<DeliveryId> = new.deliveries.iter().map(|new| new.id).collect();
    world.submit(&cool, vec![new]).await.expect("stored");
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + later(&EVENTS);
    let removed = pass(&world, &EVENTS).await;
    assert_eq!((removed.events, removed.deliveries), (1, 700));
    assert!(!event_there(&world, &cool, event).await);
    for id in [deliveries[0], deliveries[699]] {
        let found = world.store().delivery(cool.id, id).await;
        assert_eq!(found.expect("it is read"), None);
    }
    assert_eq!(attempts(&world, &cool, &webhook).await, 0);
    assert_eq!(world.store().stats().pending, 0);
}

/// The report has a line for each kind, and knows the days.
pub async fn storage_tells_what_takes_space<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let empty = world.store().storage().await.expect("measured");
    assert_eq!((empty.oldest_day, empty.newest_day), (None, None));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let first = world.now.day();
    for _ in 0..40 {
        let mut event = world.event(&cool);
        event.data = Bytes::from(format!("\"{}\"", "z".repeat(3000)));
        let new = world.to(event, &[&webhook], Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
    }
    send(&world, &webhook, 200, Next::Deliver).await;
    world.now = world.now + 3 * DAY;
    world.enqueue(&cool, &webhook).await;
    let storage = world.store().storage().await.expect("measured");
    let size = world.store().size().await.expect("measured");
    assert_eq!(size.store, storage.store);
    // The file may grow in between.
    let (known, told) = (storage.total_bytes(), size.bytes);
    assert!(told.abs_diff(known) <= known / 4, "{told} and {known}");
    let kinds: Vec<Stored> = storage.lines.iter().map(|line| line.what).collect();
    assert_eq!(kinds, Stored::ALL);
    assert_eq!(storage.oldest_day, Some(first));
    assert_eq!(storage.newest_day, Some(first + 3));
    let bytes = |what: Stored| {
        let line = storage.lines.iter().find(|line| line.what == what);
        line.expect("it has a line").bytes
    };
    assert!(bytes(Stored::Payloads) > 0, "{storage:?}");
    assert!(bytes(Stored::Attempts) > 0, "{storage:?}");
    assert!(storage.total_bytes() >= empty.total_bytes());
}
