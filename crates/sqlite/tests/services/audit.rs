//! The audit log: every change leaves an entry that says who, what, before and after, and shows no
//! secret.

use bellwire_core::{
    access::{Access, Actor, ActorKind, Role},
    audit::{AuditFilter, Entry},
    outcome::Header,
    service::{
        ChannelPatch, EventTypePatch, NewChannel, NewEventType, NewPortalLink, NewToken, NewUser,
        NewWebhook, OrganizationPatch, TestEvent, UserPatch, WebhookPatch,
    },
    time::{DAY, HOUR, MINUTE},
};
use bellwire_testkit::{builders, service::by};
use serde_json::Value;

use crate::{
    URL, World, actions, missing,
    signing_in::{caller, user},
    with_url,
};

const HEADER: &str = "very secret header";
const SECRET: &str = builders::SECRET;
const PASSWORD: &str = "plover quartz lantern";

async fn entries(world: &World, filter: AuditFilter) -> Vec<Entry> {
    let page = world.kit.service.audit(None, filter, None, 1000).await;
    page.unwrap().items
}

fn json(text: Option<&String>) -> Value {
    serde_json::from_str(text.expect("there is one")).unwrap()
}

#[tokio::test]
async fn every_change_leaves_an_entry_and_none_shows_a_secret() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let ann = by("ann");
    let strict = OrganizationPatch {
        strict_event_types: Some(false),
        name: Some("Acme".to_owned()),
        ..OrganizationPatch::default()
    };
    service
        .update_organization("acme", strict, &ann)
        .await
        .unwrap();
    let named = |name: &str| NewEventType {
        name: name.to_owned(),
        ..NewEventType::default()
    };
    let described = || EventTypePatch {
        description: Some("A booking".to_owned()),
        ..EventTypePatch::default()
    };
    for slug in [None, Some("acme")] {
        service
            .create_event_type(slug, named("a.b"), &ann)
            .await
            .unwrap();
        service
            .update_event_type(slug, "a.b", described(), &ann)
            .await
            .unwrap();
        service.delete_event_type(slug, "a.b", &ann).await.unwrap();
    }
    let channel = NewChannel {
        key: "account:a".to_owned(),
        ..NewChannel::default()
    };
    service.create_channel("acme", channel, &ann).await.unwrap();
    let label = ChannelPatch {
        label: Some("A".to_owned()),
        ..ChannelPatch::default()
    };
    service
        .update_channel("acme", "account:a", label, &ann)
        .await
        .unwrap();
    service
        .delete_channel("acme", "account:a", &ann)
        .await
        .unwrap();

    let new = NewWebhook {
        headers: Some(vec![Header {
            name: "x-key".to_owned(),
            value: HEADER.to_owned(),
        }]),
        secret: Some(SECRET.to_owned()),
        ..with_url(URL)
    };
    let (webhook, _) = service.create_webhook("acme", new, &ann).await.unwrap();
    let renamed = WebhookPatch {
        name: Some("renamed".to_owned()),
        ..WebhookPatch::default()
    };
    let webhook = service
        .update_webhook("acme", webhook.id, renamed, &Access::everything(), &ann)
        .await
        .unwrap();
    service.secret_shown(&webhook, &ann).await.unwrap();
    let rotated = service
        .rotate_secret(
            "acme",
            webhook.id,
            (HOUR, None),
            &Access::everything(),
            &ann,
        )
        .await
        .unwrap();
    let tested = service
        .test_webhook("acme", webhook.id, TestEvent::default(), &ann)
        .await
        .unwrap();
    service
        .resend_event("acme", tested.event_id, None, &Access::everything(), &ann)
        .await
        .unwrap();
    let resent = service
        .resend_delivery("acme", tested.delivery_id, &ann)
        .await
        .unwrap();
    service.cancel_delivery("acme", resent, &ann).await.unwrap();
    service
        .delete_webhook("acme", webhook.id, true, &ann)
        .await
        .unwrap();

    let scope = bellwire_core::ports::TokenScope::Platform;
    let (token, text) = service
        .create_token(scope, NewToken::admin("ci"), &ann)
        .await
        .unwrap();
    service.revoke_token(None, token.id, &ann).await.unwrap();
    let bob = user(service, "bob@example.com").await;
    let signed = service
        .sign_in(&bob.email, PASSWORD, &caller())
        .await
        .unwrap();
    service.sign_out(&signed.principal).await.unwrap();
    service
        .sign_in(&bob.email, PASSWORD, &caller())
        .await
        .unwrap();
    service.sign_out_everywhere(bob.id, &ann).await.unwrap();
    service
        .update_member("acme", bob.id, Role::Admin, &ann)
        .await
        .unwrap();
    let password_link = service.password_link(bob.id, &ann).await.unwrap();
    let chosen = service
        .choose_password(&password_link, "dusty anvil parade", &caller())
        .await
        .unwrap();
    let moved = UserPatch {
        memberships: Some(Vec::new()),
        ..UserPatch::default()
    };
    service.update_user(bob.id, moved, &ann).await.unwrap();
    service.delete_user(bob.id, &ann).await.unwrap();
    let link = NewPortalLink {
        name: "Cool Travel".to_owned(),
        ..NewPortalLink::default()
    };
    let (_, first) = service
        .create_portal_link("acme", link.clone(), &ann)
        .await
        .unwrap();
    let entered = service.enter(&first, &caller()).await.unwrap();
    let (made, second) = service
        .create_portal_link("acme", link, &ann)
        .await
        .unwrap();
    service
        .revoke_portal_link("acme", made.id, &ann)
        .await
        .unwrap();
    service.delete_organization("acme", &ann).await.unwrap();

    let mut seen = actions(&world, None).await;
    seen.reverse();
    assert_eq!(
        seen,
        [
            "organization.created",
            "organization.updated",
            "event_type.created",
            "event_type.updated",
            "event_type.deleted",
            "event_type.created",
            "event_type.updated",
            "event_type.deleted",
            "channel.created",
            "channel.updated",
            "channel.deleted",
            "webhook.created",
            "webhook.updated",
            "webhook.secret_shown",
            "webhook.secret_rotated",
            "webhook.tested",
            "event.resent",
            "delivery.resent",
            "delivery.cancelled",
            "webhook.deleted",
            "token.created",
            "token.revoked",
            "user.created",
            "member.added",
            "user.signed_in",
            "user.signed_out",
            "user.signed_in",
            "user.sessions_ended",
            "member.changed",
            "link.created",
            "user.password_changed",
            "user.signed_in",
            "user.updated",
            "member.removed",
            "user.deleted",
            "link.created",
            "link.used",
            "link.created",
            "link.revoked",
            "organization.deleted",
        ]
    );
    let rotated = &rotated.secrets[0].value;
    let hidden = [
        HEADER,
        SECRET,
        rotated,
        &text,
        PASSWORD,
        "dusty anvil parade",
        &signed.secret,
        &chosen.secret,
        &entered.secret,
        &password_link,
        &first,
        &second,
        "$plain$",
    ];
    for entry in entries(&world, AuditFilter::default()).await {
        let text = format!("{entry:?}");
        for secret in hidden {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
        assert!(
            entry
                .before
                .is_none_or(|json| serde_json::from_str::<Value>(&json).is_ok())
        );
        assert!(
            entry
                .after
                .is_none_or(|json| serde_json::from_str::<Value>(&json).is_ok())
        );
    }
}

