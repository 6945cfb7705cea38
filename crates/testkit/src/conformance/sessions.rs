//! Sessions: found by the hash of a secret, moved on and never back, ended, forgotten.

use bellwire_core::{
    ids::OrganizationId,
    ports::Error,
    time::{DAY, HOUR, MINUTE, SECOND},
    user::{Holder, Link, Portal, Purpose, Session},
};

use super::{
    Subject, World,
    people::{is_written, noted, stored},
};
use crate::{
    builders::{START, id},
    people::{link, portal, session, user},
};

/// A link into an organization that has been used, and the session that came of it.
pub(super) async fn let_in<S: Subject>(
    world: &World<S>,
    organization_id: OrganizationId,
) -> (Link, Session) {
    let store = world.store();
    let portal = Portal {
        channels: vec!["account:cool".to_owned()],
        origins: vec!["https://shop.example.com".to_owned()],
        ..portal(organization_id)
    };
    let link = link(Purpose::Portal(portal.clone()));
    let created = store
        .create_link(link.clone(), Some(noted("link.created")))
        .await;
    created.expect("the link is stored");
    store.use_link(link.id, START).await.expect("it is used");
    let session = session(Holder::Portal(link.id, portal));
    let created = store
        .create_session(session.clone(), noted("link.used"))
        .await;
    created.expect("the session is stored");
    (link, session)
}

/// A user's and a customer's, with the entry of each; also after a crash.
pub async fn sessions_are_found_by_hash<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let ann = stored(&world.store(), user("ann@example.com")).await;
    let own = Session {
        address: Some("2001:db8::1".to_owned()),
        agent: Some("Mozilla/5.0 (a browser)".to_owned()),
        seen_at: START + MINUTE,
        ..session(Holder::User(ann.id))
    };
    let entry = noted("user.signed_in");
    let created = world
        .store()
        .create_session(own.clone(), entry.clone())
        .await;
    created.expect("stored");
    assert!(is_written(&world.store(), &entry).await);
    let (_, customers) = let_in(&world, cool.id).await;
    world.crash().await;
    let store = world.store();
    for one in [own, customers] {
        assert_eq!(store.session(one.sha256).await.expect("read"), Some(one));
    }
    assert_eq!(store.session([9; 32]).await.expect("read"), None);
}

/// Expired ones are found, and not listed.
pub async fn sessions_of_a_user_are_listed_newest_first<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, user("ann@example.com")).await;
    let bob = stored(&store, user("bob@example.com")).await;
    let mut own = Vec::new();
    for (expires_at, ends_at) in [(2, 9), (9, 2), (3, 9), (9, 9)] {
        let one = Session {
            expires_at: START + expires_at * HOUR,
            ends_at: START + ends_at * HOUR,
            ..session(Holder::User(ann.id))
        };
        let created = store
            .create_session(one.clone(), noted("user.signed_in"))
            .await;
        created.expect("stored");
        own.push(one);
    }
    let listed = store.sessions(ann.id, START + HOUR).await.expect("read");
    assert_eq!(listed, own.iter().rev().cloned().collect::<Vec<_>>());
    let listed = store
        .sessions(ann.id, START + 2 * HOUR)
        .await
        .expect("read");
    assert_eq!(listed, [own[3].clone(), own[2].clone()]);
    assert_eq!(store.sessions(bob.id, START).await.expect("read"), []);
    assert_eq!(store.sessions(id(), START).await.expect("read"), []);
    let expired = store.session(own[0].sha256).await.expect("read");
    assert_eq!(expired, Some(own[0].clone()));
}

/// Who comes late does not move it back, each of the two for itself.
pub async fn a_session_is_moved_forward_only<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, user("ann@example.com")).await;
    let mut one = session(Holder::User(ann.id));
    let created = store
        .create_session(one.clone(), noted("user.signed_in"))
        .await;
    created.expect("stored");
    let touch = |seen_at, expires_at| store.touch_session(one.id, seen_at, expires_at);
    touch(START + MINUTE, START + 13 * HOUR)
        .await
        .expect("moved");
    touch(START, START + 12 * HOUR)
        .await
        .expect("nothing to do");
    touch(START + 2 * MINUTE, START).await.expect("moved");
    touch(START, START + 14 * HOUR).await.expect("moved");
    one.seen_at = START + 2 * MINUTE;
    one.expires_at = START + 14 * HOUR;
    assert_eq!(
        store.session(one.sha256).await.expect("read"),
        Some(one.clone())
    );
    let ended = store.end_session(one.id, noted("user.signed_out")).await;
    assert!(ended.expect("answered"));
    store
        .touch_session(one.id, START + HOUR, START + DAY)
        .await
        .expect("nothing to do");
    assert_eq!(store.session(one.sha256).await.expect("read"), None);
}

