//! Advocate: hourly retries for three days, and webhooks that disable themselves.

use bellwire_core::{
    access::Access,
    delivery::{CancelReason, State},
    outcome::{Answer, Cause, Outcome},
    policy::DisableReason,
    time::{HOUR, MINUTE},
};
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![
    an_event_is_posted_to_each_subscribed_url_at_once,
    the_same_url_twice_is_one_subscription,
    only_200_is_a_success,
    seventy_two_hourly_attempts_and_no_seventy_third,
    the_thousandth_client_error_disables,
    each_class_has_its_own_threshold_and_a_success_clears_all,
    every_known_type_arrives,
];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

/// ADV-1, ADV-11, ADV-16: one event object, and at once a POST to each subscribed URL, with the
/// same id for each.
async fn an_event_is_posted_to_each_subscribed_url_at_once(on: On) {
    let world = World::new(on).await;
    world.webhook("advocate", URL, |_| {}).await;
    world.webhook("advocate", OTHER, |_| {}).await;
    let event = world.post("coupon.created", r#"{"code":"BOB50"}"#).await;
    world.settle().await;

    assert_eq!((world.times(URL), world.times(OTHER)), (vec![0], vec![0]));
    let bodies = [world.got(URL)[0].json(), world.got(OTHER)[0].json()];
    assert_eq!(bodies[0], bodies[1]);
    let body = &bodies[0];
    assert_eq!(body["id"], event.to_string());
    assert_eq!(body["type"], "coupon.created");
    assert_eq!(body["tenantAlias"], ORG);
    assert_eq!(body["live"], true);
    assert_eq!(body["created"], 1_767_225_600_000_i64);
    assert_eq!(body["data"]["code"], "BOB50");
    assert_eq!(world.got(URL)[0].header("webhook-id"), event.to_string());
    assert_eq!(world.deliveries(event).await.len(), 2);
}

/// ADV-16: the same URL registered twice is one subscription.
async fn the_same_url_twice_is_one_subscription(on: On) {
    let world = World::new(on).await;
    let first = world.webhook("advocate", URL, |_| {}).await;
    let second = world.webhook("advocate", URL, |_| {}).await;
    assert_eq!(first, second);
    world.post("coupon.created", "{}").await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1);
}

/// ADV-12: 201 and 204 are failures, 200 is the only success.
async fn only_200_is_a_success(on: On) {
    let world = World::new(on).await;
    world.webhook("advocate", URL, |_| {}).await;
    world.answer(URL, |number| Outcome::status([201, 204, 200][number - 1]));
    let event = world.post("reward.created", "{}").await;
    world.pass(5 * HOUR).await;
    assert_eq!(world.times(URL), [0, HOUR, 2 * HOUR]);
    assert_eq!(world.state(event).await, State::Delivered);
}

/// ADV-13: an hour after each failed attempt, 72 attempts in all, the last at +71 h.
async fn seventy_two_hourly_attempts_and_no_seventy_third(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("reward.created", "{}").await;
    world.pass(100 * HOUR).await;
    let expected: Vec<i64> = (0..72).map(|hour| hour * HOUR).collect();
    assert_eq!(world.times(URL), expected);
    assert_eq!(world.state(event).await, State::Failed);
    assert_eq!(world.answers(event).await, [Answer::Status(500); 72]);
    assert!(world.is_enabled(webhook), "72 errors are fewer than 2000");
    assert_eq!(world.health(webhook).await.counters.server_errors, 72);
}

