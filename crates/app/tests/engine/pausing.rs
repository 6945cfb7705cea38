//! A paused webhook: its deliveries are held, and sent when it is resumed, at a chosen rate.

use bellwire_core::{
    access::Access,
    delivery::{CancelReason, State},
    ids::WebhookId,
    outcome::Outcome,
    service::{Error, TestEvent, WebhookPatch},
    time::{HOUR, MINUTE, SECOND, Time},
    webhook::Webhook,
};
use bellwire_dispatch::Options;
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, START, World},
};

scenarios![
    what_matches_a_paused_webhook_is_held_and_sent_when_it_is_resumed,
    what_waits_in_memory_is_held_too_and_what_is_under_way_ends,
    a_drain_keeps_its_rate_and_ends_by_itself,
    a_restart_goes_on_with_a_drain_at_its_rate,
    a_drain_that_had_nothing_to_send_ends_after_a_restart,
    a_drain_can_be_made_faster_and_paused_again,
    a_retry_is_held_and_a_paused_webhook_is_not_disabled,
    everything_that_is_pending_is_cancelled_at_once,
    pausing_and_resuming_at_the_wrong_time_is_refused,
    disabling_a_paused_webhook_cancels_what_it_holds,
];

const URL: &str = "https://customer.example/hook";

pub(crate) async fn pause(world: &World, webhook: WebhookId) -> Webhook {
    let (everything, test) = (Access::everything(), by("ann"));
    let service = world.service();
    let paused = service.pause_webhook(ORG, webhook, &everything, &test);
    paused.await.expect("it is paused")
}

pub(crate) async fn resume(world: &World, webhook: WebhookId, rate: Option<u32>) -> Webhook {
    let (everything, test) = (Access::everything(), by("ann"));
    let service = world.service();
    let resumed = service.resume_webhook(ORG, webhook, rate, &everything, &test);
    resumed.await.expect("it is resumed")
}

async fn cancel_pending(world: &World, webhook: WebhookId) -> u64 {
    let (everything, test) = (Access::everything(), by("ann"));
    let service = world.service();
    let cancelled = service.cancel_pending(ORG, webhook, &everything, &test);
    cancelled.await.expect("it is cancelled").count
}

async fn stored(world: &World, webhook: WebhookId) -> Webhook {
    world
        .service()
        .webhook(ORG, webhook)
        .await
        .expect("it is there")
}

/// The numbers that [`World::batch`] gave the events, in the order they arrived.
fn numbers(world: &World) -> Vec<i64> {
    let got = world.got(URL);
    got.iter()
        .filter_map(|got| got.json()["data"]["n"].as_i64())
        .collect()
}

async fn what_matches_a_paused_webhook_is_held_and_sent_when_it_is_resumed(on: On) {
    let options = Options {
        lane_size: 16,
        webhook_concurrency: 1,
        ..Options::default()
    };
    let mut world = World::with(on, options).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    let paused = pause(&world, webhook).await;
    let since = paused.paused.clone().expect("it is paused");
    assert_eq!((since.by.as_str(), paused.revision), ("ann", 2));
    world.batch("a.b", 100).await;
    let event = world.post("a.b", r#"{"n":100}"#).await;
    world.pass(HOUR).await;
    assert_eq!(world.state(event).await, State::Held);
    assert_eq!(world.got(URL).len(), 0);
    assert_eq!(
        world.dispatcher().load(),
        (0, 0),
        "nothing of it is in memory"
    );
    let all = Time::from_micros(i64::MAX);
    let waiting = world.service().waiting(webhook, all).await.unwrap();
    assert_eq!((waiting.count, waiting.or_more), (101, false));

    // A test goes out all the same, also one that a restart finds in the store.
    let tested = world
        .service()
        .test_webhook(ORG, webhook, TestEvent::default(), &by("test"))
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1);
    assert_eq!(world.state(tested.event_id).await, State::Delivered);
    world.restart().await;
    world.pass(HOUR).await;
    assert_eq!(world.got(URL).len(), 1, "a restart changes nothing");

    let again = pause(&world, webhook).await;
    assert_eq!(again.revision, 2, "it is paused already");
    assert_eq!(again.paused, Some(since));
    let resumed = resume(&world, webhook, None).await;
    assert_eq!((resumed.paused, resumed.drain), (None, None));
    world.settle().await;
    assert_eq!(
        numbers(&world),
        (0..=100).collect::<Vec<_>>(),
        "oldest first"
    );
    assert_eq!(world.state(event).await, State::Delivered);
}