/// One, or all of a user; with an entry when there was one.
pub async fn sessions_end<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let ann = stored(&store, user("ann@example.com")).await;
    let bob = stored(&store, user("bob@example.com")).await;
    let mut sessions = Vec::new();
    for whose in [ann.id, ann.id, ann.id, bob.id] {
        let one = session(Holder::User(whose));
        let created = store
            .create_session(one.clone(), noted("user.signed_in"))
            .await;
        created.expect("stored");
        sessions.push(one);
    }
    let (_, customers) = let_in(&world, cool.id).await;

    let (first, again) = (noted("user.signed_out"), noted("user.signed_out"));
    let end = |entry| store.end_session(sessions[0].id, entry);
    assert!(end(first.clone()).await.expect("answered"));
    assert!(!end(again.clone()).await.expect("answered"), "only once");
    assert!(is_written(&store, &first).await);
    assert!(!is_written(&store, &again).await);
    assert_eq!(store.session(sessions[0].sha256).await.expect("read"), None);

    let (first, again) = (noted("user.sessions_ended"), noted("user.sessions_ended"));
    let end = |whose, entry| store.end_sessions(whose, entry);
    assert_eq!(end(ann.id, first.clone()).await.expect("answered"), 2);
    assert_eq!(end(ann.id, again.clone()).await.expect("answered"), 0);
    assert_eq!(end(id(), again.clone()).await.expect("answered"), 0);
    assert!(is_written(&store, &first).await);
    assert!(!is_written(&store, &again).await);
    for one in &sessions[1..3] {
        assert_eq!(store.session(one.sha256).await.expect("read"), None);
    }
    for one in [sessions[3].clone(), customers] {
        assert_eq!(store.session(one.sha256).await.expect("read"), Some(one));
    }
}

/// Nobody comes in through a link that is not there, or was taken back, or into what is gone.
pub async fn a_customers_session_needs_its_link<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let (link, there) = let_in(&world, cool.id).await;
    let stray = session(Holder::Portal(id(), portal(cool.id)));
    let entry = noted("link.used");
    let refused = store.create_session(stray, entry.clone()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("link"))),
        "{refused:?}"
    );
    let revoked = store
        .revoke_link(cool.id, link.id, START, noted("link.revoked"))
        .await;
    assert!(revoked.expect("answered"));
    let late = session(Holder::Portal(link.id, portal(cool.id)));
    let refused = store.create_session(late.clone(), entry.clone()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("link"))),
        "{refused:?}"
    );
    assert!(!is_written(&store, &entry).await);
    for one in [there, late] {
        assert_eq!(store.session(one.sha256).await.expect("read"), None);
    }

    let (_, there) = let_in(&world, cool.id).await;
    world.now = world.now + HOUR;
    world.remove(&cool).await;
    assert_eq!(store.session(there.sha256).await.expect("read"), None);
    world.sweep().await;
    assert_eq!(store.session(there.sha256).await.expect("read"), None);
}

/// In chunks: what ended before the time, and a link only with the session that came through it.
pub async fn the_sweep_forgets_what_is_over<S: Subject>(subject: S) {
    const OVER: usize = 400;
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let ann = stored(&store, user("ann@example.com")).await;
    let mut calls = Vec::new();
    for n in 0..OVER {
        let store = world.store();
        let mut one = session(Holder::User(ann.id));
        match n % 2 {
            0 => one.expires_at = START + HOUR,
            _ => one.ends_at = START + HOUR,
        }
        calls.push(tokio::spawn(async move {
            store.create_session(one, noted("user.signed_in")).await
        }));
    }
    for call in calls {
        call.await.expect("no panic").expect("stored");
    }
    let stays = Session {
        expires_at: START + HOUR + SECOND,
        ..session(Holder::User(ann.id))
    };
    let created = store
        .create_session(stays.clone(), noted("user.signed_in"))
        .await;
    created.expect("stored");
    // The link expires after an hour, its session lasts for twelve.
    let (used, through) = let_in(&world, cool.id).await;
    let unused = link(Purpose::SignIn);
    store
        .create_link(unused.clone(), None)
        .await
        .expect("stored");

    assert_eq!(store.sweep_people(START + HOUR).await.expect("swept"), 0);
    let before = START + HOUR + SECOND;
    let mut gone = Vec::new();
    loop {
        match store.sweep_people(before).await.expect("swept") {
            0 => break,
            some => gone.push(some),
        }
    }
    assert!(gone.len() > 1, "in chunks: {gone:?}");
    assert_eq!(gone.iter().sum::<u64>(), OVER as u64 + 1);
    assert_eq!(
        store.session(stays.sha256).await.expect("read"),
        Some(stays)
    );
    assert_eq!(store.link(unused.id).await.expect("read"), None);
    assert_eq!(
        store.session(through.sha256).await.expect("read"),
        Some(through.clone())
    );
    let revoked = store
        .revoke_link(cool.id, used.id, before, noted("link.revoked"))
        .await;
    assert!(revoked.expect("answered"), "it can be taken back still");
    assert_eq!(store.session(through.sha256).await.expect("read"), None);
    let after = through.ends_at + SECOND;
    assert_eq!(store.sweep_people(after).await.expect("swept"), 2);
    assert_eq!(store.link(used.id).await.expect("read"), None);
}
