//! Stage 6: attempts are kept, deliveries move on, counters decide.

use std::sync::Arc;

use bellwire_core::{
    delivery::{CancelReason, Kind, State},
    outcome::{Answer, Cause, EXCERPT_FAILURE_BYTES, EXCERPT_SUCCESS_BYTES, Timing},
    policy::{Class, Counters, DisableReason, DisableRule, Next},
    ports::{Error, NewDelivery, Record, Tally},
    time::{DAY, HOUR, MINUTE},
};
use bytes::Bytes;

use super::{Subject, World, world::tally};
use crate::people::any;

async fn counters<S: Subject>(
    world: &World<S>,
    webhook: bellwire_core::ids::WebhookId,
) -> Counters {
    world.store().health(&[webhook]).await.expect("read")[0].counters
}

/// A success ends the delivery at the time of the attempt.
pub async fn a_success_delivers<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.now = world.now + MINUTE;
    world.attempt(&job, 200, Next::Deliver).await;
    let delivery = world.delivery(&cool, id).await;
    assert_eq!((delivery.state, delivery.attempts), (State::Delivered, 1));
    assert_eq!(delivery.updated_at, world.now);
    assert_eq!(world.store().stats().pending, 0);
    assert_eq!(counters(&world, webhook.id).await, Counters::default());
}

/// A failure waits for its retry, or ends the delivery; both survive a crash.
pub async fn a_failure_waits_or_ends<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    let due = world.now + HOUR;
    world.attempt(&job, 500, Next::RetryAt(due)).await;
    let delivery = world.delivery(&cool, id).await;
    assert_eq!(
        (delivery.state, delivery.attempts, delivery.due_at),
        (State::Pending, 1, due)
    );
    assert_eq!(world.store().stats().pending, 1);
    world.crash().await;
    world.now = due;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 500, Next::Fail).await;
    let delivery = world.delivery(&cool, id).await;
    assert_eq!((delivery.state, delivery.attempts), (State::Failed, 2));
    assert_eq!(world.store().stats().pending, 0);
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        None
    );
}

/// Every field of an attempt, with and without a status.
pub async fn an_attempt_comes_back_as_it_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event_id, _) = world.enqueue(&cool, &webhook).await;

    let job = world.claim(&webhook, 1).await.remove(0);
    let due = world.now + HOUR;
    let mut first = world.record(&job, 500, Next::RetryAt(due));
    first.attempt.timing = Timing {
        dns_us: Some(0),
        connect_us: Some(1),
        tls_us: Some(2),
        first_byte_us: Some(u32::MAX),
        total_us: 3_000_000,
    };
    first.attempt.address = Some("[2001:db8::1]:8443".parse().expect("an address"));
    first.attempt.request_headers = [("webhook-id", "x"), ("x-custom", "***"), ("x-custom", "")]
        .into_iter()
        .collect();
    first.attempt.response_headers = [("date", "today"), ("x-ünusual", "\u{fffd}\0")]
        .into_iter()
        .collect();
    first.attempt.excerpt = Bytes::from_static(b"no \0 text \xff");
    first.attempt.truncated = true;
    first.attempt.revision = 4;
    world
        .store()
        .record([first.clone()].into())
        .await
        .expect("recorded");

    world.now = due;
    let job = world.claim(&webhook, 1).await.remove(0);
    let mut second = world.record(&job, 0, Next::Fail);
    second.attempt.answer = Answer::None(Cause::FirstByteTimeout);
    second.attempt.detail = Some("no answer within 3 s".to_owned());
    second.attempt.address = Some("10.0.0.1:80".parse().expect("an address"));
    second.attempt.excerpt = Bytes::from(vec![b'y'; 3000]);
    second.tally = Some(Tally {
        class: Class::NoAnswer,
        rule: Arc::default(),
    });
    world
        .store()
        .record([second.clone()].into())
        .await
        .expect("recorded");

    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    first.attempt.retry_at = Some(due);
    let expected = [first.attempt, second.attempt];
    assert_eq!(detail.deliveries[0].attempts, expected);
    let listed = world
        .store()
        .attempts(cool.id, webhook.id, None, 10)
        .await
        .expect("read");
    assert_eq!(listed.items, [expected[1].clone(), expected[0].clone()]);
    assert_eq!(listed.next, None);
}

/// 1 KiB of a body on a success, 16 KiB on a failure; cut ones say so.
pub async fn excerpts_are_cut_by_outcome<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for (status, next, kept) in [
        (200, Next::Deliver, EXCERPT_SUCCESS_BYTES),
        (500, Next::Fail, EXCERPT_FAILURE_BYTES),
    ] {
        for (sent, truncated) in [(kept, false), (kept + 1, true)] {
            let (event_id, _) = world.enqueue(&cool, &webhook).await;
            let job = world.claim(&webhook, 1).await.remove(0);
            let mut record = world.record(&job, status, next);
            record.attempt.excerpt = Bytes::from(vec![b'x'; sent]);
            world
                .store()
                .record([record].into())
                .await
                .expect("recorded");
            let detail = world.store().event(cool.id, event_id).await;
            let detail = detail.expect("read").expect("there");
            let attempt = &detail.deliveries[0].attempts[0];
            assert_eq!(
                (attempt.excerpt.len(), attempt.truncated),
                (kept, truncated)
            );
        }
    }
}

