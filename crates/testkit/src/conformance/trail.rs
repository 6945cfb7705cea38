//! What every change of the catalogue leaves in the audit log: its entry, as it was given; and a
//! change that is refused, or has nothing to do, leaves none.

use std::{fmt::Debug, sync::Arc};

use bellwire_core::{
    access::{Actor, Role},
    audit::{AuditFilter, Entry},
    organization::{Channel, EventType},
    policy::{DisableRule, Next},
    ports::{DeleteOutcome, Error, Result, Store, Token, TokenScope, WebhookChange},
    time::{HOUR, MINUTE},
};
use serde_json::Value;

use super::{
    Subject, World,
    people::{is_written, noted},
    world::tally,
};
use crate::builders::id;

/// What a change came to, and the entry that it carried.
struct Tried<T>(Result<T>, Entry);

impl<T: Debug + PartialEq> Tried<T> {
    /// It was made, with its entry.
    async fn made(self, store: &Arc<dyn Store>, expected: T) {
        let Self(result, entry) = self;
        assert_eq!(result.expect("the change is made"), expected, "{entry:?}");
        assert!(is_written(store, &entry).await, "{entry:?}");
    }

    /// Nothing was done, and nothing written.
    async fn nothing(self, store: &Arc<dyn Store>, expected: impl FnOnce(&Result<T>) -> bool) {
        let Self(result, entry) = self;
        assert!(expected(&result), "{entry:?}: {result:?}");
        assert!(!is_written(store, &entry).await, "{result:?}: {entry:?}");
    }
}

/// Calls a method of the store with an entry of its own.
macro_rules! tried {
    ($store:ident.$method:ident($($argument:expr),*)) => {{
        let entry = noted(stringify!($method));
        Tried($store.$method($($argument,)* entry.clone()).await, entry)
    }};
}

fn is_stale<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Stale))
}

fn is_taken<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Taken(_)))
}

fn is_not_found<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::NotFound(_)))
}

/// Made, changed, deleted; a slug that is taken, a stale change, one that is gone.
pub async fn what_happens_to_organizations_is_in_the_log<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let warm = world.organization("warm").await;
    let mut cool = crate::builders::organization("cool").build();
    tried!(store.create_organization(cool.clone()))
        .made(&store, ())
        .await;
    let mut same = warm.clone();
    same.id = id();
    tried!(store.create_organization(same))
        .nothing(&store, is_taken)
        .await;
    let former = cool.updated_at;
    cool.name = "Cooler".to_owned();
    cool.updated_at = former + HOUR;
    tried!(store.update_organization(cool.clone(), former))
        .made(&store, ())
        .await;
    tried!(store.update_organization(cool.clone(), former))
        .nothing(&store, is_stale)
        .await;
    tried!(store.delete_organization(cool.id, former + HOUR))
        .made(&store, ())
        .await;
    tried!(store.delete_organization(cool.id, former + HOUR))
        .nothing(&store, is_not_found)
        .await;
    tried!(store.update_organization(cool.clone(), cool.updated_at))
        .nothing(&store, is_not_found)
        .await;
}

/// The platform's and an organization's.
pub async fn what_happens_to_event_types_and_channels_is_in_the_log<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    for whose in [None, Some(cool.id)] {
        let made = crate::builders::event_type(whose, "booking.created").build();
        tried!(store.create_event_type(made.clone()))
            .made(&store, ())
            .await;
        let same = EventType {
            id: id(),
            ..made.clone()
        };
        tried!(store.create_event_type(same))
            .nothing(&store, is_taken)
            .await;
        let changed = EventType {
            description: "Somebody has booked.".to_owned(),
            updated_at: made.updated_at + MINUTE,
            ..made.clone()
        };
        let former = made.updated_at;
        tried!(store.update_event_type(changed.clone(), former))
            .made(&store, ())
            .await;
        tried!(store.update_event_type(changed.clone(), former))
            .nothing(&store, is_stale)
            .await;
        tried!(store.delete_event_type(whose, made.id))
            .made(&store, ())
            .await;
        tried!(store.delete_event_type(whose, made.id))
            .nothing(&store, is_not_found)
            .await;
    }
    let made = Channel {
        key: "account:cool".to_owned(),
        label: "Cool".to_owned(),
        kind: "account".to_owned(),
        created_at: world.now,
        updated_at: world.now,
    };
    tried!(store.create_channel(cool.id, made.clone()))
        .made(&store, ())
        .await;
    tried!(store.create_channel(cool.id, made.clone()))
        .nothing(&store, is_taken)
        .await;
    let changed = Channel {
        label: "Cooler".to_owned(),
        updated_at: world.now + MINUTE,
        ..made.clone()
    };
    tried!(store.update_channel(cool.id, changed.clone(), world.now))
        .made(&store, ())
        .await;
    tried!(store.update_channel(cool.id, changed, world.now))
        .nothing(&store, is_stale)
        .await;
    tried!(store.delete_channel(cool.id, &made.key))
        .made(&store, ())
        .await;
    tried!(store.delete_channel(cool.id, &made.key))
        .nothing(&store, is_not_found)
        .await;
}

