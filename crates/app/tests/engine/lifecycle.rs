//! What a change does: to pending deliveries, to new events, across a restart.

use bellwire_core::{
    access::Access,
    delivery::{CancelReason, Kind, State},
    outcome::{Cause, Outcome},
    service::{Error, TestEvent, WebhookPatch},
    time::{DAY, HOUR, MINUTE},
};
use bellwire_dispatch::Options;
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![
    a_new_url_applies_from_the_next_attempt,
    other_event_types_apply_to_new_events_only,
    disabling_by_hand_cancels_what_is_pending,
    an_event_at_the_very_time_of_a_disable_that_is_over_is_sent_at_once,
    deleting_cancels_and_the_event_still_names_the_webhook,
    pending_deliveries_go_on_after_a_restart,
    an_event_is_sent_again_to_a_webhook_made_later,
    a_test_reaches_a_disabled_webhook_and_counts_nothing,
    a_retired_secret_signs_until_its_grace_ends,
    an_old_secret_signs_no_more_once_it_is_retired,
    a_delivery_cancelled_in_its_lane_is_not_sent,
];

const URL: &str = "https://customer.example/hook";
const NEW_URL: &str = "https://new.example/hook";

async fn a_new_url_applies_from_the_next_attempt(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("user.created", "{}").await;
    world.settle().await;
    let patch = WebhookPatch {
        url: Some(NEW_URL.to_owned()),
        ..WebhookPatch::default()
    };
    world
        .service()
        .update_webhook(ORG, webhook, patch, &Access::everything(), &by("test"))
        .await
        .unwrap();
    world.pass(HOUR).await;
    assert_eq!(
        (world.got(URL).len(), world.times(NEW_URL)),
        (1, vec![HOUR])
    );
    assert_eq!(world.state(event).await, State::Delivered);
}

/// WNK-9, WNK-10: a saved change is live at once; other event types apply to new events only.
async fn other_event_types_apply_to_new_events_only(on: On) {
    let world = World::new(on).await;
    let webhook = world
        .webhook("advocate", URL, |new| {
            new.event_types = Some(vec!["user.*".to_owned()])
        })
        .await;
    world.always(URL, 500);
    let old = world.post("user.created", "{}").await;
    world.settle().await;
    let patch = WebhookPatch {
        event_types: Some(vec!["coupon.created".to_owned()]),
        ..WebhookPatch::default()
    };
    world
        .service()
        .update_webhook(ORG, webhook, patch, &Access::everything(), &by("test"))
        .await
        .unwrap();
    world.always(URL, 200);
    let unmatched = world.post("user.created", "{}").await;
    let new = world.post("coupon.created", "{}").await;
    world.pass(HOUR).await;
    assert_eq!(
        world.state(old).await,
        State::Delivered,
        "pending ones go on"
    );
    assert!(world.deliveries(unmatched).await.is_empty());
    assert_eq!(world.state(new).await, State::Delivered);
}

/// APG-13, ADV-15: a disabled webhook is not triggered, its pending deliveries are cancelled with
/// the reason, and enabling it again brings back none of them.
async fn disabling_by_hand_cancels_what_is_pending(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("user.created", "{}").await;
    world.settle().await;
    for enabled in [false, true] {
        let patch = WebhookPatch {
            enabled: Some(enabled),
            ..WebhookPatch::default()
        };
        world
            .service()
            .update_webhook(ORG, webhook, patch, &Access::everything(), &by("test"))
            .await
            .unwrap();
    }
    world.pass(DAY).await;
    assert_eq!(world.got(URL).len(), 1);
    let delivery = &world.deliveries(event).await[0];
    assert_eq!(delivery.state, State::Cancelled);
    assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDisabled));
}

/// A clock that stands still (or was set back) between the disable and the event.
async fn an_event_at_the_very_time_of_a_disable_that_is_over_is_sent_at_once(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    for enabled in [false, true] {
        let patch = WebhookPatch {
            enabled: Some(enabled),
            ..WebhookPatch::default()
        };
        world
            .service()
            .update_webhook(ORG, webhook, patch, &Access::everything(), &by("test"))
            .await
            .unwrap();
    }
    let event = world.post("a.b", "{}").await;
    world.settle().await;
    assert_eq!(world.times(URL), [0]);
    world
        .service()
        .resend_event(
            ORG,
            event,
            Some(webhook),
            &Access::everything(),
            &by("test"),
        )
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.times(URL), [0, 0]);
}

async fn deleting_cancels_and_the_event_still_names_the_webhook(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("user.created", "{}").await;
    world.settle().await;
    world
        .service()
        .delete_webhook(ORG, webhook, true, &by("test"))
        .await
        .unwrap();
    world.pass(DAY).await;
    assert_eq!(world.got(URL).len(), 1);
    let delivery = &world.deliveries(event).await[0];
    assert_eq!(
        (delivery.state, delivery.webhook_id),
        (State::Cancelled, webhook)
    );
    assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDeleted));
    let resent = world
        .service()
        .resend_event(
            ORG,
            event,
            Some(webhook),
            &Access::everything(),
            &by("test"),
        )
        .await;
    assert!(resent.unwrap_err().to_string().contains("deleted"));
}