/// Whether or not the store keeps an unchanged body once, each attempt shows its own.
pub async fn an_unchanged_excerpt_is_shown_with_each_attempt<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let bodies = [
        "same", "same", "other", "same", "x", "y", "z", "w", "same", "",
    ];
    for round in 0..2 {
        for webhook in [&a, &b] {
            for body in bodies {
                world.enqueue(&cool, webhook).await;
                let job = world.claim(webhook, 1).await.remove(0);
                let mut record = world.record(&job, 500, Next::Fail);
                record.attempt.excerpt = Bytes::from(body.repeat(40 + round));
                world
                    .store()
                    .record([record].into())
                    .await
                    .expect("recorded");
                world.now = world.now + HOUR;
            }
        }
        world.crash().await;
    }
    for webhook in [&a, &b] {
        let listed = world
            .store()
            .attempts(cool.id, webhook.id, None, 100)
            .await
            .expect("read");
        let shown: Vec<_> = listed
            .items
            .iter()
            .rev()
            .map(|attempt| attempt.excerpt.clone())
            .collect();
        let expected: Vec<_> = [40, 41]
            .iter()
            .flat_map(|times| bodies.map(|body| Bytes::from(body.repeat(*times))))
            .collect();
        assert_eq!(shown, expected);
    }
}

/// A record whose answer got lost may come again: it is counted and kept once.
pub async fn the_same_record_twice_counts_once<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event_id, _) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    let record = world.record(&job, 404, Next::RetryAt(world.now + HOUR));
    for _ in 0..2 {
        world
            .store()
            .record([record.clone()].into())
            .await
            .expect("recorded");
    }
    assert_eq!(counters(&world, webhook.id).await.client_errors, 1);
    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(detail.deliveries[0].attempts.len(), 1);
    assert_eq!(detail.deliveries[0].delivery.attempts, 1);
}

/// ADV-14: counters are per class, survive a restart, and a success clears them.
pub async fn counters_survive_a_crash_and_a_success_clears_them<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let began = world.now;
    for status in [404, 500, 302, 404, 410] {
        world.enqueue(&cool, &webhook).await;
        let job = world.claim(&webhook, 1).await.remove(0);
        world.attempt(&job, status, Next::Fail).await;
        world.now = world.now + MINUTE;
    }
    let expected = Counters {
        redirects: 1,
        client_errors: 3,
        server_errors: 1,
        failures: 5,
        failing_since: Some(began),
        told_at: None,
    };
    assert_eq!(counters(&world, webhook.id).await, expected);
    world.crash().await;
    assert_eq!(counters(&world, webhook.id).await, expected);
    world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 200, Next::Deliver).await;
    assert_eq!(counters(&world, webhook.id).await, Counters::default());
    world.crash().await;
    assert_eq!(counters(&world, webhook.id).await, Counters::default());
}

/// ADV-14, ADV-15: 999 leave it enabled, the 1000th disables it, and what was pending is cancelled
/// with the reason; a restart in between forgets nothing.
pub async fn the_thousandth_client_error_disables_and_cancels<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let rule = DisableRule {
        after_client_errors: Some(1000),
        ..DisableRule::default()
    };
    let events = (0..1001)
        .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
        .collect();
    world.submit(&cool, events).await.expect("stored");
    let generation = world.submission(&cool, Vec::new()).await.generation;
    let mut last = None;
    for batch in [400, 599, 1] {
        world.now = world.now + MINUTE;
        let jobs = world.claim(&webhook, batch).await;
        assert_eq!(jobs.len(), batch);
        last = jobs.last().map(|job| job.delivery_id);
        let records: Vec<Record> = jobs
            .iter()
            .map(|job| Record {
                tally: Some(tally(404, &rule)),
                ..world.record(job, 404, Next::RetryAt(world.now + 10 * DAY))
            })
            .collect();
        let recorded = world
            .store()
            .record(records.into())
            .await
            .expect("recorded");
        let expected = DisableReason::TooManyErrors {
            class: "4xx".to_owned(),
            count: 1000,
        };
        if batch == 1 {
            assert_eq!(recorded.disabled, [(webhook.id, expected)]);
        } else {
            assert_eq!(recorded.disabled, []);
            world.crash().await;
            assert!(world.read(&webhook).await.is_enabled());
        }
    }
    let disabled = world.read(&webhook).await;
    assert_eq!(disabled.revision, 2);
    assert_eq!(disabled.updated_by, "bellwire");
    assert!(
        disabled
            .cancelled_up_to
            .is_some_and(|mark| mark >= world.now)
    );
    assert!(world.submission(&cool, Vec::new()).await.generation > generation);
    assert_eq!(disabled.settings.headers, webhook.settings.headers);
    assert_eq!(disabled.secrets, webhook.secrets);
    // The one that reached the threshold, too.
    let delivery = world.delivery(&cool, last.expect("some")).await;
    assert_eq!(delivery.state, State::Cancelled);
    assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDisabled));
    world.now = world.now + 20 * DAY;
    assert!(world.claim(&webhook, 2000).await.is_empty());
    assert_eq!(world.store().due_lanes().await.expect("asked"), []);
    world.sweep().await;
    assert_eq!(world.store().stats().pending, 0);
}