async fn what_waits_in_memory_is_held_too_and_what_is_under_way_ends(on: On) {
    let options = Options {
        lane_size: 16,
        webhook_concurrency: 2,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.hold();
    world.batch("a.b", 40).await;
    world.clock.wait_for_sleepers(3).await;
    while world.dispatcher().load().1 < 2 {
        tokio::task::yield_now().await;
    }
    pause(&world, webhook).await;
    while world.dispatcher().load().0 > 0 {
        tokio::task::yield_now().await;
    }
    world.answer_all();
    world.pass(HOUR).await;
    assert_eq!(world.got(URL).len(), 2, "what was under way has ended");
    resume(&world, webhook, None).await;
    world.settle().await;
    let mut numbers = numbers(&world);
    numbers.sort_unstable();
    assert_eq!(numbers, (0..40).collect::<Vec<_>>(), "each once");
}

/// WNK-10: the endpoint is not flooded when it comes back.
async fn a_drain_keeps_its_rate_and_ends_by_itself(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    pause(&world, webhook).await;
    world.batch("a.b", 600).await;
    world.pass(MINUTE).await;
    let resumed = resume(&world, webhook, Some(10)).await;
    let drain = resumed.drain.expect("it drains");
    assert_eq!((drain.per_second, drain.up_to), (10, START + MINUTE));
    world.pass(SECOND).await;
    let new = world.post("a.b", r#"{"n":600}"#).await;
    world.pass(58 * SECOND).await;
    let left = world.service().waiting(webhook, drain.up_to).await.unwrap();
    let arrived = world.got(URL).len();
    assert_eq!(left.count + arrived as u64, 600);
    assert!((588..=592).contains(&arrived), "{arrived} in 59 seconds");
    assert_eq!(world.state(new).await, State::Pending, "it queues behind");
    world.pass(3 * SECOND).await;
    assert_eq!(numbers(&world), (0..=600).collect::<Vec<_>>());
    let times: Vec<i64> = world.times(URL);
    for window in times[..600].windows(13) {
        let took = window[12] - window[0];
        assert!(
            took >= SECOND,
            "13 within {took} µs: burst 2 and 10 a second"
        );
    }
    let ended = stored(&world, webhook).await;
    assert_eq!(ended.drain, None, "it ends by itself");
    assert_eq!(ended.updated_by, "bellwire");
    world.batch("a.b", 64).await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 665, "and the limit with it");
}

async fn a_restart_goes_on_with_a_drain_at_its_rate(on: On) {
    let mut world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    pause(&world, webhook).await;
    world.batch("a.b", 100).await;
    resume(&world, webhook, Some(10)).await;
    world.pass(5 * SECOND).await;
    let before = world.got(URL).len();
    assert!((48..=52).contains(&before), "{before}");
    world.restart().await;
    assert_eq!(world.got(URL).len(), before, "nothing at once");
    world.pass(2 * SECOND).await;
    let after = world.got(URL).len() - before;
    assert!((18..=22).contains(&after), "{after} in two seconds");
    world.pass(10 * SECOND).await;
    let mut numbers = numbers(&world);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    assert_eq!(stored(&world, webhook).await.drain, None);
}

async fn a_drain_that_had_nothing_to_send_ends_after_a_restart(on: On) {
    let mut world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    pause(&world, webhook).await;
    world.post("a.b", "{}").await;
    resume(&world, webhook, Some(1)).await;
    // As if the process had died between the last delivery and the end of the drain.
    cancel_pending(&world, webhook).await;
    world.restart().await;
    world.settle().await;
    assert_eq!(stored(&world, webhook).await.drain, None);
    assert_eq!(world.got(URL).len(), 0);
}

async fn a_drain_can_be_made_faster_and_paused_again(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    pause(&world, webhook).await;
    world.batch("a.b", 300).await;
    resume(&world, webhook, Some(1)).await;
    world.pass(5 * SECOND).await;
    let slow = world.got(URL).len();
    assert!((4..=6).contains(&slow), "{slow} in five seconds");
    let faster = resume(&world, webhook, Some(100)).await;
    assert_eq!(faster.drain.map(|drain| drain.up_to), Some(START));
    world.pass(SECOND).await;
    let fast = world.got(URL).len();
    assert!((90..=115).contains(&(fast - slow)), "{fast} in a second");
    pause(&world, webhook).await;
    assert_eq!(stored(&world, webhook).await.drain, None);
    world.pass(MINUTE).await;
    assert_eq!(world.got(URL).len(), fast, "it is paused again");
    resume(&world, webhook, None).await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 300);
}

async fn a_retry_is_held_and_a_paused_webhook_is_not_disabled(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.answer(URL, |number| {
        Outcome::status(if number == 1 { 500 } else { 410 })
    });
    let event = world.post("a.b", "{}").await;
    world.settle().await;
    world.hold();
    let gone = world.post("a.b", "{}").await;
    while world.dispatcher().load().1 < 1 {
        tokio::task::yield_now().await;
    }
    pause(&world, webhook).await;
    world.answer_all();
    world.pass(24 * HOUR).await;
    assert_eq!(world.got(URL).len(), 2, "no retry went out");
    assert_eq!(world.state(event).await, State::Held);
    assert!(world.is_enabled(webhook), "410 would have disabled it");
    assert_ne!(world.state(gone).await, State::Cancelled);
    assert!(world.health(webhook).await.counters.failures > 0);
    world.always(URL, 200);
    resume(&world, webhook, None).await;
    world.settle().await;
    assert_eq!(world.state(event).await, State::Delivered);
    assert_eq!(world.health(webhook).await.counters.failures, 0);
}

