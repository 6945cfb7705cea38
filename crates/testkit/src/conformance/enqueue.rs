//! Stage 3: what a producer can rely on once it has its answer.

use bellwire_core::{
    delivery::{Kind, State},
    ids::{OrganizationId, WebhookId},
    ports::{Error, Idempotency, NewDelivery, Receipt, Submission},
    time::{DAY, SECOND},
};
use bytes::Bytes;

use super::{Subject, World, world::fingerprint};

fn key(text: &str, body: &[u8]) -> Option<Idempotency> {
    Some(Idempotency {
        key: text.to_owned(),
        fingerprint: fingerprint(body),
    })
}

/// Every event gets a receipt, in order, with how many webhooks it goes to.
pub async fn stored_events_are_answered_with_receipts<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let mut strange = world.event(&cool);
    strange.unknown_type = true;
    let events = vec![
        world.to(world.event(&cool), &[&a, &b], Kind::Matched, false),
        world.to(strange, &[], Kind::Matched, false),
    ];
    let ids: Vec<_> = events.iter().map(|event| event.event.id).collect();
    let receipts = world.submit(&cool, events).await.expect("stored");
    let receipt = |index: usize, matched, unknown_type| Receipt {
        event_id: ids[index],
        matched,
        unknown_type,
        repeated: false,
    };
    assert_eq!(receipts, [receipt(0, 2, false), receipt(1, 0, true)]);
    let detail = world
        .store()
        .event(cool.id, ids[0])
        .await
        .expect("read")
        .expect("there");
    let sent_to: Vec<_> = detail
        .deliveries
        .iter()
        .map(|view| view.delivery.webhook_id)
        .collect();
    assert_eq!(sent_to, [a.id, b.id]);
    assert!(
        detail
            .deliveries
            .iter()
            .all(|view| view.delivery.state == State::Pending)
    );
}

/// Bytes, number spellings, key order, channels, times: nothing is touched.
pub async fn data_and_channels_come_back_verbatim<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut event = world.event(&cool);
    event.data = Bytes::from_static(
        b" {\"z\": 1.10, \"a\":12345678901234567890,\n\"e\":1e400, \"s\":\"\\u00e9\xc3\xa9\"} ",
    );
    event.channels = vec!["account:cool".to_owned(), "näme \"x\"".to_owned()];
    event.time = world.now - 5 * SECOND - 1;
    event.external_id = Some("order-7".to_owned());
    event.test = true;
    event.unknown_type = true;
    let mut large = world.event(&cool);
    large.data = Bytes::from(vec![b'x'; 1 << 20]);
    for event in [event, large] {
        let new = world.to(event.clone(), &[], Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
        let detail = world
            .store()
            .event(cool.id, event.id)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(detail.event, event);
    }
}

/// Within its time a key returns the first answer and stores nothing.
pub async fn a_repeat_by_key_returns_the_first_answer<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let new = |world: &World<S>| {
        vec![
            world.to(world.event(&cool), &[&webhook], Kind::Matched, false),
            world.to(world.event(&cool), &[], Kind::Matched, false),
        ]
    };
    let first = Submission {
        key: key("k", b"x"),
        ..world.submission(&cool, new(&world)).await
    };
    let receipts = world.store().enqueue(first).await.expect("stored");
    assert!(receipts.iter().all(|receipt| !receipt.repeated));
    world.now = world.now + DAY - 1;
    // The catalogue may have changed since: the answer is the first one all the same.
    world.webhook(&cool).await;
    let again = new(&world);
    let ids: Vec<_> = again.iter().map(|event| event.event.id).collect();
    let again = Submission {
        key: key("k", b"x"),
        ..world.submission(&cool, again).await
    };
    let repeated = world.store().enqueue(again).await.expect("answered");
    let expected: Vec<_> = receipts
        .iter()
        .map(|receipt| Receipt {
            repeated: true,
            ..receipt.clone()
        })
        .collect();
    assert_eq!(repeated, expected);
    for id in ids {
        assert_eq!(world.store().event(cool.id, id).await.expect("read"), None);
    }
    assert_eq!(world.store().stats().pending, 1);
}

/// The same key for another body is an error of the request, and stores nothing.
pub async fn a_key_with_another_body_is_refused<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    for (body, fits) in [(b"x", true), (b"y", false)] {
        let new = world.to(world.event(&cool), &[], Kind::Matched, false);
        let id = new.event.id;
        let submission = Submission {
            key: key("k", body),
            ..world.submission(&cool, vec![new]).await
        };
        let answer = world.store().enqueue(submission).await;
        assert_eq!(answer.is_ok(), fits);
        if !fits {
            assert!(matches!(answer, Err(Error::KeyReused(None))));
        }
        let stored = world.store().event(cool.id, id).await.expect("read");
        assert_eq!(stored.is_some(), fits);
    }
}