async fn pending_deliveries_go_on_after_a_restart(on: On) {
    let mut world = World::new(on).await;
    world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    let event = world.post("user.created", "{}").await;
    world.settle().await;
    world.restart().await;
    world.always(URL, 200);
    world.pass(HOUR - MINUTE).await;
    assert_eq!(world.got(URL).len(), 1, "not before it is due");
    world.pass(MINUTE).await;
    assert_eq!(world.times(URL), [0, HOUR]);
    assert_eq!(world.state(event).await, State::Delivered);
}

async fn an_event_is_sent_again_to_a_webhook_made_later(on: On) {
    let world = World::new(on).await;
    let event = world.post("user.created", r#"{"n":1}"#).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world
        .service()
        .resend_event(
            ORG,
            event,
            Some(webhook),
            &Access::everything(),
            &by("test"),
        )
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.got(URL)[0].header("webhook-id"), event.to_string());
    let delivery = &world.deliveries(event).await[0];
    assert_eq!(
        (delivery.kind, delivery.state),
        (Kind::Resent, State::Delivered)
    );
}

/// EVI-14: a test works on an inactive webhook too, is logged, is one attempt and counts nothing.
async fn a_test_reaches_a_disabled_webhook_and_counts_nothing(on: On) {
    let world = World::new(on).await;
    let webhook = world
        .webhook("eventinsight", URL, |new| new.enabled = Some(false))
        .await;
    world.answer(URL, |_| Outcome::none(Cause::Refused));
    let tested = world
        .service()
        .test_webhook(ORG, webhook, TestEvent::default(), &by("test"))
        .await
        .unwrap();
    world.pass(DAY).await;
    let got = world.got(URL);
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].json()["action_type"], "test");
    assert_eq!(got[0].json()["entity_type"], "user");
    assert_eq!(world.state(tested.event_id).await, State::Failed);
    assert_eq!(world.health(webhook).await.counters.failures, 0);
}

async fn a_retired_secret_signs_until_its_grace_ends(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    world
        .service()
        .rotate_secret(
            ORG,
            webhook,
            (HOUR, None),
            &Access::everything(),
            &by("test"),
        )
        .await
        .unwrap();
    world.post("a.b", "{}").await;
    world.pass(2 * HOUR).await;
    world.post("a.b", "{}").await;
    world.settle().await;
    let signatures: Vec<usize> = world
        .got(URL)
        .iter()
        .map(|got| got.header("webhook-signature").split(' ').count())
        .collect();
    assert_eq!(signatures, [2, 1]);
}

/// After a rotation both secrets sign, until somebody retires the old one.
async fn an_old_secret_signs_no_more_once_it_is_retired(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    let (service, ann) = (world.service(), by("ann"));
    let refused = service
        .retire_secrets(ORG, webhook, &Access::everything(), &ann)
        .await;
    assert!(
        matches!(
            &refused,
            Err(Error::Conflict {
                code: "no_old_secret",
                ..
            })
        ),
        "{refused:?}"
    );
    let rotated = service
        .rotate_secret(ORG, webhook, (DAY, None), &Access::everything(), &ann)
        .await;
    world.post("a.b", "{}").await;
    world.pass(MINUTE).await;
    let since = service.since_rotation(&rotated.unwrap()).await.unwrap();
    assert_eq!((since.succeeded, since.more), (1, false));
    let retired = service
        .retire_secrets(ORG, webhook, &Access::everything(), &ann)
        .await
        .unwrap();
    assert_eq!(retired.signing_secrets(service.now()).count(), 1);
    world.post("a.b", "{}").await;
    world.settle().await;
    let got = world.got(URL);
    let signatures: Vec<&str> = got
        .iter()
        .map(|got| got.header("webhook-signature"))
        .collect();
    let counts: Vec<usize> = signatures.iter().map(|s| s.split(' ').count()).collect();
    assert_eq!(counts, [2, 1]);
}

async fn a_delivery_cancelled_in_its_lane_is_not_sent(on: On) {
    let options = Options {
        webhook_concurrency: 1,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    world.webhook("standard", URL, |_| {}).await;
    world.hold();
    let sent = world.post("a.b", "{}").await;
    let waiting = world.post("a.b", "{}").await;
    let delivery = world.deliveries(waiting).await[0].id;
    world
        .service()
        .cancel_delivery(ORG, delivery, &by("test"))
        .await
        .unwrap();
    world.answer_all();
    world.pass(HOUR).await;
    assert_eq!(world.got(URL).len(), 1);
    assert_eq!(world.state(sent).await, State::Delivered);
    assert_eq!(world.state(waiting).await, State::Cancelled);
}
