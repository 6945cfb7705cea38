//! Webhooks: made, changed, switched, deleted, searched.

use bellwire_core::{
    access::{Access, Role},
    ids::WebhookId,
    outcome::Header,
    policy::DisableReason,
    ports::WebhookFilter,
    service::{Created, Error, NewWebhook, WEBHOOK_CHANGED, WebhookPatch},
    time::{DAY, HOUR, SECOND},
};
use bellwire_testkit::builders::{SECRET, START, id};
use bellwire_testkit::service::by;

use crate::{URL, World, conflict, enabled, fields, missing, with_url};

/// WNK-9: a webhook is live at once. WNK-5, APG-4: enabled by default.
#[tokio::test]
async fn a_new_webhook_is_live_and_can_sign() {
    let world = World::new("standard").await;
    let new = NewWebhook {
        event_types: Some(vec!["booking.*".to_owned()]),
        headers: Some(vec![Header {
            name: "X-Key".to_owned(),
            value: "s3cret".to_owned(),
        }]),
        ..with_url("https://Hooks.example/a")
    };
    let service = &world.kit.service;
    let (webhook, created) = service
        .create_webhook("acme", new, &by("ann"))
        .await
        .unwrap();
    assert_eq!(created, Created::New);
    assert_eq!(webhook.revision, 1);
    assert_eq!(webhook.created_by, "ann");
    assert_eq!(webhook.settings.url, URL);
    assert_eq!(webhook.settings.profile, "standard");
    assert!(webhook.is_enabled());
    assert!(webhook.secrets[0].value.starts_with("whsec_"));
    assert_eq!(service.webhook("acme", webhook.id).await.unwrap(), webhook);
    assert_eq!(
        service.snapshot().route(webhook.id).unwrap().webhook,
        webhook
    );
    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 1);
    assert_eq!(world.post_event("user.created", "{}").await.unwrap(), 0);
}

#[tokio::test]
async fn a_webhook_that_is_wrong_stores_nothing() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let wrong = NewWebhook {
        secret: Some("hunter2".to_owned()),
        event_types: Some(vec!["*".to_owned()]),
        ..NewWebhook::default()
    };
    assert_eq!(
        fields(service.create_webhook("acme", wrong, &by("ann")).await),
        ["secret", "url", "event_types[0]"]
    );
    assert!(service.tenant("acme").unwrap().routes.is_empty());
    assert_eq!(
        missing(
            service
                .create_webhook("nobody", with_url(URL), &by("ann"))
                .await
        ),
        "organization"
    );
}

/// APG-11, APG-32: the caller may begin switched off; apigee's webhooks are direct by default.
#[tokio::test]
async fn a_webhook_can_begin_switched_off_and_direct() {
    let world = World::new("apigee").await;
    let new = NewWebhook {
        enabled: Some(false),
        secret: Some(SECRET.to_owned()),
        ..with_url(URL)
    };
    let (webhook, _) = world
        .kit
        .service
        .create_webhook("acme", new, &by("ann"))
        .await
        .unwrap();
    let disabled = webhook.disabled.unwrap();
    assert_eq!(disabled.reason, DisableReason::Manual);
    assert!(webhook.settings.direct);
    assert_eq!(webhook.secrets[0].value, SECRET);
}

/// ADV-16: the same URL registered twice is one subscription.
#[tokio::test]
async fn advocate_has_one_webhook_per_url() {
    let world = World::new("advocate").await;
    let service = &world.kit.service;
    let first = world.kit.webhook("acme", URL).await;
    for spelling in [URL, "HTTPS://hooks.EXAMPLE:443/a"] {
        let again = service
            .create_webhook("acme", with_url(spelling), &by("bob"))
            .await;
        assert_eq!(again.unwrap(), (first.clone(), Created::Existing));
    }
    let second = world.kit.webhook("acme", "https://hooks.example/b").await;
    let patch = WebhookPatch {
        url: Some(URL.to_owned()),
        ..WebhookPatch::default()
    };
    assert_eq!(conflict(world.patch(second.id, patch).await), "url_taken");
    // Its own URL is not in its way.
    let patch = WebhookPatch {
        url: Some(URL.to_owned()),
        name: Some("mine".to_owned()),
        ..WebhookPatch::default()
    };
    assert_eq!(world.patch(first.id, patch).await.unwrap().revision, 2);
    assert_eq!(service.tenant("acme").unwrap().routes.len(), 2);

    service
        .delete_webhook("acme", first.id, true, &by("ann"))
        .await
        .unwrap();
    let (third, created) = service
        .create_webhook("acme", with_url(URL), &by("ann"))
        .await
        .unwrap();
    assert_eq!(created, Created::New);
    assert_ne!(third.id, first.id);
}

