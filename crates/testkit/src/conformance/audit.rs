//! The audit log: everything of an entry, filters, pages, and that it stays.

use std::{net::IpAddr, sync::Arc};

use bellwire_core::{
    access::{Actor, ActorKind},
    audit::{AuditFilter, Entry},
    ids::{AuditId, OrganizationId},
    ports::Store,
    time::{HOUR, MINUTE},
};

use super::{Subject, World};
use crate::{
    builders::{START, id},
    people::entry,
};

/// Everything that fits, newest first, in pages of this size.
async fn walk(store: &Arc<dyn Store>, filter: &AuditFilter, limit: usize) -> Vec<Entry> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = store.audit(filter, before, limit).await.expect("read");
        assert!(page.items.len() <= limit, "{}", page.items.len());
        found.extend(page.items);
        match page.next {
            None => return found,
            next => {
                assert!(
                    before.is_none_or(|before| next < Some(before)),
                    "it moves on"
                );
                before = next;
            }
        }
    }
}

async fn note(store: &Arc<dyn Store>, entries: &[Entry]) {
    store.note(entries.to_vec()).await.expect("written");
}

/// With everything that an entry can have, and with nothing that it need not; also after a crash.
pub async fn entries_come_back_as_they_were<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let addresses = ["192.0.2.7", "2001:db8::7"].map(|text| text.parse::<IpAddr>().ok());
    let mut entries: Vec<Entry> = ActorKind::ALL
        .into_iter()
        .enumerate()
        .map(|(n, kind)| Entry {
            organization_id: Some(id()),
            actor: Actor {
                kind,
                id: Some(format!("an id of {n}")),
                name: "ann@example.com".to_owned(),
                address: addresses[n % 2],
                request: Some(format!("request {n}")),
            },
            label: "Böhm & Söhne".to_owned(),
            before: Some(r#"{"name":"a \"b\""}"#.to_owned()),
            after: Some(r#"{"name":"c","secret":"***"}"#.to_owned()),
            ..entry("webhook.updated")
        })
        .collect();
    entries.push(entry("user.signed_in"));
    note(&world.store(), &entries).await;
    note(&world.store(), &[]).await;
    world.crash().await;
    entries.reverse();
    let all = walk(&world.store(), &AuditFilter::default(), 100).await;
    assert_eq!(all, entries);
}

/// Entries of two organizations and the platform, by three actors, of three actions.
fn many(cool: OrganizationId, warm: OrganizationId) -> Vec<Entry> {
    let actors = [
        Actor {
            id: Some("7".to_owned()),
            ..Actor::named(ActorKind::User, "ann@example.com")
        },
        Actor::named(ActorKind::Token, "deployment"),
        Actor::system(),
    ];
    let actions = ["webhook.updated", "webhook.deleted", "webhooks.counted"];
    (0..60_i64)
        .map(|n| Entry {
            at: START + n * MINUTE,
            organization_id: [Some(cool), None, Some(warm), Some(cool)][(n % 4) as usize],
            actor: actors[(n % 3) as usize].clone(),
            subject: format!("subject {}", n % 5),
            ..entry(actions[(n / 20) as usize])
        })
        .collect()
}

/// Every combination of what can be asked shows what fits, newest first, whatever the page's size.
pub async fn everything_asked_must_hold<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let (cool, warm) = (id(), id());
    let entries = many(cool, warm);
    note(&store, &entries).await;
    let text = |text: &str| Some(text.to_owned());
    let mut asked = 0;
    for organization_id in [None, Some(cool), Some(id())] {
        for actor in [None, text("7"), text("deployment"), text("nobody")] {
            for action in [
                None,
                text("webhook.deleted"),
                text("webhook."),
                text("webhook"),
            ] {
                for subject in [None, text("subject 3")] {
                    for since in [None, Some(START + 10 * MINUTE)] {
                        for until in [None, Some(START + 50 * MINUTE)] {
                            let filter = AuditFilter {
                                organization_id,
                                actor: actor.clone(),
                                action: action.clone(),
                                subject: subject.clone(),
                                since,
                                until,
                            };
                            let mut expected: Vec<_> = entries.clone();
                            expected.retain(|entry| fits(entry, &filter));
                            expected.reverse();
                            let found = walk(&store, &filter, 7).await;
                            assert_eq!(found, expected, "{filter:?}");
                            asked += usize::from(!expected.is_empty());
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 50, "most find something: {asked}");
}

/// What the filter means, said once more.
fn fits(entry: &Entry, filter: &AuditFilter) -> bool {
    let by = |actor: &String| entry.actor.id.as_ref() == Some(actor) || entry.actor.name == *actor;
    let of = |action: &String| match action.strip_suffix('.') {
        Some(noun) => entry.action.split('.').next() == Some(noun),
        None => entry.action == *action,
    };
    filter
        .organization_id
        .is_none_or(|id| entry.organization_id == Some(id))
        && filter.actor.as_ref().is_none_or(by)
        && filter.action.as_ref().is_none_or(of)
        && filter
            .subject
            .as_ref()
            .is_none_or(|id| entry.subject == *id)
        && filter.since.is_none_or(|since| entry.at >= since)
        && filter.until.is_none_or(|until| entry.at < until)
}

/// Pages meet without gap and overlap, while new entries come; the last one says so.
pub async fn pages_meet<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let entries: Vec<Entry> = (0..6).map(|_| entry("webhook.updated")).collect();
    note(&store, &entries).await;
    let newest_first: Vec<Entry> = entries.iter().rev().cloned().collect();
    let filter = AuditFilter::default();
    let page = store.audit(&filter, None, 4).await.expect("read");
    assert_eq!(page.items, newest_first[..4]);
    assert_eq!(page.next, Some(newest_first[3].id));
    note(&store, &[entry("webhook.updated")]).await;
    let page = store.audit(&filter, page.next, 2).await.expect("read");
    assert_eq!(page.items, newest_first[4..]);
    assert_eq!(page.next, None);
    let end = Some(entries[0].id);
    let page = store.audit(&filter, end, 2).await.expect("read");
    assert_eq!((page.items, page.next), (Vec::new(), None));
    let lowest = Some(AuditId::from_bytes([0; 16]));
    let page = store.audit(&filter, lowest, 2).await.expect("read");
    assert_eq!((page.items, page.next), (Vec::new(), None));
}

/// The times of entries decide, and not those in their ids: a clock may have been set back.
pub async fn times_decide_and_not_ids<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let back = Entry {
        at: START - 3 * HOUR,
        ..entry("webhook.updated")
    };
    let ahead = Entry {
        at: START + 3 * HOUR,
        ..entry("webhook.updated")
    };
    note(&store, &[ahead.clone(), back.clone()]).await;
    let between = |since, until| AuditFilter {
        since: Some(since),
        until: Some(until),
        ..AuditFilter::default()
    };
    let found = walk(&store, &between(START - 4 * HOUR, START - 2 * HOUR), 9).await;
    assert_eq!(found, [back]);
    let found = walk(&store, &between(START + 2 * HOUR, START + 4 * HOUR), 9).await;
    assert_eq!(found, [ahead]);
    let found = walk(&store, &between(START - 2 * HOUR, START + 2 * HOUR), 9).await;
    assert_eq!(found, []);
}

/// A search that finds nothing near ends its page, and finds what is far in the next ones.
pub async fn a_search_looks_at_a_limited_number<S: Subject>(subject: S) {
    const BETWEEN: usize = 12_000;
    let world = World::new(subject);
    let store = world.store();
    let wanted = Entry {
        actor: Actor::named(ActorKind::User, "ann@example.com"),
        subject: "the one".to_owned(),
        ..entry("webhook.updated")
    };
    note(&store, std::slice::from_ref(&wanted)).await;
    let others: Vec<Entry> = (0..BETWEEN).map(|_| entry("webhook.updated")).collect();
    for chunk in others.chunks(1_000) {
        note(&store, chunk).await;
    }
    let filter = AuditFilter {
        actor: Some("ann@example.com".to_owned()),
        ..AuditFilter::default()
    };
    let page = store.audit(&filter, None, 10).await.expect("read");
    assert_eq!(page.items, []);
    assert!(page.next.is_some(), "it goes on");
    let found = walk(&store, &filter, 10).await;
    assert_eq!(found, std::slice::from_ref(&wanted));
    // By its subject it is found at once.
    let filter = AuditFilter {
        subject: Some(wanted.subject.clone()),
        ..filter
    };
    assert_eq!(walk(&store, &filter, 10).await, [wanted]);
}

/// Who deletes an organization does not delete what was done in it.
pub async fn the_log_outlives_what_it_tells_of<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let written = Entry {
        organization_id: Some(cool.id),
        ..entry("webhook.secret_shown")
    };
    note(&world.store(), std::slice::from_ref(&written)).await;
    world.now = world.now + HOUR;
    world.remove(&cool).await;
    world.sweep().await;
    let filter = AuditFilter {
        organization_id: Some(cool.id),
        action: Some("webhook.".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(walk(&world.store(), &filter, 10).await, [written]);
}

/// The oldest go first, a limited number at a time, and nothing goes that is young enough.
pub async fn what_is_too_old_is_forgotten<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let at = |hours: i64| Entry {
        id: AuditId::floor(START + hours * HOUR),
        at: START + hours * HOUR,
        ..entry("webhook.updated")
    };
    // Whose clock was behind when its id was made.
    let late = Entry {
        id: AuditId::floor(START - HOUR),
        ..at(5)
    };
    let entries: Vec<Entry> = (0..5).map(at).chain([late.clone()]).collect();
    note(&store, &entries).await;
    let forget = async |limit| {
        let forgotten = store.forget_audit(START + 3 * HOUR, limit).await;
        forgotten.expect("forgotten")
    };
    assert_eq!(forget(2).await, 2);
    assert_eq!(forget(2).await, 1);
    assert_eq!(forget(2).await, 0);
    let left = walk(&store, &AuditFilter::default(), 100).await;
    let left: Vec<AuditId> = left.into_iter().map(|entry| entry.id).collect();
    assert_eq!(left, [at(4).id, at(3).id, late.id]);
}