/// After its time a key is as good as new, swept or not.
pub async fn a_key_is_forgotten_after_its_time<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    for swept in [false, true] {
        let new = world.to(world.event(&cool), &[], Kind::Matched, false);
        let submission = Submission {
            key: key("k", b"x"),
            ..world.submission(&cool, vec![new]).await
        };
        let first = world.store().enqueue(submission).await.expect("stored");
        assert!(!first[0].repeated);
        world.now = world.now + DAY;
        if swept {
            assert_eq!(
                world
                    .store()
                    .sweep_keys(world.now - 1)
                    .await
                    .expect("swept"),
                0
            );
            assert_eq!(world.store().sweep_keys(world.now).await.expect("swept"), 1);
            assert_eq!(world.store().sweep_keys(world.now).await.expect("swept"), 0);
        }
        let other = world.to(world.event(&cool), &[], Kind::Matched, false);
        let submission = Submission {
            key: key("k", b"y"),
            ..world.submission(&cool, vec![other]).await
        };
        let second = world
            .store()
            .enqueue(submission)
            .await
            .expect("stored anew");
        assert!(!second[0].repeated);
        world.now = world.now + 2 * DAY;
    }
}

/// Two organizations may use the same key and the same external id.
pub async fn keys_belong_to_one_organization<S: Subject>(subject: S) {
    let world = World::new(subject);
    for (slug, body) in [("cool", b"x"), ("warm", b"y")] {
        let organization = world.organization(slug).await;
        let mut event = world.event(&organization);
        event.external_id = Some("order-7".to_owned());
        event.data = Bytes::copy_from_slice(body);
        let new = world.to(event, &[], Kind::Matched, false);
        let submission = Submission {
            key: key("k", body),
            ..world.submission(&organization, vec![new]).await
        };
        let receipts = world.store().enqueue(submission).await.expect("stored");
        assert!(!receipts[0].repeated);
    }
}

/// The producer's own id makes a repeat return the first event; the others of the request are new.
pub async fn a_repeat_by_external_id_returns_the_first_event<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let with_id = |world: &World<S>, id: &str| {
        let mut event = world.event(&cool);
        event.external_id = Some(id.to_owned());
        world.to(event, &[&webhook], Kind::Matched, false)
    };
    let first = world
        .submit(&cool, vec![with_id(&world, "a")])
        .await
        .expect("stored");
    world.now = world.now + DAY - 1;
    let second = world
        .submit(&cool, vec![with_id(&world, "b"), with_id(&world, "a")])
        .await;
    let second = second.expect("stored");
    assert!(!second[0].repeated);
    assert_eq!(
        second[1],
        Receipt {
            repeated: true,
            ..first[0].clone()
        }
    );
    assert_eq!(world.store().stats().pending, 2);
}

/// The same external id for another body names the event, and nothing of the request is stored.
pub async fn an_external_id_with_another_body_is_refused_by_index<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let with_body = |id: &str, body: &'static [u8]| {
        let mut event = world.event(&cool);
        event.external_id = Some(id.to_owned());
        event.data = Bytes::from_static(body);
        world.to(event, &[], Kind::Matched, false)
    };
    world
        .submit(&cool, vec![with_body("a", b"1")])
        .await
        .expect("stored");
    let new = with_body("b", b"1");
    let id = new.event.id;
    let refused = world.submit(&cool, vec![new, with_body("a", b"2")]).await;
    assert!(
        matches!(refused, Err(Error::KeyReused(Some(1)))),
        "{refused:?}"
    );
    assert_eq!(world.store().event(cool.id, id).await.expect("read"), None);
}

/// Within one request the first of equal external ids is stored; another body is refused.
pub async fn an_external_id_twice_in_one_request_is_one_event<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let with_body = |body: &'static [u8]| {
        let mut event = world.event(&cool);
        event.external_id = Some("a".to_owned());
        event.data = Bytes::from_static(body);
        world.to(event, &[], Kind::Matched, false)
    };
    let refused = world
        .submit(&cool, vec![with_body(b"1"), with_body(b"2")])
        .await;
    assert!(
        matches!(refused, Err(Error::KeyReused(Some(1)))),
        "{refused:?}"
    );
    let receipts = world
        .submit(&cool, vec![with_body(b"1"), with_body(b"1")])
        .await;
    let receipts = receipts.expect("stored");
    assert_eq!(receipts[0].event_id, receipts[1].event_id);
    assert_eq!([receipts[0].repeated, receipts[1].repeated], [false, true]);
}

/// After its time an external id names a new event.
pub async fn an_external_id_is_forgotten_after_its_time<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut event = world.event(&cool);
        event.external_id = Some("a".to_owned());
        event.data = Bytes::from(format!("{}", ids.len()));
        let new = world.to(event, &[], Kind::Matched, false);
        let receipts = world.submit(&cool, vec![new]).await.expect("stored");
        assert!(!receipts[0].repeated);
        ids.push(receipts[0].event_id);
        world.now = world.now + DAY;
    }
    assert_ne!(ids[0], ids[1]);
}

