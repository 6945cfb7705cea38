//! Users: unique, and changed by the next revision only. Each change is made with its entry of the log,
//! a refused one without.

use std::sync::Arc;

use bellwire_core::{
    access::Role,
    audit::{AuditFilter, Entry},
    ids::OrganizationId,
    ports::{Error, Result, Store},
    time::{HOUR, MINUTE},
    user::{Identity, Membership, User},
};

use super::{Subject, World};
use crate::{
    builders::{START, id},
    people::{entry, user},
};

/// An entry with a subject of its own, so that it can be looked for.
pub(super) fn noted(action: &str) -> Entry {
    let entry = entry(action);
    Entry {
        subject: entry.id.to_string(),
        ..entry
    }
}

/// Whether an entry is in the log, as it was given.
pub(super) async fn is_written(store: &Arc<dyn Store>, entry: &Entry) -> bool {
    let filter = AuditFilter {
        subject: Some(entry.subject.clone()),
        ..AuditFilter::default()
    };
    let page = store
        .audit(&filter, None, 10)
        .await
        .expect("the log is read");
    assert!(page.items.len() <= 1, "{page:?}");
    page.items.first() == Some(entry)
}

/// Sees that a change was made, with its entry.
pub(super) async fn made(store: &Arc<dyn Store>, result: Result<()>, entry: &Entry) {
    result.expect("the change is made");
    assert!(is_written(store, entry).await, "{entry:?}");
}

/// Sees that a change was refused, without its entry.
pub(super) async fn refused(
    store: &Arc<dyn Store>,
    result: Result<()>,
    entry: &Entry,
    expected: fn(&Error) -> bool,
) {
    let error = result.expect_err("the change is refused");
    assert!(expected(&error), "{error:?}");
    assert!(!is_written(store, entry).await, "{error}: {entry:?}");
}

/// Stores a user.
pub(super) async fn stored(store: &Arc<dyn Store>, user: User) -> User {
    let entry = noted("user.created");
    made(
        store,
        store.create_user(user.clone(), entry.clone()).await,
        &entry,
    )
    .await;
    user
}

/// Tries to replace a user by its next revision.
pub(super) async fn update(
    store: &Arc<dyn Store>,
    next: &User,
    end_sessions: bool,
) -> (Result<()>, Entry) {
    let entry = noted("user.updated");
    let result = store
        .update_user(next.clone(), end_sessions, entry.clone())
        .await;
    (result, entry)
}

pub(super) fn next(user: &User) -> User {
    User {
        revision: user.revision + 1,
        updated_at: user.updated_at + MINUTE,
        ..user.clone()
    }
}

pub(super) fn member(organization_id: OrganizationId, role: Role) -> Membership {
    Membership {
        organization_id,
        role,
        by_group: false,
    }
}

/// A user with everything that a user can have.
pub(super) async fn full<S: Subject>(world: &World<S>, email: &str) -> User {
    let mut memberships = vec![
        member(world.organization("cool").await.id, Role::Viewer),
        Membership {
            by_group: true,
            ..member(world.organization("warm").await.id, Role::Admin)
        },
    ];
    memberships.sort_by_key(|one| one.organization_id);
    User {
        name: "Ann Böhm".to_owned(),
        password: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        operator: true,
        memberships,
        identity: Some(Identity {
            issuer: "https://id.example.com".to_owned(),
            subject: "1234-abcd".to_owned(),
        }),
        language: Some("it".to_owned()),
        disabled_at: Some(START + HOUR),
        updated_at: START + HOUR,
        ..user(email)
    }
}

