//! What changing, disabling and deleting a webhook does, to it and to its deliveries.

use bellwire_core::{
    delivery::{CancelReason, Kind, State},
    outcome::Header,
    policy::{Counters, Next, RetryRule, Timeouts},
    ports::{DeleteOutcome, Error, WebhookChange},
    time::{HOUR, MINUTE, SECOND},
    webhook::{Overrides, RateLimit, Secret},
};

use super::{Subject, World};
use crate::people::any;

/// Settings, headers, secrets, overrides: all of it, and after a crash.
pub async fn a_webhook_comes_back_as_it_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let mut webhook = world.unsaved(&cool, "https://example.com/ü?q=1");
    webhook.settings.event_types = vec!["booking.*".to_owned(), "coupon.created".to_owned()];
    webhook.settings.channels = vec!["account:cool".to_owned()];
    webhook.settings.direct = true;
    webhook.settings.headers.push(Header {
        name: "x-two".to_owned(),
        value: String::new(),
    });
    webhook.settings.overrides = Overrides {
        timeouts: Some(Timeouts {
            connect_ms: 1,
            first_byte_ms: 2,
            total_ms: 3,
        }),
        retry: Some(RetryRule::Fixed {
            interval_s: 7,
            max_attempts: 3,
        }),
        max_concurrency: Some(2),
        rate_limit: Some(RateLimit {
            per_second: 50,
            burst: Some(5),
        }),
    };
    webhook.secrets.push(Secret {
        value: "whsec_b2xk".to_owned(),
        created_at: world.now - HOUR,
        expires_at: Some(world.now + 1),
    });
    let stored = world
        .store()
        .create_webhook(webhook.clone(), true, any())
        .await
        .expect("stored");
    assert_eq!(stored, WebhookChange::Stored);
    world.crash().await;
    assert_eq!(world.read(&webhook).await, webhook);
    let record = world
        .store()
        .load_organization(cool.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.webhooks, [webhook]);
}

/// Who changes an older revision than the stored one must look again.
pub async fn revisions_go_up_by_one<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.now = world.now + HOUR;
    let mut next = webhook.clone();
    next.revision = 2;
    next.settings.url = "https://example.com/other".to_owned();
    next.settings.headers.clear();
    next.secrets.clear();
    next.updated_at = world.now;
    next.updated_by = "bob@example.com".to_owned();
    let change = world
        .store()
        .update_webhook(next.clone(), false, any())
        .await
        .expect("changed");
    assert_eq!(change, WebhookChange::Stored);
    assert_eq!(world.read(&webhook).await, next);
    for revision in [1, 2, 4] {
        let mut stale = next.clone();
        stale.revision = revision;
        let refused = world.store().update_webhook(stale, false, any()).await;
        assert!(matches!(refused, Err(Error::Stale)), "{refused:?}");
    }
    let mut unknown = next.clone();
    unknown.id = world.id();
    let refused = world.store().update_webhook(unknown, false, any()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
    let warm = world.organization("warm").await;
    let theirs = bellwire_core::webhook::Webhook {
        organization_id: warm.id,
        revision: 3,
        ..next.clone()
    };
    let refused = world.store().update_webhook(theirs, false, any()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
}

/// ADV-16: the same URL registered twice is one subscription, where the caller asks for that.
pub async fn one_per_url_returns_the_other<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let first = world.webhook(&cool).await;
    let same = world.unsaved(&cool, &first.settings.url);
    let change = world
        .store()
        .create_webhook(same.clone(), true, any())
        .await
        .expect("answered");
    assert_eq!(change, WebhookChange::SameUrl(Box::new(first.clone())));
    let theirs = world.unsaved(&warm, &first.settings.url);
    let change = world
        .store()
        .create_webhook(theirs, true, any())
        .await
        .expect("answered");
    assert_eq!(
        change,
        WebhookChange::Stored,
        "another organization's is another one"
    );
    // A change to the URL of another one, too; to its own it is none.
    let mut other = world.unsaved(&cool, "https://example.com/other");
    world
        .store()
        .create_webhook(other.clone(), true, any())
        .await
        .expect("stored");
    other.revision = 2;
    let change = world
        .store()
        .update_webhook(other.clone(), true, any())
        .await
        .expect("answered");
    assert_eq!(change, WebhookChange::Stored);
    other.revision = 3;
    other.settings.url = first.settings.url.clone();
    let change = world
        .store()
        .update_webhook(other, true, any())
        .await
        .expect("answered");
    assert_eq!(change, WebhookChange::SameUrl(Box::new(first.clone())));
    // A tombstone's URL is free.
    let done = world
        .store()
        .delete_webhook(cool.id, first.id, true, world.now, "ann", any())
        .await;
    done.expect("deleted");
    let change = world
        .store()
        .create_webhook(same, true, any())
        .await
        .expect("answered");
    assert_eq!(change, WebhookChange::Stored);
}

