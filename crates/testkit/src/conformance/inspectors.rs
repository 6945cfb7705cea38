//! Inspectors: so many and no more, each with the newest of what arrived.

use bellwire_core::{
    headers::HeaderList,
    ids::InspectedId,
    inspector::{
        Answering, Inspected, Inspector, MAX_ALIKE, MAX_IN_ORGANIZATION, MAX_KEPT, MAX_KEPT_BYTES,
    },
    organization::Organization,
    ports::Error,
    time::{DAY, MINUTE, Time},
};
use bytes::Bytes;

use super::{
    Subject, World,
    people::{is_written, noted},
};
use crate::{
    builders::{START, id},
    people::any,
};

fn inspector(organization: &Organization) -> Inspector {
    Inspector {
        id: id(),
        organization_id: organization.id,
        name: "First try".to_owned(),
        channels: Vec::new(),
        answering: Answering::default(),
        created_at: START,
        created_by: "ann@example.com".to_owned(),
        used_at: START,
    }
}

fn arrived(inspector: &Inspector, body: &[u8]) -> Inspected {
    Inspected {
        id: id(),
        inspector_id: inspector.id,
        at: START + MINUTE,
        address: Some([203, 0, 113, 7].into()),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: HeaderList::default(),
        body_bytes: u32::try_from(body.len()).expect("a short one"),
        answered: 200,
    }
}

async fn stored<S: Subject>(world: &World<S>, inspector: Inspector) -> Inspector {
    let store = world.store();
    let stored = store.create_inspector(inspector.clone(), Time::EPOCH, any());
    assert!(stored.await.expect("answered"), "{inspector:?}");
    inspector
}

async fn kept<S: Subject>(world: &World<S>, inspector: &Inspector, body: &[u8]) -> Inspected {
    let one = arrived(inspector, body);
    let store = world.store();
    let kept = store.keep_inspected(one.clone(), Bytes::copy_from_slice(body));
    kept.await.expect("kept");
    one
}

async fn ids<S: Subject>(world: &World<S>, inspector: &Inspector) -> Vec<InspectedId> {
    let store = world.store();
    let found = store.list_inspected(inspector.id, None, 1_000).await;
    let found = found.expect("read");
    found.into_iter().map(|one| one.id).collect()
}

/// EVI-16: with the entry of the log, also after a crash.
pub async fn inspectors_come_back_as_they_were<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let acme = world.organization("acme").await;
    let other = world.organization("other").await;
    let mut one = inspector(&acme);
    one.channels = vec!["account:cool".to_owned(), "account:ü\"".to_owned()];
    one.answering = Answering {
        status: 503,
        delay_s: 10,
    };
    let entry = noted("inspector.created");
    let store = world.store();
    let made = store.create_inspector(one.clone(), Time::EPOCH, entry.clone());
    assert!(made.await.expect("answered"));
    assert!(is_written(&store, &entry).await);
    drop(store);
    let two = stored(&world, inspector(&acme)).await;
    world.crash().await;
    let store = world.store();
    let read = store.inspector(one.id).await.expect("read");
    assert_eq!(read, Some(one.clone()));
    assert_eq!(store.inspector(id()).await.expect("read"), None);
    let listed = store.inspectors(acme.id, Time::EPOCH).await.expect("read");
    assert_eq!(listed, [two, one]);
    let listed = store.inspectors(acme.id, START + 1).await.expect("read");
    assert_eq!(listed, []);
    let listed = store.inspectors(other.id, Time::EPOCH).await.expect("read");
    assert_eq!(listed, []);
    let mut stray = inspector(&acme);
    stray.organization_id = id();
    let entry = noted("inspector.created");
    let refused = store.create_inspector(stray, Time::EPOCH, entry.clone());
    let refused = refused.await;
    assert!(
        matches!(refused, Err(Error::NotFound("organization"))),
        "{refused:?}"
    );
    assert!(!is_written(&store, &entry).await);
}