async fn everything_that_is_pending_is_cancelled_at_once(on: On) {
    let options = Options {
        lane_size: 16,
        webhook_concurrency: 1,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.hold();
    let under_way = world.post("a.b", "{}").await;
    while world.dispatcher().load().1 < 1 {
        tokio::task::yield_now().await;
    }
    world.batch("a.b", 40).await;
    let waiting = world.post("a.b", "{}").await;
    assert_eq!(cancel_pending(&world, webhook).await, 42);
    let new = world.post("a.b", r#"{"n":7}"#).await;
    world.answer_all();
    world.pass(HOUR).await;
    assert_eq!(
        world.state(under_way).await,
        State::Delivered,
        "it did arrive"
    );
    let cancelled = world.deliveries(waiting).await.remove(0);
    assert_eq!(cancelled.state, State::Cancelled);
    assert_eq!(cancelled.cancel_reason, Some(CancelReason::Manual));
    assert_eq!(world.state(new).await, State::Delivered);
    assert_eq!(numbers(&world), [7]);
    assert_eq!(world.store().stats().pending, 0, "the rows say so by now");
    assert!(world.is_enabled(webhook));

    // Held ones too, and what is held from then on is not.
    pause(&world, webhook).await;
    let held = world.post("a.b", "{}").await;
    assert_eq!(cancel_pending(&world, webhook).await, 1);
    let later = world.post("a.b", "{}").await;
    assert_eq!(world.state(held).await, State::Cancelled);
    assert_eq!(world.state(later).await, State::Held);
    resume(&world, webhook, Some(5)).await;
    world.pass(MINUTE).await;
    assert_eq!(world.state(held).await, State::Cancelled);
    assert_eq!(world.state(later).await, State::Delivered);
    assert_eq!(cancel_pending(&world, webhook).await, 0);
}

async fn pausing_and_resuming_at_the_wrong_time_is_refused(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    let (service, ann) = (world.service(), by("ann"));
    let all = Access::everything();
    let code = |result: Result<Webhook, Error>| match result {
        Err(Error::Conflict { code, .. }) => code,
        Err(Error::NotFound(_)) => "not_found",
        Err(Error::Invalid(errors)) => {
            assert_eq!(errors[0].field, "drain_per_second");
            "invalid"
        }
        other => panic!("{other:?}"),
    };
    let resumed = service.resume_webhook(ORG, webhook, None, &all, &ann).await;
    assert_eq!(code(resumed), "not_paused");
    let zero = service
        .resume_webhook(ORG, webhook, Some(0), &all, &ann)
        .await;
    assert_eq!(code(zero), "invalid");
    let fast = service
        .resume_webhook(ORG, webhook, Some(10_001), &all, &ann)
        .await;
    assert_eq!(code(fast), "invalid");
    let other = Access {
        portal: true,
        channels: vec!["account:other".to_owned()],
        ..Access::everything()
    };
    let unseen = service.pause_webhook(ORG, webhook, &other, &ann).await;
    assert_eq!(code(unseen), "not_found", "it is not theirs");
    let unseen = service.cancel_pending(ORG, webhook, &other, &ann).await;
    assert!(matches!(unseen, Err(Error::NotFound(_))));
    let off = WebhookPatch {
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    service
        .update_webhook(ORG, webhook, off, &all, &ann)
        .await
        .unwrap();
    let paused = service.pause_webhook(ORG, webhook, &all, &ann).await;
    assert_eq!(code(paused), "webhook_disabled");
    let resumed = service.resume_webhook(ORG, webhook, None, &all, &ann).await;
    assert_eq!(code(resumed), "webhook_disabled");
    service
        .delete_webhook(ORG, webhook, true, &ann)
        .await
        .unwrap();
    let paused = service.pause_webhook(ORG, webhook, &all, &ann).await;
    assert_eq!(code(paused), "not_found");
    let resumed = service.resume_webhook(ORG, webhook, None, &all, &ann).await;
    assert_eq!(code(resumed), "not_found");
    let cancelled = service.cancel_pending(ORG, webhook, &all, &ann).await;
    assert!(matches!(cancelled, Err(Error::NotFound(_))));
}

async fn disabling_a_paused_webhook_cancels_what_it_holds(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    pause(&world, webhook).await;
    let held = world.post("a.b", "{}").await;
    let switch = |on| WebhookPatch {
        enabled: Some(on),
        ..WebhookPatch::default()
    };
    let (service, ann, all) = (world.service(), by("ann"), Access::everything());
    service
        .update_webhook(ORG, webhook, switch(false), &all, &ann)
        .await
        .unwrap();
    let cancelled = world.deliveries(held).await.remove(0);
    assert_eq!(cancelled.state, State::Cancelled);
    assert_eq!(cancelled.cancel_reason, Some(CancelReason::WebhookDisabled));
    service
        .update_webhook(ORG, webhook, switch(true), &all, &ann)
        .await
        .unwrap();
    assert_eq!(
        stored(&world, webhook).await.paused,
        None,
        "the pause is over"
    );
    let new = world.post("a.b", "{}").await;
    world.settle().await;
    assert_eq!(world.state(new).await, State::Delivered);
}
