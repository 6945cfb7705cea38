//! Stage 7: lists, details, numbers, and the walls between organizations.

use std::time::Duration;

use bellwire_core::{
    delivery::{Kind, State},
    ids::{EventId, WebhookId},
    policy::Next,
    ports::EventFilter,
    time::{DAY, HOUR, MINUTE},
};

use super::{Subject, World};

/// All pages of a list together.
pub(super) async fn all_pages<S: Subject>(
    world: &World<S>,
    organization: &bellwire_core::organization::Organization,
    filter: &EventFilter,
    limit: usize,
) -> Vec<EventId> {
    let mut found = Vec::new();
    let mut cursor = None;
    for _ in 0..1000 {
        let page = world
            .store()
            .events(organization.id, filter, cursor, limit, Duration::MAX)
            .await;
        let page = page.expect("read");
        assert!(page.items.len() <= limit);
        found.extend(page.items.iter().map(|summary| summary.event.id));
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
    panic!("the pages come to no end");
}

/// Newest first, every one once, whatever the size of a page.
pub async fn events_are_listed_newest_first_in_pages<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    assert!(
        all_pages(&world, &cool, &EventFilter::default(), 5)
            .await
            .is_empty()
    );
    let mut expected = Vec::new();
    for _ in 0..23 {
        expected.insert(0, world.enqueue(&cool, &webhook).await.0);
        world.now = world.now + MINUTE;
    }
    for limit in [1, 5, 23, 100] {
        let found = all_pages(&world, &cool, &EventFilter::default(), limit).await;
        assert_eq!(found, expected, "pages of {limit}");
    }
    let page = world
        .store()
        .events(cool.id, &EventFilter::default(), None, 1, Duration::MAX)
        .await;
    let summary = page.expect("read").items.remove(0);
    assert_eq!(summary.deliveries, [1, 0, 0, 0, 0, 0]);
    assert_eq!(summary.event.event_type, "booking.created");
    assert!(summary.event.data.is_empty(), "a list carries no data");
}

/// ADV-6, ADV-7: each filter by itself, and together (AND).
pub async fn filters_combine<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let mut ids = Vec::new();
    for (event_type, channel, external_id, webhooks) in [
        ("a.one", "account:x", "1", vec![&a]),
        ("a.two", "account:x", "2", vec![&a, &b]),
        ("a.one", "account:y", "3", vec![&b]),
        ("a.one", "account:x", "4", vec![]),
    ] {
        let mut event = world.event(&cool);
        event.event_type = event_type.to_owned();
        event.channels = vec![channel.to_owned(), "all".to_owned()];
        event.external_id = Some(external_id.to_owned());
        ids.push(event.id);
        let new = world.to(event, &webhooks, Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
        world.now = world.now + MINUTE;
    }
    // Everything for webhook a is delivered, everything for b waits.
    for job in world.claim(&a, 10).await {
        world.attempt(&job, 200, Next::Deliver).await;
    }
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (
            EventFilter {
                event_type: text("a.one"),
                ..Default::default()
            },
            vec![3, 2, 0],
        ),
        (
            EventFilter {
                channel: text("account:x"),
                ..Default::default()
            },
            vec![3, 1, 0],
        ),
        (
            EventFilter {
                channel: text("all"),
                ..Default::default()
            },
            vec![3, 2, 1, 0],
        ),
        (
            EventFilter {
                channel: text("account"),
                ..Default::default()
            },
            vec![],
        ),
        (
            EventFilter {
                external_id: text("2"),
                ..Default::default()
            },
            vec![1],
        ),
        (
            EventFilter {
                external_id: text("9"),
                ..Default::default()
            },
            vec![],
        ),
        (
            EventFilter {
                webhook: Some(b.id),
                ..Default::default()
            },
            vec![2, 1],
        ),
        (
            EventFilter {
                states: vec![State::Delivered],
                ..Default::default()
            },
            vec![1, 0],
        ),
        (
            EventFilter {
                states: vec![State::Pending],
                ..Default::default()
            },
            vec![2, 1],
        ),
        (
            EventFilter {
                states: vec![State::Failed],
                ..Default::default()
            },
            vec![],
        ),
        (
            EventFilter {
                states: vec![State::Pending],
                webhook: Some(a.id),
                ..Default::default()
            },
            vec![],
        ),
        (
            EventFilter {
                event_type: text("a.two"),
                states: vec![State::Delivered],
                webhook: Some(a.id),
                channel: text("account:x"),
                external_id: text("2"),
                updated_since: Some(world.now - DAY),
                ..Default::default()
            },
            vec![1],
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|index: usize| ids[index])
            .collect();
        for limit in [1, 10] {
            assert_eq!(
                all_pages(&world, &cool, &filter, limit).await,
                expected,
                "{filter:?}"
            );
        }
    }
    // What a disable cancels is filtered as cancelled, before the sweep too.
    world.switch(&b, false).await;
    let cancelled = EventFilter {
        states: vec![State::Cancelled],
        ..Default::default()
    };
    assert_eq!(
        all_pages(&world, &cool, &cancelled, 10).await,
        [ids[2], ids[1]]
    );
}