/// EVI-16: of one customer, and of an organization. Those that nobody uses are not in the way.
pub async fn there_are_so_many_and_no_more<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let store = world.store();
    for _ in 0..MAX_ALIKE {
        stored(&world, inspector(&acme)).await;
    }
    let entry = noted("inspector.created");
    let more = store.create_inspector(inspector(&acme), Time::EPOCH, entry.clone());
    assert!(!more.await.expect("answered"));
    assert!(!is_written(&store, &entry).await);
    let unused = store.create_inspector(inspector(&acme), START + 1, any());
    assert!(unused.await.expect("answered"), "the others are unused");
    for number in 0..MAX_IN_ORGANIZATION - MAX_ALIKE - 1 {
        let mut one = inspector(&acme);
        one.channels = vec![format!("account:{number}")];
        stored(&world, one).await;
    }
    let mut one = inspector(&acme);
    one.channels = vec!["account:new".to_owned()];
    let more = store.create_inspector(one, Time::EPOCH, any());
    assert!(!more.await.expect("answered"));
    let other = world.organization("other").await;
    stored(&world, inspector(&other)).await;
}

/// Two who count at once do not both find room.
pub async fn many_at_once_make_no_more_than_there_may_be<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let calls: Vec<_> = (0..2 * MAX_ALIKE)
        .map(|_| {
            let (store, one) = (world.store(), inspector(&acme));
            tokio::spawn(async move { store.create_inspector(one, Time::EPOCH, any()).await })
        })
        .collect();
    let mut made = 0;
    for call in calls {
        made += usize::from(call.await.expect("no panic").expect("answered"));
    }
    assert_eq!(made, MAX_ALIKE);
}

/// EVI-16: name and answer are changed; the use moves forward only, whoever brings it.
pub async fn an_inspector_is_changed_and_used<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let store = world.store();
    let one = stored(&world, inspector(&acme)).await;
    kept(&world, &one, b"{}").await;
    let read = store.inspector(one.id).await.expect("read").expect("there");
    assert_eq!(read.used_at, START + MINUTE);
    let mut changed = one.clone();
    changed.name = "Second try".to_owned();
    changed.answering = Answering {
        status: 410,
        delay_s: 3,
    };
    let entry = noted("inspector.updated");
    let stored = store.update_inspector(changed.clone(), entry.clone());
    assert!(stored.await.expect("answered"));
    assert!(is_written(&store, &entry).await);
    let read = store.inspector(one.id).await.expect("read");
    changed.used_at = START + MINUTE;
    assert_eq!(read, Some(changed));
    let entry = noted("inspector.updated");
    let missing = store.update_inspector(inspector(&acme), entry.clone());
    assert!(!missing.await.expect("answered"));
    assert!(!is_written(&store, &entry).await);
}

/// EVI-16: byte for byte, newest first, in pages; only at the inspector where it arrived.
pub async fn what_arrives_comes_back_as_it_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let acme = world.organization("acme").await;
    let one = stored(&world, inspector(&acme)).await;
    let other = stored(&world, inspector(&acme)).await;
    let body = b"\x00\xff<script>";
    let mut first = arrived(&one, body);
    first.path = "/deep?q=%00&x=ü".to_owned();
    first.method = "PURGE".to_owned();
    first.headers = [("webhook-id", "x"), ("x-own", "ü"), ("x-own", "")]
        .into_iter()
        .collect();
    first.address = None;
    first.answered = 503;
    let store = world.store();
    let keep = store.keep_inspected(first.clone(), Bytes::from_static(body));
    keep.await.expect("kept");
    drop(store);
    let second = kept(&world, &one, b"").await;
    let third = kept(&world, &one, b"3").await;
    world.crash().await;
    let store = world.store();
    let read = store.inspected(one.id, first.id).await.expect("read");
    assert_eq!(read, Some((first.clone(), Bytes::from_static(body))));
    let empty = store.inspected(one.id, second.id).await.expect("read");
    assert_eq!(empty, Some((second.clone(), Bytes::new())));
    let elsewhere = store.inspected(other.id, first.id).await.expect("read");
    assert_eq!(elsewhere, None);
    let page = store.list_inspected(one.id, None, 2).await.expect("read");
    assert_eq!(page, [third, second.clone()]);
    let rest = store.list_inspected(one.id, Some(second.id), 2);
    assert_eq!(rest.await.expect("read"), [first]);
    assert_eq!(ids(&world, &other).await, []);
}

