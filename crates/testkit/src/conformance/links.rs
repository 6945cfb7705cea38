//! Links: good once, for whoever is first; taken back with what came of them.

use bellwire_core::{
    ports::{Error, LinkUse},
    time::{HOUR, MINUTE, SECOND},
    user::{Link, Purpose},
};

use super::{
    Subject, World,
    people::{is_written, noted, stored},
    sessions::let_in,
};
use crate::{
    builders::{START, id},
    people::{link, portal, user},
};

/// Of every purpose, with the entry that it may have; also after a crash.
pub async fn links_come_back_as_they_were<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let ann = stored(&world.store(), user("ann@example.com")).await;
    let purposes = [
        Purpose::FirstOperator,
        Purpose::Password(ann.id),
        Purpose::User(ann.id),
        Purpose::Portal(portal(cool.id)),
        Purpose::SignIn,
    ];
    let mut links: Vec<Link> = purposes.into_iter().map(link).collect();
    links[0].used_at = Some(START + MINUTE);
    links[1].revoked_at = Some(START + MINUTE);
    for link in &links {
        let entry = (link.purpose != Purpose::SignIn).then(|| noted("link.created"));
        let store = world.store();
        store
            .create_link(link.clone(), entry.clone())
            .await
            .expect("stored");
        if let Some(entry) = entry {
            assert!(is_written(&store, &entry).await);
        }
    }
    world.crash().await;
    let store = world.store();
    for link in links {
        assert_eq!(store.link(link.id).await.expect("read"), Some(link));
    }
    assert_eq!(store.link(id()).await.expect("read"), None);
    let entry = noted("link.created");
    let stray = link(Purpose::Portal(portal(id())));
    let refused = store.create_link(stray, Some(entry.clone())).await;
    assert!(
        matches!(refused, Err(Error::NotFound("organization"))),
        "{refused:?}"
    );
    let stray = link(Purpose::Password(id()));
    let refused = store.create_link(stray, Some(entry.clone())).await;
    assert!(
        matches!(refused, Err(Error::NotFound("user"))),
        "{refused:?}"
    );
    assert!(!is_written(&store, &entry).await);
}

/// A link is the mark that something was done once: of twenty who make the same one, one makes it.
pub async fn a_link_is_made_once<S: Subject>(subject: S) {
    let world = World::new(subject);
    let mut link = link(Purpose::SignIn);
    link.used_at = Some(START);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (store, link) = (world.store(), link.clone());
            tokio::spawn(async move { store.create_link(link, None).await })
        })
        .collect();
    let mut made = 0;
    for call in calls {
        match call.await.expect("no panic") {
            Ok(()) => made += 1,
            Err(Error::Taken("link")) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
    let entry = noted("link.created");
    let store = world.store();
    let again = store.create_link(link.clone(), Some(entry.clone())).await;
    assert!(matches!(again, Err(Error::Taken("link"))), "{again:?}");
    assert!(!is_written(&store, &entry).await);
    let stored = store.link(link.id).await.expect("read");
    assert_eq!(stored, Some(link));
}

/// Twenty ask at once.
pub async fn a_link_is_good_once<S: Subject>(subject: S) {
    let world = World::new(subject);
    let link = link(Purpose::FirstOperator);
    let created = world.store().create_link(link.clone(), None).await;
    created.expect("stored");
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let store = world.store();
            tokio::spawn(async move { store.use_link(link.id, START + n * SECOND).await })
        })
        .collect();
    let mut good = Vec::new();
    for call in calls {
        match call.await.expect("no panic").expect("answered") {
            LinkUse::Good(link) => good.push(*link),
            LinkUse::Used => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(good.len(), 1, "{good:?}");
    assert!(good[0].used_at.is_some());
    let stored = world.store().link(link.id).await.expect("read");
    assert_eq!(stored, good.pop());
}

/// Each way of being no good has its answer; nothing changes by asking.
pub async fn a_link_says_why_it_is_no_good<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let mut links: Vec<Link> = (0..3)
        .map(|_| link(Purpose::Portal(portal(cool.id))))
        .collect();
    links[1].revoked_at = Some(START);
    for link in &links {
        let created = store.create_link(link.clone(), None).await;
        created.expect("stored");
    }
    let using = async |link: &Link, now| store.use_link(link.id, now).await.expect("answered");
    assert_eq!(using(&links[0], START + HOUR).await, LinkUse::Expired);
    assert_eq!(using(&links[1], START + MINUTE).await, LinkUse::Revoked);
    assert_eq!(using(&link(Purpose::SignIn), START).await, LinkUse::Unknown);
    for link in &links {
        let read = store.link(link.id).await.expect("read");
        assert_eq!(read.as_ref(), Some(link), "asking changed nothing");
    }
    let last = START + HOUR - 1;
    let LinkUse::Good(used) = using(&links[0], last).await else {
        panic!("it is good until it expires");
    };
    let expected = Link {
        used_at: Some(last),
        ..links[0].clone()
    };
    assert_eq!(*used, expected);
    assert_eq!(using(&links[0], last).await, LinkUse::Used);
    assert_eq!(using(&links[0], START + HOUR).await, LinkUse::Used);

    world.now = world.now + HOUR;
    world.remove(&cool).await;
    for _ in 0..2 {
        assert_eq!(using(&links[2], START).await, LinkUse::Unknown);
        assert_eq!(store.link(links[2].id).await.expect("read"), None);
        let listed = store.links(cool.id, None, 10).await.expect("read");
        assert_eq!(listed, []);
        let refused = store
            .create_link(link(Purpose::Portal(portal(cool.id))), None)
            .await;
        assert!(
            matches!(refused, Err(Error::NotFound("organization"))),
            "{refused:?}"
        );
        world.sweep().await;
    }
}