#[tokio::test]
async fn an_entry_says_who_from_where_and_what_it_was() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let bob = user(service, "bob@example.com").await;
    let signed = service
        .sign_in(&bob.email, PASSWORD, &caller())
        .await
        .unwrap();
    let webhook = world.kit.webhook("acme", URL).await;
    world.kit.clock.advance(MINUTE);
    let moved = WebhookPatch {
        url: Some("https://elsewhere.example/".to_owned()),
        ..WebhookPatch::default()
    };
    let by = &signed.principal.actor;
    let changed = service
        .update_webhook("acme", webhook.id, moved, &Access::everything(), by)
        .await
        .unwrap();
    assert_eq!(changed.updated_by, "bob@example.com");
    let of_webhook = AuditFilter {
        subject: Some(webhook.id.to_string()),
        ..AuditFilter::default()
    };
    let entry = entries(&world, of_webhook).await.remove(0);
    assert_eq!(
        entry.actor,
        Actor {
            kind: ActorKind::User,
            id: Some(bob.id.to_string()),
            name: "bob@example.com".to_owned(),
            address: Some("192.0.2.7".parse().unwrap()),
            request: Some("r1".to_owned()),
        }
    );
    assert_eq!(
        (entry.at, entry.label.as_str()),
        (builders::START + MINUTE, "a webhook")
    );
    let (before, after) = (json(entry.before.as_ref()), json(entry.after.as_ref()));
    assert_eq!(
        (&before["url"], &before["revision"]),
        (&Value::from(URL), &Value::from(1))
    );
    assert_eq!(after["url"], "https://elsewhere.example/");
    assert_eq!(after["secrets"][0]["secret"], "***");
}