/// EVI-16: an inspector keeps the last hundred.
pub async fn the_newest_push_the_oldest_out<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let one = stored(&world, inspector(&acme)).await;
    let quiet = stored(&world, inspector(&acme)).await;
    let stays = kept(&world, &quiet, b"stays").await;
    let mut made = Vec::new();
    for _ in 0..MAX_KEPT + 3 {
        made.push(kept(&world, &one, b"{}").await.id);
    }
    made.reverse();
    assert_eq!(ids(&world, &one).await, made[..MAX_KEPT]);
    assert_eq!(ids(&world, &quiet).await, [stays.id]);
}

/// EVI-16: what all of them have together is bounded; one alone is kept, however large.
pub async fn large_ones_push_more_out<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let one = stored(&world, inspector(&acme)).await;
    let third = vec![7; MAX_KEPT_BYTES / 3];
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(kept(&world, &one, &third).await.id);
    }
    made.reverse();
    // With their paths three are a little too long.
    assert_eq!(ids(&world, &one).await, made[..2]);
    let whole = kept(&world, &one, &vec![8; MAX_KEPT_BYTES]).await;
    assert_eq!(ids(&world, &one).await, [whole.id]);
    let small = kept(&world, &one, b"").await;
    assert_eq!(ids(&world, &one).await, [small.id]);
}

/// EVI-16: nothing arrives at what is gone.
pub async fn what_is_removed_is_gone_with_what_arrived<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let other = world.organization("other").await;
    let store = world.store();
    let one = stored(&world, inspector(&acme)).await;
    for body in [b"1", b"2"] {
        kept(&world, &one, body).await;
    }
    let entry = noted("inspector.cleared");
    let cleared = store.clear_inspected(one.id, entry.clone());
    let cleared = cleared.await.expect("answered");
    assert!(is_written(&store, &entry).await);
    assert_eq!((cleared, ids(&world, &one).await), (2, Vec::new()));
    let last = kept(&world, &one, b"3").await;
    let entry = noted("inspector.deleted");
    let stray = store.delete_inspector(other.id, one.id, entry.clone());
    assert!(!stray.await.expect("answered"));
    assert!(!is_written(&store, &entry).await);
    let gone = store.delete_inspector(acme.id, one.id, entry.clone());
    assert!(gone.await.expect("answered"));
    assert!(is_written(&store, &entry).await);
    assert_eq!(store.inspector(one.id).await.expect("read"), None);
    let read = store.inspected(one.id, last.id).await.expect("read");
    assert_eq!(read, None);
    let late = store.keep_inspected(arrived(&one, b"4"), Bytes::from_static(b"4"));
    let late = late.await;
    assert!(
        matches!(late, Err(Error::NotFound("inspector"))),
        "{late:?}"
    );
    let again = store.delete_inspector(acme.id, one.id, any()).await;
    assert!(!again.expect("answered"));
}

/// EVI-16: one after the other, and only those.
pub async fn unused_ones_are_swept<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let store = world.store();
    let old = stored(&world, inspector(&acme)).await;
    let older = stored(&world, inspector(&acme)).await;
    let mut young = inspector(&acme);
    young.used_at = START + DAY;
    let young = stored(&world, young).await;
    kept(&world, &old, b"1").await;
    let mut swept = 0;
    while store.sweep_inspectors(START + DAY).await.expect("swept") {
        swept += 1;
    }
    assert_eq!(swept, 2);
    let left = store.inspectors(acme.id, Time::EPOCH).await.expect("read");
    assert_eq!(left, [young]);
    assert_eq!(store.inspector(older.id).await.expect("read"), None);
    assert_eq!(ids(&world, &old).await, []);
}

/// EVI-16: at once, and then from the disk.
pub async fn a_deleted_organization_takes_its_inspectors_along<S: Subject>(subject: S) {
    let world = World::new(subject);
    let acme = world.organization("acme").await;
    let store = world.store();
    let one = stored(&world, inspector(&acme)).await;
    kept(&world, &one, b"1").await;
    world.remove(&acme).await;
    assert_eq!(store.inspector(one.id).await.expect("read"), None);
    let late = store.keep_inspected(arrived(&one, b"2"), Bytes::from_static(b"2"));
    let late = late.await;
    assert!(
        matches!(late, Err(Error::NotFound("inspector"))),
        "{late:?}"
    );
    world.sweep().await;
    assert_eq!(ids(&world, &one).await, []);
    let nothing = store.sweep_inspectors(START + 30 * DAY).await;
    assert!(!nothing.expect("swept"), "it is gone from the disk");
}
