//! Users who go: with everything that is theirs, and never the last one who may let others in.

use bellwire_core::{
    ports::{Error, LinkUse},
    user::{Holder, Purpose, User},
};

use super::{
    Subject, World,
    people::{full, made, next, noted, refused, stored, update},
};
use crate::{
    builders::START,
    people::{link, session, user},
};

fn operator(email: &str) -> User {
    User {
        operator: true,
        ..user(email)
    }
}

/// A change of what lets somebody in ends their sessions with it, and nobody else's.
pub async fn a_change_can_end_the_sessions<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, user("ann@example.com")).await;
    let bob = stored(&store, user("bob@example.com")).await;
    for whose in [ann.id, ann.id, bob.id] {
        let entry = noted("user.signed_in");
        let result = store
            .create_session(session(Holder::User(whose)), entry.clone())
            .await;
        made(&store, result, &entry).await;
    }
    let there = async |user: &User| store.sessions(user.id, START).await.expect("read").len();
    let (result, entry) = update(&store, &next(&ann), false).await;
    made(&store, result, &entry).await;
    assert_eq!((there(&ann).await, there(&bob).await), (2, 1));
    let (result, _) = update(&store, &next(&ann), true).await;
    assert!(matches!(result, Err(Error::Stale)), "{result:?}");
    assert_eq!(there(&ann).await, 2, "a refused change ends nothing");
    let (result, entry) = update(&store, &next(&next(&ann)), true).await;
    made(&store, result, &entry).await;
    assert_eq!((there(&ann).await, there(&bob).await), (0, 1));
}

/// With memberships, sessions and links; nothing can be made for who is gone.
pub async fn a_deleted_user_is_gone_with_everything<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, full(&world, "ann@example.com").await).await;
    let cool = ann.memberships[0].organization_id;
    let signed_in = session(Holder::User(ann.id));
    let password = link(Purpose::Password(ann.id));
    let entry = noted("user.signed_in");
    let result = store.create_session(signed_in.clone(), entry.clone()).await;
    made(&store, result, &entry).await;
    let entry = noted("link.created");
    let result = store
        .create_link(password.clone(), Some(entry.clone()))
        .await;
    made(&store, result, &entry).await;

    let entry = noted("user.deleted");
    let result = store.delete_user(ann.id, entry.clone()).await;
    made(&store, result, &entry).await;
    assert_eq!(store.user(ann.id).await.expect("read"), None);
    assert!(
        store
            .users(Some(cool), None, 10)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(store.session(signed_in.sha256).await.expect("read"), None);
    assert_eq!(
        store.use_link(password.id, START).await.expect("answered"),
        LinkUse::Unknown
    );

    let no_user: fn(&Error) -> bool = |error| matches!(error, Error::NotFound("user"));
    let entry = noted("user.deleted");
    let result = store.delete_user(ann.id, entry.clone()).await;
    refused(&store, result, &entry, no_user).await;
    let result = store
        .create_session(session(Holder::User(ann.id)), entry.clone())
        .await;
    refused(&store, result, &entry, no_user).await;
    let result = store.create_link(password, Some(entry.clone())).await;
    refused(&store, result, &entry, no_user).await;
    stored(&store, user("ann@example.com")).await;
}

/// Deleting a user while they sign in, many times: no session is left behind.
pub async fn nobody_signs_in_beside_a_deletion<S: Subject>(subject: S) {
    let world = World::new(subject);
    for n in 0..8 {
        let email = format!("{n}@example.com");
        let ann = stored(&world.store(), user(&email)).await;
        let sessions: Vec<_> = (0..4).map(|_| session(Holder::User(ann.id))).collect();
        let mut calls = Vec::new();
        for one in sessions.clone() {
            let store = world.store();
            calls.push(tokio::spawn(async move {
                store.create_session(one, noted("user.signed_in")).await
            }));
        }
        let store = world.store();
        calls.push(tokio::spawn(async move {
            store.delete_user(ann.id, noted("user.deleted")).await
        }));
        for call in calls {
            match call.await.expect("no panic") {
                Ok(()) | Err(Error::NotFound("user")) => {}
                other => panic!("{other:?}"),
            }
        }
        for one in sessions {
            let left = world.store().session(one.sha256).await.expect("read");
            assert_eq!(left, None);
        }
    }
}

/// Nobody who could let others in may be lost; who is disabled does not count.
pub async fn the_last_operator_stays<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let last: fn(&Error) -> bool = |error| matches!(error, Error::Conflict(_));
    assert_eq!(store.operators().await.expect("counted"), 0);
    let ann = stored(&store, operator("ann@example.com")).await;
    let bob = stored(
        &store,
        User {
            disabled_at: Some(START),
            ..operator("bob@example.com")
        },
    )
    .await;
    stored(&store, user("eve@example.com")).await;
    assert_eq!(store.operators().await.expect("counted"), 1);

    let entry = noted("user.deleted");
    let result = store.delete_user(ann.id, entry.clone()).await;
    refused(&store, result, &entry, last).await;
    let demoted = User {
        operator: false,
        ..next(&ann)
    };
    let disabled = User {
        disabled_at: Some(START),
        ..next(&ann)
    };
    for lost in [demoted.clone(), disabled] {
        let (result, entry) = update(&store, &lost, true).await;
        refused(&store, result, &entry, last).await;
    }
    assert_eq!(store.user(ann.id).await.expect("read"), Some(ann));
    let enabled = User {
        disabled_at: None,
        ..next(&bob)
    };
    let (result, entry) = update(&store, &enabled, false).await;
    made(&store, result, &entry).await;
    assert_eq!(store.operators().await.expect("counted"), 2);
    let (result, entry) = update(&store, &demoted, true).await;
    made(&store, result, &entry).await;
    assert_eq!(store.operators().await.expect("counted"), 1);
}

/// All delete, demote and disable all others at once: one stays.
pub async fn operators_who_remove_each_other_leave_one<S: Subject>(subject: S) {
    let world = World::new(subject);
    let mut operators = Vec::new();
    for n in 0..6 {
        let email = format!("{n}@example.com");
        operators.push(stored(&world.store(), operator(&email)).await);
    }
    let calls: Vec<_> = operators
        .into_iter()
        .enumerate()
        .map(|(n, one)| {
            let store = world.store();
            tokio::spawn(async move {
                let mut lost = next(&one);
                match n % 3 {
                    0 => return store.delete_user(one.id, noted("user.deleted")).await,
                    1 => lost.operator = false,
                    _ => lost.disabled_at = Some(START),
                }
                update(&store, &lost, true).await.0
            })
        })
        .collect();
    let mut kept = 0;
    for call in calls {
        if let Err(error) = call.await.expect("no panic") {
            assert!(matches!(error, Error::Conflict(_)), "{error:?}");
            kept += 1;
        }
    }
    assert_eq!(kept, 1);
    assert_eq!(world.store().operators().await.expect("counted"), 1);
}