#[tokio::test]
async fn what_was_refused_or_changed_nothing_leaves_no_entry() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", URL).await;
    let before = actions(&world, None).await;
    let ann = by("ann");
    let same = WebhookPatch {
        url: Some(URL.to_owned()),
        ..WebhookPatch::default()
    };
    service
        .update_webhook("acme", webhook.id, same, &Access::everything(), &ann)
        .await
        .unwrap();
    let wrong = WebhookPatch {
        url: Some("nonsense".to_owned()),
        ..WebhookPatch::default()
    };
    service
        .update_webhook("acme", webhook.id, wrong, &Access::everything(), &ann)
        .await
        .unwrap_err();
    service
        .delete_channel("acme", "nothing", &ann)
        .await
        .unwrap_err();
    service
        .sign_in("nobody@example.com", "x", &caller())
        .await
        .unwrap_err();
    service
        .create_user(NewUser::default(), &ann)
        .await
        .unwrap_err();
    assert_eq!(actions(&world, None).await, before);
}

#[tokio::test]
async fn an_organization_reads_its_own_log_in_pages() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    world.kit.organization("other", "standard").await;
    for n in 0..5 {
        world.kit.clock.advance(DAY);
        let channel = NewChannel {
            key: format!("account:{n}"),
            ..NewChannel::default()
        };
        let who = if n % 2 == 0 { "ann" } else { "bob" };
        service
            .create_channel("acme", channel, &by(who))
            .await
            .unwrap();
    }
    let read = async |filter: AuditFilter, limit: usize| {
        let (mut subjects, mut before) = (Vec::new(), None);
        loop {
            let page = service
                .audit(Some("acme"), filter.clone(), before, limit)
                .await
                .unwrap();
            subjects.extend(page.items.into_iter().map(|entry| entry.subject));
            before = page.next;
            if before.is_none() {
                return subjects;
            }
        }
    };
    let all = [
        "account:4",
        "account:3",
        "account:2",
        "account:1",
        "account:0",
        "acme",
    ];
    for limit in [1, 2, 100] {
        assert_eq!(read(AuditFilter::default(), limit).await, all);
    }
    let by_bob = AuditFilter {
        actor: Some("bob".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(read(by_bob, 10).await, ["account:3", "account:1"]);
    let of_channels = AuditFilter {
        action: Some("channel.".to_owned()),
        since: Some(builders::START + 2 * DAY),
        until: Some(builders::START + 4 * DAY),
        ..AuditFilter::default()
    };
    assert_eq!(read(of_channels, 10).await, ["account:2", "account:1"]);
    assert_eq!(
        actions(&world, Some("other")).await,
        ["organization.created"]
    );
    let refused = service
        .audit(Some("nobody"), AuditFilter::default(), None, 10)
        .await;
    assert_eq!(
        missing(refused.map(|page| page.items.len())),
        "organization"
    );
}