/// By id, by e-mail address, by identity.
pub async fn users_come_back_as_they_were<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let ann = full(&world, "ann@example.com").await;
    let bob = user("bob@example.com");
    stored(&world.store(), ann.clone()).await;
    stored(&world.store(), bob.clone()).await;
    world.crash().await;
    let store = world.store();
    assert_eq!(store.user(ann.id).await.expect("read"), Some(ann.clone()));
    assert_eq!(store.user(bob.id).await.expect("read"), Some(bob.clone()));
    assert_eq!(store.user(id()).await.expect("read"), None);
    let read = store.user_by_email("ann@example.com").await;
    assert_eq!(read.expect("read"), Some(ann.clone()));
    let read = store.user_by_email("eve@example.com").await;
    assert_eq!(read.expect("read"), None);
    let by_identity = async |issuer: &str, subject: &str| {
        store.user_by_identity(issuer, subject).await.expect("read")
    };
    assert_eq!(
        by_identity("https://id.example.com", "1234-abcd").await,
        Some(ann)
    );
    assert_eq!(by_identity("https://id.example.com", "1234").await, None);
    assert_eq!(
        by_identity("https://other.example.com", "1234-abcd").await,
        None
    );
}

/// At the creation and at a change; whoever has it may keep it.
pub async fn an_email_and_an_identity_are_one_users<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, full(&world, "ann@example.com").await).await;
    let bob = stored(&store, user("bob@example.com")).await;

    let entry = noted("user.created");
    let again = store
        .create_user(user("ann@example.com"), entry.clone())
        .await;
    refused(&store, again, &entry, |e| {
        matches!(e, Error::Taken("email"))
    })
    .await;
    let same = User {
        identity: ann.identity.clone(),
        ..user("eve@example.com")
    };
    let again = store.create_user(same, entry.clone()).await;
    refused(&store, again, &entry, |e| {
        matches!(e, Error::Taken("identity"))
    })
    .await;

    let renamed = User {
        email: ann.email.clone(),
        ..next(&bob)
    };
    let (result, entry) = update(&store, &renamed, false).await;
    refused(&store, result, &entry, |e| {
        matches!(e, Error::Taken("email"))
    })
    .await;
    let linked = User {
        identity: ann.identity.clone(),
        ..next(&bob)
    };
    let (result, entry) = update(&store, &linked, false).await;
    refused(&store, result, &entry, |e| {
        matches!(e, Error::Taken("identity"))
    })
    .await;
    assert_eq!(store.user(bob.id).await.expect("read"), Some(bob));

    let (result, entry) = update(&store, &next(&ann), false).await;
    made(&store, result, &entry).await;
    assert_eq!(store.user(ann.id).await.expect("read"), Some(next(&ann)));
}

/// Of many who want the same address at once, one gets it.
pub async fn one_of_many_gets_an_email<S: Subject>(subject: S) {
    let world = World::new(subject);
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let store = world.store();
            tokio::spawn(async move {
                let entry = noted("user.created");
                let result = store
                    .create_user(user("ann@example.com"), entry.clone())
                    .await;
                (result, entry)
            })
        })
        .collect();
    let store = world.store();
    let mut created = 0;
    for call in calls {
        let (result, entry) = call.await.expect("no panic");
        assert_eq!(is_written(&store, &entry).await, result.is_ok());
        match result {
            Ok(()) => created += 1,
            Err(error) => assert!(matches!(error, Error::Taken("email")), "{error:?}"),
        }
    }
    assert_eq!(created, 1);
    assert_eq!(store.users(None, None, 100).await.expect("read").len(), 1);
}

/// Everything but the creation can change; memberships are replaced.
pub async fn a_user_is_replaced_by_the_next_revision<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, full(&world, "ann@example.com").await).await;
    let changed = User {
        email: "anna@example.com".to_owned(),
        name: "Anna".to_owned(),
        password: None,
        operator: false,
        memberships: vec![Membership {
            role: Role::Editor,
            ..ann.memberships[1]
        }],
        identity: None,
        language: None,
        disabled_at: None,
        ..next(&ann)
    };
    let (result, entry) = update(&store, &changed, false).await;
    made(&store, result, &entry).await;
    assert_eq!(
        store.user(ann.id).await.expect("read"),
        Some(changed.clone())
    );

    let skipped = User {
        revision: changed.revision + 2,
        ..changed.clone()
    };
    for stale in [&changed, &ann, &skipped] {
        let (result, entry) = update(&store, stale, true).await;
        refused(&store, result, &entry, |e| matches!(e, Error::Stale)).await;
    }
    assert_eq!(store.user(ann.id).await.expect("read"), Some(changed));
    let (result, entry) = update(&store, &next(&user("eve@example.com")), false).await;
    refused(&store, result, &entry, |e| {
        matches!(e, Error::NotFound("user"))
    })
    .await;
}

