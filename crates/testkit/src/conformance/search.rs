//! Stage 7, the log: filters one by one, filters together against a model, paging, and searches that
//! run out of time.

use std::time::Duration;

use bellwire_core::{
    delivery::{Kind, State},
    ids::{DeliveryId, EventId},
    job::StatusFilter,
    organization::Organization,
    outcome::{Answer, Cause},
    policy::Next,
    ports::{EventCursor, EventFilter, NewDelivery},
    time::{DAY, HOUR, MINUTE, Time},
    webhook::Webhook,
};
use bytes::Bytes;

use super::{Subject, World, query::all_pages};

/// Pages of a search that has no time at all; how far back each says it has looked.
pub(super) async fn hurried<S: Subject>(
    world: &World<S>,
    organization: &Organization,
    filter: &EventFilter,
    limit: usize,
) -> (Vec<EventId>, Vec<Time>) {
    let (mut found, mut times) = (Vec::new(), Vec::new());
    let mut cursor: Option<EventCursor> = None;
    for _ in 0..5000 {
        let page = world
            .store()
            .events(organization.id, filter, cursor, limit, Duration::ZERO)
            .await
            .expect("read");
        found.extend(page.items.iter().map(|summary| summary.event.id));
        times.extend(page.searched_back_to);
        let Some(next) = page.next else {
            assert_eq!(page.searched_back_to, None, "the end is no interruption");
            return (found, times);
        };
        assert_ne!(Some(next), cursor, "it does not get on: {filter:?}");
        assert_eq!(
            page.searched_back_to.is_none(),
            page.items.len() >= limit,
            "a short page says how far it went: {filter:?}"
        );
        cursor = Some(next);
    }
    panic!("the pages come to no end: {filter:?}");
}