/// In pages; of one organization, and only those that lead into it.
pub async fn links_are_listed_newest_first<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let warm = world.organization("warm").await;
    let mut own = Vec::new();
    for n in 0..6 {
        let whose = if n % 3 == 2 { warm.id } else { cool.id };
        let link = link(Purpose::Portal(portal(whose)));
        store.create_link(link.clone(), None).await.expect("stored");
        if whose == cool.id {
            own.push(link);
        }
    }
    store
        .create_link(link(Purpose::SignIn), None)
        .await
        .expect("stored");
    own.reverse();
    let list = async |before, limit| store.links(cool.id, before, limit).await.expect("read");
    assert_eq!(list(None, 10).await, own);
    assert_eq!(list(None, 3).await, own[..3]);
    assert_eq!(list(Some(own[2].id), 3).await, own[3..]);
    assert_eq!(list(Some(own[3].id), 3).await, []);
    assert_eq!(store.links(warm.id, None, 10).await.expect("read").len(), 2);
}

/// By its own organization, once; the sessions that came through it end, others do not.
pub async fn revoking_a_link_ends_what_came_of_it<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let warm = world.organization("warm").await;
    let (taken, through) = let_in(&world, cool.id).await;
    let (_, beside) = let_in(&world, cool.id).await;
    let sign_in = link(Purpose::SignIn);
    store
        .create_link(sign_in.clone(), None)
        .await
        .expect("stored");

    let entry = noted("link.revoked");
    let now = START + MINUTE;
    for (whose, id) in [(warm.id, taken.id), (cool.id, id()), (cool.id, sign_in.id)] {
        let revoked = store.revoke_link(whose, id, now, entry.clone()).await;
        assert!(!revoked.expect("answered"));
    }
    assert!(!is_written(&store, &entry).await);
    assert_eq!(
        store.session(through.sha256).await.expect("read"),
        Some(through.clone())
    );
    let revoke = |now, entry| store.revoke_link(cool.id, taken.id, now, entry);
    assert!(revoke(now, entry.clone()).await.expect("answered"));
    let again = noted("link.revoked");
    assert!(!revoke(now + SECOND, again.clone()).await.expect("answered"));
    assert!(is_written(&store, &entry).await);
    assert!(!is_written(&store, &again).await);
    assert_eq!(store.session(through.sha256).await.expect("read"), None);
    assert_eq!(
        store.session(beside.sha256).await.expect("read"),
        Some(beside)
    );
    let read = store.link(taken.id).await.expect("read");
    assert_eq!(read.and_then(|link| link.revoked_at), Some(now));
    let used = store.use_link(taken.id, now).await.expect("answered");
    assert_eq!(used, LinkUse::Revoked);
}

/// Coming in and taking back at once, many times: no session is left behind.
pub async fn nobody_comes_in_beside_a_revocation<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    for _ in 0..8 {
        let link = link(Purpose::Portal(portal(cool.id)));
        let created = world.store().create_link(link.clone(), None).await;
        created.expect("stored");
        let sessions: Vec<_> = (0..4)
            .map(|_| {
                let holder = bellwire_core::user::Holder::Portal(link.id, portal(cool.id));
                crate::people::session(holder)
            })
            .collect();
        let mut calls = Vec::new();
        for one in sessions.clone() {
            let store = world.store();
            calls.push(tokio::spawn(async move {
                store.create_session(one, noted("link.used")).await
            }));
        }
        let store = world.store();
        let revoked = store.revoke_link(cool.id, link.id, START, noted("link.revoked"));
        assert!(revoked.await.expect("answered"));
        for call in calls {
            match call.await.expect("no panic") {
                Ok(()) | Err(Error::NotFound("link")) => {}
                other => panic!("{other:?}"),
            }
        }
        for one in sessions {
            let left = world.store().session(one.sha256).await.expect("read");
            assert_eq!(left, None);
        }
    }
}

/// A new one takes the place of those before it: of one user, or of the first operator.
pub async fn password_links_are_taken_back_together<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let ann = stored(&store, user("ann@example.com")).await;
    let bob = stored(&store, user("bob@example.com")).await;
    let mut links: Vec<Link> = [
        Purpose::Password(ann.id),
        Purpose::Password(ann.id),
        Purpose::Password(ann.id),
        Purpose::Password(bob.id),
        Purpose::FirstOperator,
        Purpose::FirstOperator,
        Purpose::SignIn,
    ]
    .into_iter()
    .map(link)
    .collect();
    links[2].used_at = Some(START);
    for link in &links {
        let created = store.create_link(link.clone(), None).await;
        created.expect("stored");
    }
    let revoked = async || {
        let mut revoked = Vec::new();
        for link in &links {
            let read = store.link(link.id).await.expect("read").expect("there");
            revoked.push(read.revoked_at.is_some());
        }
        revoked
    };
    let revoke = |whose| store.revoke_password_links(whose, START + MINUTE);
    assert_eq!(revoke(Some(id())).await.expect("answered"), 0);
    assert_eq!(revoke(Some(ann.id)).await.expect("answered"), 2);
    let anns = [true, true, false, false, false, false, false];
    assert_eq!(revoked().await, anns);
    assert_eq!(revoke(None).await.expect("answered"), 2);
    assert_eq!(revoke(None).await.expect("answered"), 0);
    let all = [true, true, false, false, true, true, false];
    assert_eq!(revoked().await, all);
}