/// Of many who change the same state at once, one does.
pub async fn one_of_many_changes_a_user<S: Subject>(subject: S) {
    let world = World::new(subject);
    let ann = stored(&world.store(), user("ann@example.com")).await;
    let calls: Vec<_> = (0..12)
        .map(|n| {
            let store = world.store();
            let named = User {
                name: format!("Ann {n}"),
                ..next(&ann)
            };
            tokio::spawn(async move {
                let (result, entry) = update(&store, &named, false).await;
                (named, result, entry)
            })
        })
        .collect();
    let store = world.store();
    let mut changed = Vec::new();
    for call in calls {
        let (named, result, entry) = call.await.expect("no panic");
        assert_eq!(is_written(&store, &entry).await, result.is_ok());
        match result {
            Ok(()) => changed.push(named),
            Err(error) => assert!(matches!(error, Error::Stale), "{error:?}"),
        }
    }
    assert_eq!(changed.len(), 1);
    assert_eq!(store.user(ann.id).await.expect("read"), changed.pop());
}

/// Nobody becomes a member of what is not there.
pub async fn members_need_an_organization<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let gone: fn(&Error) -> bool = |error| matches!(error, Error::NotFound("organization"));
    let stray = User {
        memberships: vec![member(id(), Role::Viewer)],
        ..user("ann@example.com")
    };
    let entry = noted("user.created");
    let result = store.create_user(stray.clone(), entry.clone()).await;
    refused(&store, result, &entry, gone).await;
    assert_eq!(store.user(stray.id).await.expect("read"), None);
    let ann = stored(&store, user("ann@example.com")).await;
    let cool = world.organization("cool").await;
    let enrolled = User {
        memberships: vec![member(cool.id, Role::Admin), member(id(), Role::Viewer)],
        ..next(&ann)
    };
    let (result, entry) = update(&store, &enrolled, false).await;
    refused(&store, result, &entry, gone).await;
    assert_eq!(store.user(ann.id).await.expect("read"), Some(ann));
}

/// In the order of bytes of their addresses, in pages, of one organization or all.
pub async fn users_are_listed_by_email<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let warm = world.organization("warm").await;
    let store = world.store();
    for (n, email) in ["d", "b", "a-b", "c", "a", "é"].iter().enumerate() {
        let mut memberships = vec![member(cool.id, Role::Viewer)];
        if n % 2 == 0 {
            memberships.push(member(warm.id, Role::Editor));
        }
        memberships.sort_by_key(|one| one.organization_id);
        let user = User {
            memberships,
            ..user(&format!("{email}@example.com"))
        };
        stored(&store, user).await;
    }
    stored(&store, user("z@example.com")).await;
    let list = async |organization, after: Option<&str>, limit| {
        let users = store.users(organization, after, limit).await.expect("read");
        let names = users
            .iter()
            .map(|user| user.email.replace("@example.com", ""));
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list(None, None, 10).await, "a-b a b c d z é");
    assert_eq!(list(None, None, 2).await, "a-b a");
    assert_eq!(list(None, Some("a@example.com"), 3).await, "b c d");
    assert_eq!(list(Some(warm.id), None, 10).await, "a-b a d");
    assert_eq!(list(Some(warm.id), Some("a@example.com"), 10).await, "d");
    assert_eq!(list(Some(id()), None, 10).await, "");
    let ann = store.user_by_email("a@example.com").await.expect("read");
    assert_eq!(ann.map_or(0, |ann| ann.memberships.len()), 2);

    world.now = world.now + HOUR;
    world.remove(&warm).await;
    for _ in 0..2 {
        assert_eq!(list(Some(warm.id), None, 10).await, "");
        let ann = store.user_by_email("a@example.com").await.expect("read");
        let ann = ann.expect("still there");
        assert_eq!(ann.memberships, [member(cool.id, Role::Viewer)]);
        world.sweep().await;
    }
}