/// One wrong event in a request: none of them is stored, and none of their deliveries is held.
pub async fn all_or_nothing<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let good = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let mut bad = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    bad.deliveries[0].webhook_id = world.id::<WebhookId>();
    let id = good.event.id;
    assert!(world.submit(&cool, vec![good, bad]).await.is_err());
    assert_eq!(world.store().event(cool.id, id).await.expect("read"), None);
    assert_eq!(world.store().stats().pending, 0);
}

/// Matched against a catalogue that has changed since: look again.
pub async fn another_generation_is_stale<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let new = world.to(world.event(&cool), &[], Kind::Matched, false);
    let submission = world.submission(&cool, vec![new]).await;
    world.webhook(&cool).await;
    let id = submission.events[0].event.id;
    let stale = world.store().enqueue(submission.clone()).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    assert_eq!(world.store().event(cool.id, id).await.expect("read"), None);
    world
        .submit(&cool, submission.events)
        .await
        .expect("stored at the second look");
}

/// What is not there, or another organization's, is not found; nothing is stored.
pub async fn an_unknown_organization_or_webhook_is_not_found<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let theirs = world.webhook(&warm).await;
    let new = world.to(world.event(&cool), &[&theirs], Kind::Addressed, false);
    let refused = world.submit(&cool, vec![new]).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
    let mut nobody = cool.clone();
    nobody.id = world.id::<OrganizationId>();
    let new = world.to(world.event(&nobody), &[], Kind::Matched, false);
    let refused = world.submit(&nobody, vec![new]).await;
    assert!(
        matches!(refused, Err(Error::NotFound("organization"))),
        "{refused:?}"
    );
}

/// Calls that share a commit share nothing else: good ones are stored, bad ones are told why.
pub async fn a_conflict_does_not_fail_its_mates<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut calls = Vec::new();
    for index in 0..60 {
        let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, false);
        let mut submission = world.submission(&cool, vec![new]).await;
        match index % 3 {
            0 => submission.generation += 1,
            1 => {
                submission.events[0].deliveries[0] = NewDelivery {
                    webhook_id: world.id::<WebhookId>(),
                    ..submission.events[0].deliveries[0]
                }
            }
            _ => {}
        }
        let store = world.store();
        calls.push(tokio::spawn(async move {
            let id = submission.events[0].event.id;
            (id, store.enqueue(submission).await)
        }));
    }
    for (index, call) in calls.into_iter().enumerate() {
        let (id, answer) = call.await.expect("no panic");
        match index % 3 {
            0 => assert!(matches!(answer, Err(Error::Stale)), "{answer:?}"),
            1 => assert!(
                matches!(answer, Err(Error::NotFound("webhook"))),
                "{answer:?}"
            ),
            _ => assert_eq!(answer.expect("stored")[0].event_id, id),
        }
        let stored = world.store().event(cool.id, id).await.expect("read");
        assert_eq!(stored.is_some(), index % 3 == 2);
    }
    assert_eq!(world.store().stats().pending, 20);
}

/// Many producers at once, some with large requests: everybody's events are there.
pub async fn many_at_once_are_all_stored<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut calls = Vec::new();
    for index in 0..50 {
        let size = if index % 10 == 0 { 200 } else { 3 };
        let events = (0..size)
            .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
            .collect();
        let submission = world.submission(&cool, events).await;
        let store = world.store();
        calls.push(tokio::spawn(async move { store.enqueue(submission).await }));
    }
    let mut stored = 0;
    for call in calls {
        stored += call.await.expect("no panic").expect("stored").len();
    }
    assert_eq!(stored, 5 * 200 + 45 * 3);
    assert_eq!(world.store().stats().pending, stored as u64);
    assert_eq!(world.claim(&webhook, 10_000).await.len(), stored);
}

/// An answer means that it is on disk: events, deliveries, and the key that was used.
pub async fn what_was_acknowledged_survives_a_crash<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    let again = vec![new.clone()];
    let submission = Submission {
        key: key("k", b"x"),
        ..world.submission(&cool, vec![new]).await
    };
    let first = world.store().enqueue(submission).await.expect("stored");
    world.crash().await;
    let detail = world.store().event(cool.id, first[0].event_id).await;
    let detail = detail.expect("read").expect("there");
    assert_eq!(detail.event, *again[0].event);
    assert_eq!(detail.deliveries[0].delivery.state, State::Pending);
    assert_eq!(world.store().stats().pending, 1);
    let submission = Submission {
        key: key("k", b"x"),
        ..world.submission(&cool, again).await
    };
    let repeated = world.store().enqueue(submission).await.expect("answered");
    assert!(repeated[0].repeated);
}