/// ADV-5: status, class, cause, times, ids and text, each by itself.
pub async fn each_filter_of_the_log<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (mut ids, mut deliveries, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..5 {
        let mut event = world.event(&cool);
        event.external_id = Some(format!("booking-{number}"));
        event.test = number == 2;
        event.data = Bytes::from(format!("{{\"guest\":\"Jane No{number}\"}}"));
        ids.push(event.id);
        times.push(world.now);
        let new = world.to(event, &[&a, &b], Kind::Matched, false);
        deliveries.push(new.deliveries[1].id);
        world.submit(&cool, vec![new]).await.expect("stored");
        world.now = world.now + HOUR;
    }
    // Everything arrives at webhook a. To b: 503 and then 200, 404, no answer, 201, nothing yet.
    for job in world.claim(&a, 10).await {
        world.attempt(&job, 200, Next::Deliver).await;
    }
    let jobs = world.claim(&b, 10).await;
    let retry = Next::RetryAt(world.now + MINUTE);
    world.attempt(&jobs[0], 503, retry).await;
    world.attempt(&jobs[1], 404, Next::Fail).await;
    let mut unanswered = world.record(&jobs[2], 0, Next::Fail);
    unanswered.attempt.answer = Answer::None(Cause::Dns);
    world
        .store()
        .record(vec![unanswered].into())
        .await
        .expect("recorded");
    world.attempt(&jobs[3], 201, Next::Deliver).await;
    world.now = world.now + HOUR;
    let again = world.claim(&b, 10).await;
    assert_eq!(again[0].event.id, ids[0]);
    world.attempt(&again[0], 200, Next::Deliver).await;

    let any = EventFilter::default;
    let status = |text| StatusFilter::parse(text);
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (
            EventFilter {
                status: status("503"),
                ..any()
            },
            vec![0],
        ),
        (
            EventFilter {
                status: status("5xx"),
                ..any()
            },
            vec![0],
        ),
        (
            EventFilter {
                status: status("504"),
                ..any()
            },
            vec![],
        ),
        (
            EventFilter {
                test: Some(true),
                ..any()
            },
            vec![2],
        ),
        (
            EventFilter {
                test: Some(false),
                ..any()
            },
            vec![4, 3, 1, 0],
        ),
        // To webhook b the last one was not attempted yet.
        (
            EventFilter {
                tried: true,
                webhook: Some(b.id),
                ..any()
            },
            vec![3, 2, 1, 0],
        ),
        (
            EventFilter {
                status: status("4xx"),
                ..any()
            },
            vec![1],
        ),
        (
            EventFilter {
                status: status("2xx"),
                ..any()
            },
            vec![4, 3, 2, 1, 0],
        ),
        (
            EventFilter {
                status: status("201"),
                ..any()
            },
            vec![3],
        ),
        (
            EventFilter {
                cause: Some(Cause::Dns),
                ..any()
            },
            vec![2],
        ),
        (
            EventFilter {
                cause: Some(Cause::Tls),
                ..any()
            },
            vec![],
        ),
        (
            EventFilter {
                states: vec![State::Failed],
                ..any()
            },
            vec![2, 1],
        ),
        (
            EventFilter {
                states: vec![State::Pending],
                ..any()
            },
            vec![4],
        ),
        (
            EventFilter {
                states: vec![State::Pending, State::Failed],
                ..any()
            },
            vec![4, 2, 1],
        ),
        // Of the same delivery: the one that arrived is not the one that failed.
        (
            EventFilter {
                states: vec![State::Failed],
                webhook: Some(a.id),
                ..any()
            },
            vec![],
        ),
        (
            EventFilter {
                states: vec![State::Delivered],
                webhook: Some(b.id),
                ..any()
            },
            vec![3, 0],
        ),
        (
            EventFilter {
                status: status("4xx"),
                states: vec![State::Delivered],
                ..any()
            },
            vec![],
        ),
        (
            EventFilter {
                created_since: Some(times[3]),
                ..any()
            },
            vec![4, 3],
        ),
        (
            EventFilter {
                created_until: Some(times[1]),
                ..any()
            },
            vec![0],
        ),
        (
            EventFilter {
                created_since: Some(times[1]),
                created_until: Some(times[3]),
                ..any()
            },
            vec![2, 1],
        ),
        (
            EventFilter {
                updated_since: Some(world.now),
                ..any()
            },
            vec![0],
        ),
        (
            EventFilter {
                updated_until: Some(world.now),
                ..any()
            },
            vec![4, 3, 2, 1],
        ),
        (
            EventFilter {
                id: text(&ids[2].to_string()),
                ..any()
            },
            vec![2],
        ),
        (
            EventFilter {
                id: text(&deliveries[1].to_string()),
                ..any()
            },
            vec![1],
        ),
        (
            EventFilter {
                id: text("booking-3"),
                ..any()
            },
            vec![3],
        ),
        (
            EventFilter {
                id: text(&b.id.to_string()),
                ..any()
            },
            vec![],
        ),
        (
            EventFilter {
                text: text("JANE no"),
                ..any()
            },
            vec![4, 3, 2, 1, 0],
        ),
        (
            EventFilter {
                text: text("no4\""),
                ..any()
            },
            vec![4],
        ),
        (
            EventFilter {
                text: text("booking"),
                ..any()
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<EventId> = expected.into_iter().map(|at: usize| ids[at]).collect();
        for limit in [1, 10] {
            let found = all_pages(&world, &cool, &filter, limit).await;
            assert_eq!(found, expected, "{filter:?}");
            assert_eq!(hurried(&world, &cool, &filter, limit).await.0, expected);
        }
    }
}

/// ADV-7: "last updated" is the time of the last attempt or change of state, whatever made it: a
/// late first attempt, a retry, a resend, a cancellation that no row says yet.
pub async fn whatever_is_updated_late_is_found<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let other = world.webhook(&cool).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.enqueue(&cool, &webhook).await.0);
        world.now = world.now + MINUTE;
    }
    ids.push(world.enqueue(&cool, &other).await.0);
    let jobs = world.claim(&webhook, 10).await;
    world.attempt(&jobs[0], 200, Next::Deliver).await;
    world
        .attempt(&jobs[1], 500, Next::RetryAt(world.now + HOUR))
        .await;
    world.attempt(&jobs[2], 200, Next::Deliver).await;
    world.now = world.now + 10 * DAY;
    let recent = EventFilter {
        updated_since: Some(world.now - DAY),
        ..EventFilter::default()
    };
    assert!(all_pages(&world, &cool, &recent, 10).await.is_empty());
    let retried = world.claim(&webhook, 1).await;
    world.attempt(&retried[0], 200, Next::Deliver).await;
    world.attempt(&jobs[3], 200, Next::Deliver).await;
    resend(&world, &cool, ids[2], &webhook).await;
    world.switch(&other, false).await;
    let young = world.enqueue(&cool, &webhook).await.0;
    let expected = [young, ids[4], ids[3], ids[2], ids[1]];
    for limit in [1, 2, 10] {
        assert_eq!(all_pages(&world, &cool, &recent, limit).await, expected);
        assert_eq!(hurried(&world, &cool, &recent, limit).await.0, expected);
    }
}

/// A search that has no time gets on with each page, says how far back it has looked, and finds what
/// there is.
pub async fn a_search_without_time_gets_on<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut first = world.event(&cool);
    first.data = Bytes::from_static(b"{\"needle\":true}");
    let (sought, made) = (first.id, world.now);
    world
        .submit(&cool, vec![world.to(first, &[], Kind::Matched, false)])
        .await
        .expect("stored");
    for _ in 0..40 {
        world.now = world.now + MINUTE;
        let events = (0..10).map(|_| world.to(world.event(&cool), &[], Kind::Matched, false));
        let events = events.collect();
        world.submit(&cool, events).await.expect("stored");
    }
    let filter = EventFilter {
        text: Some("NEEDLE".to_owned()),
        ..EventFilter::default()
    };
    let (found, times) = hurried(&world, &cool, &filter, 5).await;
    assert_eq!(found, [sought]);
    assert!(times.len() > 1, "it was interrupted");
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert!(times.iter().all(|time| *time >= made), "{times:?}");
}

pub(super) async fn resend<S: Subject>(
    world: &World<S>,
    organization: &Organization,
    event: EventId,
    webhook: &Webhook,
) -> DeliveryId {
    let new = NewDelivery {
        id: world.id(),
        webhook_id: webhook.id,
        kind: Kind::Resent,
        claimed: false,
    };
    let stored = world
        .store()
        .enqueue_again(organization.id, event, vec![new], world.now)
        .await;
    stored.expect("sent again");
    new.id
}
