//! A webhook with a rate limit: never more than its burst and what the rate brings, and not less
//! than the rate either while there is work.

use bellwire_core::{
    access::Access,
    delivery::State,
    outcome::Outcome,
    service::{TestEvent, WebhookPatch},
    time::{DurationUs, HOUR, MINUTE, SECOND},
    webhook::{Overrides, RateLimit},
};
use bellwire_dispatch::Options;
use bellwire_testkit::service::by;

use crate::{
    pausing::{pause, resume},
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![
    a_rate_is_kept_and_reached_and_a_quiet_time_earns_the_burst,
    retries_and_tests_count_too,
    a_lane_that_waits_for_tokens_takes_nothing_from_the_others,
    a_restart_begins_with_an_empty_bucket,
    a_limit_that_is_changed_holds_from_then_on,
    while_a_webhook_drains_the_smaller_rate_holds,
];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

fn limit(per_second: u32, burst: u32) -> Option<Overrides> {
    Some(Overrides {
        rate_limit: Some(RateLimit {
            per_second,
            burst: Some(burst),
        }),
        ..Overrides::default()
    })
}

/// In no window are there more than the burst and what the rate brings in it.
fn assert_kept(times: &[DurationUs], per_second: i64, burst: i64) {
    for (first, begin) in times.iter().enumerate() {
        for (last, end) in times.iter().enumerate().skip(first) {
            let count = (last - first + 1) as i64;
            let most = burst * SECOND + (end - begin) * per_second;
            assert!(count * SECOND <= most, "{count} in {} µs", end - begin);
        }
    }
}

async fn a_rate_is_kept_and_reached_and_a_quiet_time_earns_the_burst(on: On) {
    let world = World::new(on).await;
    let set = |new: &mut bellwire_core::service::NewWebhook| new.overrides = limit(50, 5);
    world.webhook("standard", URL, set).await;
    world.batch("a.b", 1000).await;
    world.pass(20 * SECOND).await;
    let times = world.times(URL);
    assert_eq!(times.len(), 1000, "50 a second for 20 seconds");
    assert_kept(&times, 50, 5);
    world.pass(2 * HOUR).await;
    world.batch("a.b", 20).await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1005, "a burst, also after long");
    world.pass(SECOND).await;
    assert_eq!(world.got(URL).len(), 1020);
    assert_kept(&world.times(URL)[900..], 50, 5);
}

async fn retries_and_tests_count_too(on: On) {
    let world = World::new(on).await;
    let webhook = world
        .webhook("standard", URL, |new| new.overrides = limit(2, 1))
        .await;
    world.answer(URL, |number| {
        Outcome::status(if number <= 20 { 500 } else { 200 })
    });
    world.batch("a.b", 20).await;
    world.pass(SECOND).await;
    let service = world.service();
    let by = by("test");
    let sent = service.test_webhook(ORG, webhook, TestEvent::default(), &by);
    let tested = sent.await.unwrap().event_id;
    world.pass(SECOND).await;
    assert_ne!(
        world.state(tested).await,
        State::Pending,
        "before what waits"
    );
    world.pass(24 * HOUR).await;
    let times = world.times(URL);
    // The test was among the first twenty, and is not tried again.
    assert_eq!(
        times.len(),
        20 + 19 + 1,
        "each, the failed ones again, a test"
    );
    assert_kept(&times, 2, 1);
}

async fn a_lane_that_waits_for_tokens_takes_nothing_from_the_others(on: On) {
    let options = Options {
        max_in_flight: 4,
        lane_size: 32,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    world
        .webhook("standard", URL, |new| {
            new.overrides = limit(1, 1);
            new.event_types = Some(vec!["a.b".to_owned()]);
        })
        .await;
    world
        .webhook("standard", OTHER, |new| {
            new.event_types = Some(vec!["c.d".to_owned()]);
        })
        .await;
    world.batch("a.b", 1000).await;
    world.batch("c.d", 500).await;
    world.settle().await;
    assert_eq!(world.got(OTHER).len(), 500);
    assert_eq!(world.got(URL).len(), 0, "the bucket begins empty");
    let (queued, in_flight) = world.dispatcher().load();
    assert!(queued <= 32, "{queued} in memory");
    assert_eq!(in_flight, 0, "it waits without a worker");
    world.pass(10 * SECOND).await;
    assert_eq!(world.got(URL).len(), 10);
    assert!(world.dispatcher().load().0 <= 32);
}

async fn a_restart_begins_with_an_empty_bucket(on: On) {
    let mut world = World::new(on).await;
    world
        .webhook("standard", URL, |new| new.overrides = limit(10, 100))
        .await;
    world.batch("a.b", 500).await;
    world.pass(10 * SECOND).await;
    for _ in 0..3 {
        world.restart().await;
        world.pass(3 * SECOND).await;
    }
    let times = world.times(URL);
    assert!(
        (185..=191).contains(&times.len()),
        "{} in 19 s",
        times.len()
    );
    assert_kept(&times, 10, 2);
}

async fn a_limit_that_is_changed_holds_from_then_on(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.batch("a.b", 50).await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 50);
    let (all, test) = (Access::everything(), by("test"));
    let change = |overrides: Option<Overrides>| {
        let patch = WebhookPatch {
            overrides: Some(overrides.unwrap_or_default()),
            ..WebhookPatch::default()
        };
        world
            .service()
            .update_webhook(ORG, webhook, patch, &all, &test)
    };
    change(limit(10, 1)).await.unwrap();
    world.batch("a.b", 100).await;
    world.pass(2 * SECOND).await;
    let limited = world.got(URL).len() - 50;
    assert!((19..=21).contains(&limited), "{limited} in two seconds");
    change(limit(40, 1)).await.unwrap();
    world.pass(SECOND).await;
    let faster = world.got(URL).len() - 50 - limited;
    assert!((38..=42).contains(&faster), "{faster} in a second");
    change(None).await.unwrap();
    world.settle().await;
    assert_eq!(world.got(URL).len(), 150, "no limit, no wait");
}

async fn while_a_webhook_drains_the_smaller_rate_holds(on: On) {
    let world = World::new(on).await;
    let webhook = world
        .webhook("standard", URL, |new| new.overrides = limit(20, 3))
        .await;
    pause(&world, webhook).await;
    world.batch("a.b", 100).await;
    resume(&world, webhook, Some(5)).await;
    world.pass(10 * SECOND).await;
    let slow = world.got(URL).len();
    assert!(
        (49..=52).contains(&slow),
        "{slow}: the drain is the slower one"
    );
    resume(&world, webhook, Some(1000)).await;
    world.pass(2 * SECOND).await;
    let limited = world.got(URL).len() - slow;
    assert!((39..=43).contains(&limited), "{limited}: the limit is");
    world.pass(MINUTE).await;
    assert_eq!(world.got(URL).len(), 100);
    assert_kept(&world.times(URL), 20, 3);
}