#[tokio::test]
async fn the_standard_profile_has_no_such_rule() {
    let world = World::new("standard").await;
    let first = world.kit.webhook("acme", URL).await;
    let second = world.kit.webhook("acme", URL).await;
    assert_ne!(first.id, second.id);
}

/// WNK-10: enabled or not, more or fewer events, the URL.
#[tokio::test]
async fn a_change_is_a_revision_and_live_at_once() {
    let world = World::new("standard").await;
    let webhook = world.kit.webhook("acme", URL).await;
    world.kit.clock.advance(HOUR);
    let patch = WebhookPatch {
        event_types: Some(vec!["user.*".to_owned()]),
        url: Some("https://hooks.example/b".to_owned()),
        ..WebhookPatch::default()
    };
    let changed = world.patch(webhook.id, patch.clone()).await.unwrap();
    assert_eq!((changed.revision, changed.updated_at), (2, START + HOUR));
    assert_eq!(changed.updated_by, "ann");
    assert_eq!(changed.settings.name, webhook.settings.name);
    assert_eq!(world.kit.sender.forgotten(), [webhook.id]);
    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 0);
    assert_eq!(world.post_event("user.created", "{}").await.unwrap(), 1);

    world.kit.clock.advance(HOUR);
    for nothing in [patch, WebhookPatch::default(), enabled(true)] {
        let same = world.patch(webhook.id, nothing).await.unwrap();
        assert_eq!((same.revision, same.updated_at), (2, START + HOUR));
    }
    let wrong = WebhookPatch {
        url: Some("nowhere".to_owned()),
        channels: Some(vec!["a b".to_owned()]),
        ..WebhookPatch::default()
    };
    assert_eq!(
        fields(world.patch(webhook.id, wrong).await),
        ["url", "channels[0]"]
    );
}

/// ADV-15, APG-13: a disabled webhook is not triggered; what was pending stops.
#[tokio::test]
async fn a_webhook_is_switched_off_and_on() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", URL).await;
    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 1);
    world.kit.clock.advance(SECOND);
    let off = world.patch(webhook.id, enabled(false)).await.unwrap();
    let since = off.disabled.clone().unwrap();
    assert_eq!(
        (since.reason, since.at),
        (DisableReason::Manual, START + SECOND)
    );
    assert_eq!(off.cancelled_up_to, Some(START + SECOND));
    assert_eq!(service.webhook("acme", webhook.id).await.unwrap(), off);
    assert_eq!(world.kit.sender.forgotten(), [webhook.id]);
    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 0);

    world.kit.clock.advance(SECOND);
    assert_eq!(world.patch(webhook.id, enabled(false)).await.unwrap(), off);
    let on = world.patch(webhook.id, enabled(true)).await.unwrap();
    assert_eq!((on.disabled, on.revision), (None, 3));
    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 1);
}

/// APG-14: without force, pending deliveries stand in the way, and nothing changes.
#[tokio::test]
async fn a_deleted_webhook_leaves_a_tombstone() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", URL).await;
    world.post_event("booking.created", "{}").await.unwrap();
    assert_eq!(
        conflict(
            service
                .delete_webhook("acme", webhook.id, false, &by("ann"))
                .await
        ),
        "pending_deliveries"
    );
    assert!(service.snapshot().route(webhook.id).is_some());
    service
        .delete_webhook("acme", webhook.id, true, &by("ann"))
        .await
        .unwrap();
    assert!(service.snapshot().route(webhook.id).is_none());
    assert_eq!(world.kit.sender.forgotten(), [webhook.id]);
    let tombstone = service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(tombstone.deleted_at, Some(START));
    assert_eq!(
        missing(world.patch(webhook.id, enabled(true)).await),
        "webhook"
    );
    let again = service
        .delete_webhook("acme", webhook.id, true, &by("ann"))
        .await;
    assert_eq!(missing(again), "webhook");
}

#[tokio::test]
async fn another_organizations_webhook_does_not_exist() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    world.kit.organization("other", "standard").await;
    let webhook = world.kit.webhook("other", URL).await;
    assert_eq!(
        missing(service.webhook("acme", webhook.id).await),
        "webhook"
    );
    assert_eq!(
        missing(world.patch(webhook.id, enabled(false)).await),
        "webhook"
    );
    let deleted = service
        .delete_webhook("acme", webhook.id, true, &by("ann"))
        .await;
    assert_eq!(missing(deleted), "webhook");
    let rotated = service
        .rotate_secret(
            "acme",
            webhook.id,
            (DAY, None),
            &Access::everything(),
            &by("ann"),
        )
        .await;
    assert_eq!(missing(rotated), "webhook");
    assert_eq!(service.webhook("other", webhook.id).await.unwrap(), webhook);
    assert_eq!(missing(service.webhook("acme", id()).await), "webhook");
}