/// ADV-15: disabling stops pending retries with a recorded reason, at once for everybody.
pub async fn disabling_cancels_what_is_pending<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (webhook, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (event_id, waiting) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world
        .attempt(&job, 500, Next::RetryAt(world.now + HOUR))
        .await;
    let (_, fresh) = world.enqueue(&cool, &webhook).await;
    let (_, spared) = world.enqueue(&cool, &other).await;
    world.now = world.now + MINUTE;
    world.switch(&webhook, false).await;
    assert_eq!(world.read(&webhook).await.cancelled_up_to, Some(world.now));
    for id in [waiting, fresh] {
        let delivery = world.delivery(&cool, id).await;
        assert_eq!(delivery.state, State::Cancelled);
        assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDisabled));
        assert_eq!(delivery.updated_at, world.now);
    }
    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(detail.deliveries[0].delivery.state, State::Cancelled);
    world.now = world.now + 2 * HOUR;
    assert!(world.claim(&webhook, 5).await.is_empty());
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        None
    );
    let lanes = world.store().due_lanes().await.expect("asked");
    assert_eq!(
        lanes.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [other.id]
    );
    assert_eq!(world.state(&cool, spared).await, State::Pending);
}

/// Enabling brings nothing back, clears the counters, and new events flow.
pub async fn enabling_clears_counters_and_takes_new_events<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 404, Next::Fail).await;
    let (_, old) = world.enqueue(&cool, &webhook).await;
    world.switch(&webhook, false).await;
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters.client_errors, 1, "until it is enabled");
    world.now = world.now + HOUR;
    world.switch(&webhook, true).await;
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters, Counters::default());
    let (_, new) = world.enqueue(&cool, &webhook).await;
    let given = world.claim(&webhook, 5).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [new]
    );
    world.sweep().await;
    assert_eq!(world.state(&cool, old).await, State::Cancelled);
    assert_eq!(world.state(&cool, new).await, State::Pending);
    world.crash().await;
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters, Counters::default());
}

/// A clock that stands still, or has gone back, does not put new deliveries under an old mark.
pub async fn a_delivery_made_at_the_time_of_a_disable_that_is_over_is_sent<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    world.switch(&webhook, false).await;
    world.switch(&webhook, true).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    assert_eq!(world.state(&cool, id).await, State::Pending);
    world.now = world.now + SECOND;
    assert_eq!(world.claim(&webhook, 5).await[0].delivery_id, id);
    world.now = world.now - HOUR;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    world.now = world.now + 2 * HOUR;
    assert_eq!(world.claim(&webhook, 5).await[0].delivery_id, id);
}

/// APG-14: without force a pending delivery forbids the deletion; with force it is cancelled.
pub async fn deleting_with_and_without_force<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let webhook = world.webhook(&cool).await;
    let (_, id) = world.enqueue(&cool, &webhook).await;
    world.now = world.now + MINUTE;
    let store = world.store();
    let delete = |organization, force| {
        store.delete_webhook(
            organization,
            webhook.id,
            force,
            world.now,
            "bob@example.com",
            any(),
        )
    };
    let refused = delete(warm.id, true).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
    assert_eq!(
        delete(cool.id, false).await.expect("answered"),
        DeleteOutcome::HasPending
    );
    assert_eq!(world.read(&webhook).await, webhook);
    let job = world.claim(&webhook, 1).await.remove(0);
    assert_eq!(
        delete(cool.id, false).await.expect("answered"),
        DeleteOutcome::HasPending
    );
    store.release(&[job.delivery_id]).await.expect("released");
    assert_eq!(
        delete(cool.id, true).await.expect("answered"),
        DeleteOutcome::Deleted
    );
    let delivery = world.delivery(&cool, id).await;
    assert_eq!(delivery.state, State::Cancelled);
    assert_eq!(delivery.cancel_reason, Some(CancelReason::WebhookDeleted));
    assert!(world.claim(&webhook, 5).await.is_empty());
    let refused = delete(cool.id, true).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
    // What a disable has cancelled is not pending.
    let other = world.webhook(&cool).await;
    world.enqueue(&cool, &other).await;
    world.switch(&other, false).await;
    let done = store
        .delete_webhook(cool.id, other.id, false, world.now, "bob", any())
        .await;
    assert_eq!(done.expect("answered"), DeleteOutcome::Deleted);
}