/// What was on its way when the webhook was disabled is recorded, and disables nothing again.
pub async fn attempts_in_flight_at_a_disable_are_kept<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let rule = DisableRule {
        on_statuses: vec![410],
        ..DisableRule::default()
    };
    for _ in 0..3 {
        world.enqueue(&cool, &webhook).await;
    }
    let jobs = world.claim(&webhook, 3).await;
    let gone = |job| Record {
        tally: Some(tally(410, &rule)),
        ..world.record(job, 410, Next::RetryAt(world.now + HOUR))
    };
    let recorded = world
        .store()
        .record([gone(&jobs[0]), gone(&jobs[1])].into())
        .await;
    assert_eq!(
        recorded.expect("recorded").disabled,
        [(webhook.id, DisableReason::Status { status: 410 })]
    );
    let recorded = world
        .store()
        .record([gone(&jobs[2])].into())
        .await
        .expect("recorded");
    assert_eq!(recorded.disabled, []);
    assert_eq!(world.read(&webhook).await.revision, 2);
    for job in &jobs {
        let delivery = world.delivery(&cool, job.delivery_id).await;
        assert_eq!((delivery.state, delivery.attempts), (State::Cancelled, 1));
    }
    let listed = world
        .store()
        .attempts(cool.id, webhook.id, None, 10)
        .await
        .expect("read");
    assert_eq!(listed.items.len(), 3);
    assert!(
        listed
            .items
            .iter()
            .all(|attempt| attempt.retry_at.is_none())
    );
}

/// EVI-14: a test works on an inactive webhook too, is logged, and counts nowhere.
pub async fn tests_count_nothing_and_reach_disabled_webhooks<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.switch(&webhook, false).await;
    world.now = world.now + HOUR;
    let mut event = world.event(&cool);
    event.test = true;
    let new = world.to(event, &[&webhook], Kind::Test, false);
    let id = new.deliveries[0].id;
    world.submit(&cool, vec![new]).await.expect("stored");
    // One that was pending when the webhook was switched off again.
    world.switch(&webhook, true).await;
    world.switch(&webhook, false).await;
    world.sweep().await;
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        Some(world.now)
    );
    let jobs = world.claim(&webhook, 5).await;
    assert_eq!(
        jobs.iter()
            .map(|job| (job.delivery_id, job.kind))
            .collect::<Vec<_>>(),
        [(id, Kind::Test)]
    );
    world.attempt(&jobs[0], 404, Next::Fail).await;
    assert_eq!(world.state(&cool, id).await, State::Failed);
    assert_eq!(counters(&world, webhook.id).await, Counters::default());
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(
        health[0]
            .last_attempt
            .as_ref()
            .map(|attempt| attempt.delivery_id),
        Some(id)
    );
}

/// The last attempts of an organization that was deleted meanwhile do no harm.
pub async fn records_of_a_deleted_organization_are_let_go<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let (ours, theirs) = (world.webhook(&cool).await, world.webhook(&warm).await);
    let (event_id, _) = world.enqueue(&cool, &ours).await;
    let (_, kept) = world.enqueue(&warm, &theirs).await;
    let gone = world.claim(&ours, 1).await.remove(0);
    let job = world.claim(&theirs, 1).await.remove(0);
    world
        .store()
        .delete_organization(cool.id, world.now, any())
        .await
        .expect("deleted");
    world.sweep().await;
    let again = NewDelivery {
        id: world.id(),
        webhook_id: ours.id,
        kind: Kind::Resent,
        claimed: false,
    };
    let refused = world
        .store()
        .enqueue_again(cool.id, event_id, vec![again], world.now)
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound("event"))),
        "{refused:?}"
    );
    let records = vec![
        world.record(&gone, 500, Next::RetryAt(world.now)),
        world.record(&job, 200, Next::Deliver),
    ];
    world
        .store()
        .record(records.into())
        .await
        .expect("recorded");
    assert_eq!(world.state(&warm, kept).await, State::Delivered);
    assert_eq!(world.store().stats().pending, 0);
    assert_eq!(world.store().due_lanes().await.expect("asked"), []);
}

/// More records than a commit takes at a time: all of them are there.
pub async fn a_large_batch_is_recorded_whole<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let events = (0..1000)
        .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
        .collect();
    world.submit(&cool, events).await.expect("stored");
    let jobs = world.claim(&webhook, 1000).await;
    let records = jobs
        .iter()
        .map(|job| world.record(job, 200, Next::Deliver))
        .collect();
    world.store().record(records).await.expect("recorded");
    assert_eq!(world.store().stats().pending, 0);
    let listed = world
        .store()
        .attempts(cool.id, webhook.id, None, 2000)
        .await
        .expect("read");
    assert_eq!(listed.items.len(), 1000);
}