#[tokio::test]
async fn changes_of_two_processes_at_once_are_both_kept() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let webhook = world.kit.webhook("acme", URL).await;
    other.service.start().await.unwrap();
    let named = WebhookPatch {
        name: Some("renamed".to_owned()),
        ..WebhookPatch::default()
    };
    let moved = WebhookPatch {
        channels: Some(vec!["account:cool".to_owned()]),
        ..WebhookPatch::default()
    };
    let (bob, everything) = (by("bob"), Access::everything());
    let (one, two) = tokio::join!(
        world.patch(webhook.id, named),
        other
            .service
            .update_webhook("acme", webhook.id, moved, &everything, &bob),
    );
    assert_eq!(one.unwrap().revision + two.unwrap().revision, 2 + 3);
    let both = world.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(both.revision, 3);
    assert_eq!(both.settings.name, "renamed");
    assert_eq!(both.settings.channels, ["account:cool"]);
}

#[tokio::test]
async fn who_sees_some_channels_changes_no_webhook_of_others() {
    let world = World::new("standard").await;
    let webhook = world.kit.webhook("acme", URL).await;
    let restricted = Access {
        portal: true,
        channels: vec!["account:cool".to_owned()],
        ..Access::within(webhook.organization_id, Role::Editor)
    };
    let patch = || WebhookPatch {
        name: Some("taken over".to_owned()),
        ..WebhookPatch::default()
    };
    let (service, ann) = (&world.kit.service, by("ann"));
    let refused = service.update_webhook("acme", webhook.id, patch(), &restricted, &ann);
    assert_eq!(missing(refused.await), "webhook");
    assert_eq!(service.webhook("acme", webhook.id).await.unwrap(), webhook);
    let given = WebhookPatch {
        channels: Some(vec!["account:cool".to_owned()]),
        ..WebhookPatch::default()
    };
    world.patch(webhook.id, given).await.unwrap();
    let changed = service.update_webhook("acme", webhook.id, patch(), &restricted, &ann);
    assert_eq!(changed.await.unwrap().settings.name, "taken over");
}

/// WNK-10: a change that names the revision it was made from does not undo what somebody else did.
#[tokio::test]
async fn a_change_of_an_old_revision_changes_nothing() {
    let world = World::new("standard").await;
    let webhook = world.kit.webhook("acme", URL).await;
    let renamed = |name: &str, revision| WebhookPatch {
        name: Some(name.to_owned()),
        revision: Some(revision),
        ..WebhookPatch::default()
    };
    let second = world.patch(webhook.id, renamed("Ann's", 1)).await.unwrap();
    assert_eq!(second.revision, 2);
    match world.patch(webhook.id, renamed("Ben's", 1)).await {
        Err(Error::Conflict { code, message }) => {
            assert_eq!(code, WEBHOOK_CHANGED);
            assert!(message.contains("revision 2"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    let stored = world.kit.service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(stored, second);
    world.patch(webhook.id, renamed("Ben's", 2)).await.unwrap();
}

/// APG-3: search the list.
#[tokio::test]
async fn webhooks_are_searched_and_paged() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let mut ids = Vec::new();
    for name in ["Orders", "orders EU", "Users"] {
        let new = NewWebhook {
            name: Some(name.to_owned()),
            url: Some(format!("https://{}.example/", name.len())),
            ..NewWebhook::default()
        };
        ids.push(
            service
                .create_webhook("acme", new, &by("ann"))
                .await
                .unwrap()
                .0
                .id,
        );
    }
    world.patch(ids[1], enabled(false)).await.unwrap();
    let search = |q: Option<&str>, enabled, after, limit| {
        let filter = WebhookFilter {
            q: q.map(str::to_owned),
            enabled,
        };
        let page = service
            .webhooks("acme", &Access::everything(), &filter, after, limit)
            .unwrap();
        let found: Vec<WebhookId> = page.items.iter().map(|route| route.webhook.id).collect();
        (found, page.next)
    };
    assert_eq!(search(None, None, None, 10), (ids.clone(), None));
    assert_eq!(search(Some("ORDERS"), None, None, 10).0, ids[..2]);
    assert_eq!(search(Some("9.example"), None, None, 10).0, ids[1..2]);
    assert_eq!(search(None, Some(false), None, 10).0, ids[1..2]);
    assert_eq!(search(Some("orders"), Some(true), None, 10).0, ids[..1]);
    assert_eq!(
        search(None, None, None, 2),
        (ids[..2].to_vec(), Some(ids[1]))
    );
    assert_eq!(
        search(None, None, Some(ids[1]), 2),
        (ids[2..].to_vec(), None)
    );
}