/// History can name it; lists and matching do not see it; nothing can change it.
pub async fn a_tombstone_is_named_and_not_listed<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event_id, _) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 200, Next::Deliver).await;
    world.now = world.now + HOUR;
    let done = world
        .store()
        .delete_webhook(cool.id, webhook.id, false, world.now, "bob", any())
        .await;
    assert_eq!(done.expect("answered"), DeleteOutcome::Deleted);
    world.crash().await;
    let tombstone = world.read(&webhook).await;
    assert_eq!(tombstone.deleted_at, Some(world.now));
    assert_eq!(
        (tombstone.revision, tombstone.updated_by.as_str()),
        (2, "bob")
    );
    assert_eq!(tombstone.settings.name, webhook.settings.name);
    assert_eq!(tombstone.settings.url, webhook.settings.url);
    assert!(!tombstone.is_enabled());
    let record = world
        .store()
        .load_organization(cool.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.webhooks, []);
    let mut next = tombstone.clone();
    next.revision = 3;
    next.deleted_at = None;
    let refused = world.store().update_webhook(next, false, any()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(detail.deliveries[0].delivery.webhook_id, webhook.id);
    assert_eq!(detail.deliveries[0].delivery.state, State::Delivered);
    let listed = world
        .store()
        .attempts(cool.id, webhook.id, None, 5)
        .await
        .expect("read");
    assert_eq!(listed.items.len(), 1);
}

/// What a disable cancelled says so after the webhook is deleted too, swept or not.
pub async fn reasons_stay_what_they_were<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (_, by_disable) = world.enqueue(&cool, &webhook).await;
    world.switch(&webhook, false).await;
    world.now = world.now + HOUR;
    world.switch(&webhook, true).await;
    let (_, by_deletion) = world.enqueue(&cool, &webhook).await;
    world.now = world.now + HOUR;
    let done = world
        .store()
        .delete_webhook(cool.id, webhook.id, true, world.now, "ann", any())
        .await;
    done.expect("deleted");
    for swept in [false, true] {
        if swept {
            world.sweep().await;
        }
        for (id, reason) in [
            (by_disable, CancelReason::WebhookDisabled),
            (by_deletion, CancelReason::WebhookDeleted),
        ] {
            let delivery = world.delivery(&cool, id).await;
            assert_eq!(
                (delivery.state, delivery.cancel_reason),
                (State::Cancelled, Some(reason))
            );
        }
    }
}

/// The sweep changes what rows say, and nothing that anybody sees.
pub async fn the_sweep_marks_what_readers_already_see<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let events = (0..1000)
        .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
        .collect::<Vec<_>>();
    let ids: Vec<_> = events.iter().map(|event| event.deliveries[0].id).collect();
    world.submit(&cool, events).await.expect("stored");
    world.now = world.now + MINUTE;
    world.switch(&webhook, false).await;
    world.now = world.now + MINUTE;
    let before = world.delivery(&cool, ids[500]).await;
    let mut chunks = 0;
    while world.store().sweep_cancelled().await.expect("swept") {
        chunks += 1;
        assert!(chunks < 1000, "a sweep comes to an end");
    }
    assert!(chunks > 1, "in chunks");
    assert_eq!(world.store().stats().pending, 0);
    let after = world.delivery(&cool, ids[500]).await;
    assert_eq!(
        (after.state, after.cancel_reason, after.updated_at),
        (before.state, before.cancel_reason, before.updated_at)
    );
    world.crash().await;
    assert_eq!(world.store().stats().pending, 0);
    assert!(!world.store().sweep_cancelled().await.expect("swept"));
}

/// A webhook that is enabled again before the sweep keeps what came after.
pub async fn the_sweep_spares_newer_deliveries_and_tests<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let old = (0..700)
        .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
        .collect();
    world.submit(&cool, old).await.expect("stored");
    let mut event = world.event(&cool);
    event.test = true;
    let test = world.to(event, &[&webhook], Kind::Test, false);
    let mut spared = vec![test.deliveries[0].id];
    world.submit(&cool, vec![test]).await.expect("stored");
    world.now = world.now + MINUTE;
    world.switch(&webhook, false).await;
    world.now = world.now + MINUTE;
    world.switch(&webhook, true).await;
    spared.push(world.enqueue(&cool, &webhook).await.1);
    world.sweep().await;
    assert_eq!(world.store().stats().pending, 2);
    let given: Vec<_> = world
        .claim(&webhook, 10)
        .await
        .iter()
        .map(|job| job.delivery_id)
        .collect();
    assert_eq!(given, spared);
}