/// Also the answers that are no errors: the same URL, something pending.
pub async fn what_happens_to_webhooks_is_in_the_log<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let other = world.webhook(&cool).await;
    let mut webhook = world.unsaved(&cool, "https://example.com/another");
    tried!(store.create_webhook(webhook.clone(), true))
        .made(&store, WebhookChange::Stored)
        .await;
    let same = world.unsaved(&cool, &other.settings.url);
    let is_same = |result: &Result<WebhookChange>| matches!(result, Ok(WebhookChange::SameUrl(_)));
    tried!(store.create_webhook(same, true))
        .nothing(&store, is_same)
        .await;
    webhook.revision += 1;
    tried!(store.update_webhook(webhook.clone(), false))
        .made(&store, WebhookChange::Stored)
        .await;
    tried!(store.update_webhook(webhook.clone(), false))
        .nothing(&store, is_stale)
        .await;
    webhook.revision += 1;
    webhook.settings.url.clone_from(&other.settings.url);
    tried!(store.update_webhook(webhook.clone(), true))
        .nothing(&store, is_same)
        .await;
    world.enqueue(&cool, &webhook).await;
    let is_pending =
        |result: &Result<DeleteOutcome>| matches!(result, Ok(DeleteOutcome::HasPending));
    tried!(store.delete_webhook(cool.id, webhook.id, false, world.now, "ann"))
        .nothing(&store, is_pending)
        .await;
    tried!(store.delete_webhook(cool.id, webhook.id, true, world.now, "ann"))
        .made(&store, DeleteOutcome::Deleted)
        .await;
    tried!(store.delete_webhook(cool.id, webhook.id, true, world.now, "ann"))
        .nothing(&store, is_not_found)
        .await;
}

/// Made and revoked once; not of an organization that is not there.
pub async fn what_happens_to_tokens_is_in_the_log<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let token = Token {
        id: world.id(),
        scope: TokenScope::Platform,
        role: Role::Editor,
        name: "a token".to_owned(),
        sha256: [1; 32],
        created_at: world.now,
        revoked_at: None,
        expires_at: None,
        last_used_at: None,
    };
    tried!(store.create_token(token.clone()))
        .made(&store, ())
        .await;
    let stray = Token {
        id: world.id(),
        scope: TokenScope::Organization(id()),
        sha256: [2; 32],
        ..token.clone()
    };
    tried!(store.create_token(stray))
        .nothing(&store, is_not_found)
        .await;
    let is_false = |result: &Result<bool>| matches!(result, Ok(false));
    tried!(store.revoke_token(Some(id()), token.id, world.now))
        .nothing(&store, is_false)
        .await;
    tried!(store.revoke_token(None, token.id, world.now))
        .made(&store, true)
        .await;
    tried!(store.revoke_token(None, token.id, world.now))
        .nothing(&store, is_false)
        .await;
}

/// Bellwire itself is behind it; once, however many attempts come after.
pub async fn a_threshold_that_disables_is_in_the_log<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let rule = DisableRule {
        after_server_errors: Some(2),
        ..DisableRule::default()
    };
    for _ in 0..4 {
        world.enqueue(&cool, &webhook).await;
    }
    let jobs = world.claim(&webhook, 10).await;
    assert_eq!(jobs.len(), 4);
    for job in &jobs {
        world.now = world.now + MINUTE;
        let mut record = world.record(job, 503, Next::Fail);
        record.tally = Some(tally(503, &rule));
        let recorded = world.store().record(vec![record].into()).await;
        recorded.expect("recorded");
    }
    world.crash().await;
    let filter = AuditFilter {
        action: Some("webhook.disabled".to_owned()),
        ..AuditFilter::default()
    };
    let page = world.store().audit(&filter, None, 10).await.expect("read");
    let [entry] = page.items.as_slice() else {
        panic!("one entry: {page:?}");
    };
    let disabled = world.read(&webhook).await;
    assert_eq!(entry.actor, Actor::system());
    assert_eq!(entry.organization_id, Some(cool.id));
    assert_eq!(entry.subject, webhook.id.to_string());
    assert_eq!(entry.label, webhook.settings.name);
    assert_eq!(Some(entry.at), disabled.disabled.as_ref().map(|one| one.at));
    let read = |text: &Option<String>| -> Value {
        serde_json::from_str(text.as_deref().unwrap_or_default()).expect("JSON")
    };
    let (before, after) = (read(&entry.before), read(&entry.after));
    assert_eq!(
        (&before["enabled"], &after["enabled"]),
        (&true.into(), &false.into())
    );
    assert_eq!(before["revision"], webhook.revision);
    assert_eq!(after["revision"], disabled.revision);
    assert_eq!(after["disabled"]["reason"], "too_many_errors");
}
