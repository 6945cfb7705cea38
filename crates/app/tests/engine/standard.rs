//! Standard Webhooks: growing delays, Retry-After, 410, five days of nothing but failure.

use bellwire_core::{
    delivery::State,
    outcome::{Cause, Outcome},
    policy::DisableReason,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use serde_json::json;

use crate::{
    stores::{On, scenarios},
    world::World,
};

scenarios![
    the_body_is_type_timestamp_data_and_any_2xx_is_success,
    retries_grow_apart_over_about_three_days,
    retry_after_delays_and_never_hastens,
    gone_disables_at_once,
    five_days_of_nothing_but_failure_disable,
    a_success_in_between_keeps_it_enabled,
];

const URL: &str = "https://customer.example/hook";

async fn the_body_is_type_timestamp_data_and_any_2xx_is_success(on: On) {
    let world = World::new(on).await;
    world.webhook("standard", URL, |_| {}).await;
    world.always(URL, 204);
    let event = world
        .post("invoice.paid", r#"{"id": 1.10 ,"b":12345678901234567890}"#)
        .await;
    world.settle().await;
    assert_eq!(
        std::str::from_utf8(&world.got(URL)[0].request.body).unwrap(),
        r#"{"type":"invoice.paid","timestamp":"2026-01-01T00:00:00Z","data":{"id": 1.10 ,"b":12345678901234567890}}"#
    );
    assert_eq!(world.state(event).await, State::Delivered);
}

async fn retries_grow_apart_over_about_three_days(on: On) {
    let world = World::new(on).await;
    world.webhook("standard", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("invoice.paid", "{}").await;
    world.pass(5 * DAY).await;
    let times = world.times(URL);
    let delays_s = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
    assert_eq!(times.len(), delays_s.len() + 1);
    for (pair, delay_s) in times.windows(2).zip(delays_s) {
        let (delay, base) = (pair[1] - pair[0], delay_s * SECOND);
        assert!(
            (base..=base + base / 10).contains(&delay),
            "{delay} after {base}"
        );
    }
    assert_eq!(world.state(event).await, State::Failed);
}

async fn retry_after_delays_and_never_hastens(on: On) {
    let world = World::new(on).await;
    world.webhook("standard", URL, |_| {}).await;
    world.answer(URL, |number| Outcome {
        retry_after: Some([HOUR, SECOND, 0][number - 1]),
        ..Outcome::status([429, 503, 200][number - 1])
    });
    world.post("invoice.paid", "{}").await;
    world.pass(DAY).await;
    let times = world.times(URL);
    assert_eq!(
        times[1], HOUR,
        "an hour was asked for in place of five seconds"
    );
    assert!(
        times[2] - times[1] >= 5 * MINUTE,
        "a second was asked for in place of five minutes"
    );
}

async fn gone_disables_at_once(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.always(URL, 410);
    let event = world.post("invoice.paid", "{}").await;
    world.pass(DAY).await;
    assert_eq!(world.got(URL).len(), 1);
    assert_eq!(world.state(event).await, State::Cancelled);
    let route = world.service().snapshot().route(webhook).unwrap();
    let reason = &route.webhook.disabled.as_ref().unwrap().reason;
    assert_eq!(*reason, DisableReason::Status { status: 410 });
    assert_eq!(json!(reason)["kind"], "status");
}

async fn five_days_of_nothing_but_failure_disable(on: On) {
    let mut world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world.answer(URL, |_| Outcome::none(Cause::Refused));
    for day in 0..6 {
        assert!(world.is_enabled(webhook), "day {day}");
        world.post("invoice.paid", "{}").await;
        world.pass(DAY).await;
        if day == 2 {
            world.restart().await;
        }
    }
    assert!(!world.is_enabled(webhook));
}

async fn a_success_in_between_keeps_it_enabled(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    for day in 0..12 {
        world.always(URL, if day == 4 { 200 } else { 500 });
        if day == 8 {
            break;
        }
        world.post("invoice.paid", "{}").await;
        world.pass(DAY).await;
    }
    assert!(world.is_enabled(webhook));
}