/// ADV-7: an event made ten days ago and attempted today shows under "last 24 hours".
pub async fn updated_since_looks_at_deliveries<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (attempted, _) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.enqueue(&cool, &webhook).await;
    world.now = world.now + 10 * DAY;
    world.attempt(&job, 500, Next::Fail).await;
    let filter = EventFilter {
        updated_since: Some(world.now - DAY),
        ..EventFilter::default()
    };
    let page = world
        .store()
        .events(cool.id, &filter, None, 10, Duration::MAX)
        .await
        .expect("read");
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].event.id, attempted);
    assert_eq!(page.items[0].updated_at, world.now);
    assert_eq!(page.items[0].deliveries, [0, 0, 1, 0, 0, 0]);
    // A cancellation is an update too.
    world.now = world.now + 10 * DAY;
    world.switch(&webhook, false).await;
    let filter = EventFilter {
        updated_since: Some(world.now),
        ..EventFilter::default()
    };
    assert_eq!(all_pages(&world, &cool, &filter, 10).await.len(), 1);
}

/// ADV-9, ADV-10: the event, the webhooks it was sent to with their state, every attempt.
pub async fn an_event_shows_deliveries_and_attempts<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let event = world.event(&cool);
    let new = world.to(event.clone(), &[&a, &b], Kind::Matched, false);
    world.submit(&cool, vec![new]).await.expect("stored");
    for (status, next) in [
        (500, Next::RetryAt(world.now + HOUR)),
        (404, Next::RetryAt(world.now + HOUR)),
        (200, Next::Deliver),
    ] {
        let job = world.claim(&a, 1).await.remove(0);
        world.attempt(&job, status, next).await;
        world.now = world.now + HOUR;
    }
    let detail = world
        .store()
        .event(cool.id, event.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(detail.event, event);
    let shown: Vec<_> = detail
        .deliveries
        .iter()
        .map(|view| {
            (
                view.delivery.webhook_id,
                view.delivery.state,
                view.attempts.len(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [(a.id, State::Delivered, 3), (b.id, State::Pending, 0)]
    );
    let numbers: Vec<_> = detail.deliveries[0]
        .attempts
        .iter()
        .map(|attempt| attempt.number)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    let missing = world
        .store()
        .event(cool.id, world.id())
        .await
        .expect("read");
    assert_eq!(missing, None);
}

/// EVI-15: the last ones first, all of them in pages, equal times included.
pub async fn attempts_are_paged_newest_first<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    for step in 0..17 {
        for webhook in [&a, &b] {
            world.enqueue(&cool, webhook).await;
        }
        for webhook in [&a, &b] {
            for job in world.claim(webhook, 9).await {
                world
                    .attempt(&job, 500, Next::RetryAt(world.now + MINUTE))
                    .await;
            }
        }
        if step % 3 != 0 {
            world.now = world.now + MINUTE;
        }
    }
    let whole = world
        .store()
        .attempts(cool.id, a.id, None, 10_000)
        .await
        .expect("read");
    assert_eq!(whole.next, None);
    assert!(whole.items.len() > 17);
    assert!(whole.items.is_sorted_by(|left, right| left.at >= right.at));
    assert!(whole.items.iter().all(|attempt| attempt.webhook_id == a.id));
    for limit in [1, 10, whole.items.len()] {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let page = world
                .store()
                .attempts(cool.id, a.id, cursor, limit)
                .await
                .expect("read");
            assert!(page.items.len() <= limit && found.len() <= whole.items.len());
            found.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, whole.items, "pages of {limit}");
    }
}

/// In the order asked for; a webhook without attempts has none.
pub async fn health_shows_counters_and_the_last_attempt<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    for status in [500, 503] {
        world.enqueue(&cool, &a).await;
        let job = world.claim(&a, 1).await.remove(0);
        world.attempt(&job, status, Next::Fail).await;
        world.now = world.now + MINUTE;
    }
    let health = world.store().health(&[b.id, a.id]).await.expect("read");
    assert_eq!(
        health
            .iter()
            .map(|health| health.webhook_id)
            .collect::<Vec<_>>(),
        [b.id, a.id]
    );
    assert_eq!(health[0].last_attempt, None);
    assert_eq!(health[1].counters.server_errors, 2);
    let last = health[1].last_attempt.as_ref().expect("one");
    assert_eq!(last.at, world.now - MINUTE);
    assert_eq!(last.organization_id, cool.id);
}