/// ADV-14, ADV-15: 999 answers of class 4xx leave the webhook enabled, across a restart; the
/// 1000th disables it, cancels what is pending with the reason, and nothing more is sent until it
/// is enabled again, which clears the counters.
async fn the_thousandth_client_error_disables(on: On) {
    let mut world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 404);
    for _ in 0..600 {
        world.post("user.created", "{}").await;
    }
    world.settle().await;
    world.restart().await;
    let mut last = None;
    for _ in 600..999 {
        last = Some(world.post("user.created", "{}").await);
    }
    world.settle().await;
    assert_eq!(world.got(URL).len(), 999);
    assert!(world.is_enabled(webhook));
    assert_eq!(world.health(webhook).await.counters.client_errors, 999);

    let thousandth = world.post("user.created", "{}").await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1000);
    assert!(!world.is_enabled(webhook));
    let route = world.service().snapshot().route(webhook).unwrap();
    let reason = &route.webhook.disabled.as_ref().unwrap().reason;
    assert_eq!(
        *reason,
        DisableReason::TooManyErrors {
            class: "4xx".to_owned(),
            count: 1000
        }
    );
    for event in [last.unwrap(), thousandth] {
        let delivery = &world.deliveries(event).await[0];
        assert_eq!(delivery.state, State::Cancelled);
        assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDisabled));
    }

    let unseen = world.post("user.created", "{}").await;
    world.pass(3 * HOUR).await;
    assert_eq!(world.got(URL).len(), 1000, "no retry, no new event");
    assert!(world.deliveries(unseen).await.is_empty());

    world.always(URL, 200);
    let enable = bellwire_core::service::WebhookPatch {
        enabled: Some(true),
        ..bellwire_core::service::WebhookPatch::default()
    };
    world
        .service()
        .update_webhook(ORG, webhook, enable, &Access::everything(), &by("test"))
        .await
        .unwrap();
    assert_eq!(world.health(webhook).await.counters.client_errors, 0);
    let seen = world.post("user.created", "{}").await;
    world.settle().await;
    assert_eq!(world.state(seen).await, State::Delivered);
    world.pass(3 * HOUR).await;
    assert_eq!(
        world.got(URL).len(),
        1001,
        "what was cancelled stays cancelled"
    );
}

/// ADV-14: 2000 of class 5xx or 3xx; a success clears the counters; time-outs and connection
/// failures count to no class.
async fn each_class_has_its_own_threshold_and_a_success_clears_all(on: On) {
    for (status, limit) in [(500, 2000), (302, 2000)] {
        let world = World::new(on).await;
        let webhook = world.webhook("advocate", URL, |_| {}).await;
        world.always(URL, status);
        // A request carries a thousand at most.
        world.batch("user.created", 1000).await;
        world.batch("user.created", limit - 1001).await;
        world.settle().await;
        assert!(world.is_enabled(webhook), "{status}");
        world.post("user.created", "{}").await;
        world.settle().await;
        assert!(!world.is_enabled(webhook), "{status}");
    }

    let world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.answer(URL, |number| match number {
        1..=5 => Outcome::status(404),
        6..=8 => Outcome::none(Cause::FirstByteTimeout),
        9 => Outcome::none(Cause::Refused),
        _ => Outcome::status(200),
    });
    for _ in 0..9 {
        world.post("user.created", "{}").await;
        world.settle().await;
    }
    let counters = world.health(webhook).await.counters;
    assert_eq!(
        (
            counters.redirects,
            counters.client_errors,
            counters.server_errors
        ),
        (0, 5, 0)
    );
    assert_eq!(counters.failures, 9);
    world.post("user.created", "{}").await;
    world.settle().await;
    assert_eq!(world.health(webhook).await.counters.failures, 0);
}

/// ADV-16: every known type is accepted and arrives.
async fn every_known_type_arrives(on: On) {
    let world = World::new(on).await;
    world.webhook("advocate", URL, |_| {}).await;
    let types = [
        "user.created",
        "user.reward.balance.changed",
        "coupon.created",
        "reward.created",
        "referral.started",
        "referral.converted",
        "referral.ended",
        "referral.automoderation.complete",
        "email.referred.reward.earned",
        "email.referral.started",
        "email.referral.paid",
        "email.referral.rewardLimitReached",
        "theme.publish.finished",
        "export.created",
        "export.completed",
        "test",
    ];
    for name in types {
        world.post(name, "{}").await;
        world.pass(MINUTE).await;
    }
    let got: Vec<String> = world
        .got(URL)
        .iter()
        .map(|got| got.json()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(got, types);
}