/// Another organization's ids are ids of nothing, in every read.
pub async fn one_organization_sees_nothing_of_another<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let webhook = world.webhook(&cool).await;
    let (event_id, delivery_id) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 500, Next::Fail).await;
    let store = world.store();
    let everything = EventFilter::default();
    let by_webhook = EventFilter {
        webhook: Some(webhook.id),
        ..EventFilter::default()
    };
    for filter in [&everything, &by_webhook] {
        assert_eq!(
            store
                .events(warm.id, filter, None, 9, Duration::MAX)
                .await
                .expect("read")
                .items,
            []
        );
    }
    assert_eq!(store.event(warm.id, event_id).await.expect("read"), None);
    assert_eq!(
        store.delivery(warm.id, delivery_id).await.expect("read"),
        None
    );
    assert_eq!(
        store
            .attempts(warm.id, webhook.id, None, 9)
            .await
            .expect("read")
            .items,
        []
    );
    assert_eq!(
        store.webhook(warm.id, webhook.id).await.expect("read"),
        None
    );
    let refused = store.cancel(warm.id, delivery_id, world.now).await;
    assert!(refused.is_err());
    assert!(
        store
            .event(cool.id, event_id)
            .await
            .expect("read")
            .is_some()
    );
    let unknown = store
        .attempts(cool.id, world.id::<WebhookId>(), None, 9)
        .await;
    assert_eq!(unknown.expect("read").items, []);
}

/// Pending ones are counted as they come and go, and after a crash.
pub async fn stats_count_what_is_pending<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.enqueue(&cool, &webhook).await.1);
    }
    let stats = world.store().stats();
    assert_eq!(stats.pending, 4);
    assert!(stats.commits >= 6 && stats.calls >= stats.commits);
    let jobs = world.claim(&webhook, 2).await;
    world.attempt(&jobs[0], 200, Next::Deliver).await;
    world.attempt(&jobs[1], 500, Next::RetryAt(world.now)).await;
    world
        .store()
        .cancel(cool.id, ids[3], world.now)
        .await
        .expect("cancelled");
    assert_eq!(world.store().stats().pending, 2);
    world.crash().await;
    assert_eq!(world.store().stats().pending, 2);
}

/// Readiness asks whether the store can write, by writing.
pub async fn ping_writes<S: Subject>(subject: S) {
    let world = World::new(subject);
    let before = world.store().stats().commits;
    world.store().ping().await.expect("it can");
    world.store().ping().await.expect("it can");
    assert!(world.store().stats().commits >= before + 2);
}
