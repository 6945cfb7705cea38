//! Counts of attempts: exact from the commit on, folded or not, whoever folds and whenever it
//! crashes.

use std::sync::Arc;

use bellwire_core::{
    delivery::{Job, Kind},
    entropy::Entropy as _,
    ids::{OrganizationId, WebhookId},
    organization::Organization,
    outcome::{Answer, Cause},
    policy::{Class, Next},
    ports::{Record, Store, Wanted, Whose},
    statistics::{Cell, Class as ResultClass, Group, GroupBy, Range, Span, Table},
    time::{DAY, HOUR, MINUTE, Time},
    webhook::Webhook,
};

mod full_count;
pub mod together;

use self::full_count::{Seen, count};
use super::{Subject, World};
use crate::{entropy::SeededEntropy, people::any};

/// Deliveries of one event to these webhooks, held by this process.
async fn jobs<S: Subject>(
    world: &World<S>,
    organization: &Organization,
    webhooks: &[&Webhook],
    event_type: &str,
    kind: Kind,
) -> Vec<Job> {
    let mut event = world.event(organization);
    event.event_type = event_type.to_owned();
    let new = world.to(event, webhooks, kind, true);
    let jobs = new
        .deliveries
        .iter()
        .map(|delivery| Job {
            delivery_id: delivery.id,
            webhook_id: delivery.webhook_id,
            kind,
            attempts: 0,
            created_at: world.now,
            event: Arc::clone(&new.event),
        })
        .collect();
    let stored = world.submit(organization, vec![new]).await;
    stored.expect("the event is stored");
    jobs
}

fn answered(mut record: Record, answer: Answer, at: Time, total_us: u32) -> Record {
    record.attempt.answer = answer;
    record.attempt.at = at;
    record.attempt.timing.total_us = total_us;
    record.now = at + i64::from(total_us);
    if let Some(tally) = &mut record.tally {
        tally.class = match answer {
            Answer::Status(200..=299) => Class::Success,
            // Nothing here is to disable a webhook.
            Answer::Status(_) => Class::OtherStatus,
            Answer::None(_) => Class::NoAnswer,
        };
    }
    record
}

async fn record(store: &Arc<dyn Store>, records: Vec<Record>) {
    store.record(records.into()).await.expect("recorded");
}

/// Folds until nothing is left.
async fn fold_all(store: &Arc<dyn Store>, now: Time) {
    while store.fold(now).await.expect("folding works").more {}
}

async fn totals(
    store: &Arc<dyn Store>,
    organization: OrganizationId,
    webhook: Option<WebhookId>,
    (since, until): (Time, Time),
) -> Cell {
    let totals = store.totals(organization, webhook, since, until).await;
    totals.expect("counts are read")
}

async fn table(store: &Arc<dyn Store>, whose: Whose, range: Range, by: Option<GroupBy>) -> Table {
    let table = Table::new(range.since, range.span.length_us(), by);
    let wanted = Wanted::new(whose, vec![range]);
    store
        .tabulate(wanted, table)
        .await
        .expect("counts are read")
}

/// The same but for the example, of which any that began last will do.
fn without_example(cell: &Cell) -> Cell {
    Cell {
        last: None,
        ..cell.clone()
    }
}

/// What was recorded is counted with the commit, before anybody folds, and the same after it.
pub async fn what_is_recorded_is_counted_at_once<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let jobs = jobs(&world, &cool, &[&webhook], "a.b", Kind::Matched).await;
    let range = (world.now - HOUR, world.now + HOUR);
    assert_eq!(totals(&store, cool.id, None, range).await, Cell::default());
    let failed = world.record(&jobs[0], 503, Next::Fail);
    let failed = answered(failed, Answer::Status(503), world.now, 2_000);
    // The same record twice counts once.
    record(&store, vec![failed.clone()]).await;
    record(&store, vec![failed]).await;
    let before = totals(&store, cool.id, Some(webhook.id), range).await;
    assert_eq!(
        (before.delivered, before.failed, before.exhausted),
        (0, 1, 1)
    );
    assert_eq!((before.total_us, before.max_us), (2_000, 2_000));
    let last = before.last.expect("an example");
    assert_eq!((last.delivery_id, last.number), (jobs[0].delivery_id, 1));
    fold_all(&store, world.now).await;
    for webhook in [None, Some(webhook.id)] {
        assert_eq!(totals(&store, cool.id, webhook, range).await, before);
    }
    assert_eq!(
        totals(&store, world.id(), None, range).await,
        Cell::default()
    );
    let other = Some(world.id());
    assert_eq!(totals(&store, cool.id, other, range).await, Cell::default());
}

/// A test is nobody's traffic.
pub async fn tests_are_not_counted<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let jobs = jobs(&world, &cool, &[&webhook], "a.b", Kind::Test).await;
    record(&store, vec![world.record(&jobs[0], 500, Next::Fail)]).await;
    assert_eq!(store.fold(world.now).await.expect("folded").batches, 0);
    let range = (world.now - HOUR, world.now + HOUR);
    assert_eq!(totals(&store, cool.id, None, range).await, Cell::default());
}

/// ADV-7, EVI-15: whatever is asked, counts are what a full count of the attempts would say: for
/// random attempts, folded now and then, with crashes between.
pub async fn counts_agree_with_a_full_count<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let entropy = SeededEntropy::new(42);
    let pick = |n: u64| entropy.u64() % n;
    let cool = world.organization("cool").await;
    let other = world.organization("other").await;
    let mut webhooks = Vec::new();
    for n in 0..3 {
        let webhook = world.unsaved(&cool, &format!("https://example.com/{n}"));
        let store = world.store();
        let made = store.create_webhook(webhook.clone(), false, any()).await;
        made.expect("the webhook is stored");
        webhooks.push(webhook);
    }
    let elsewhere = world.webhook(&other).await;
    let start = world.now;
    let mut seen: Vec<Seen> = Vec::new();
    let mut others = 0;
    for round in 0..12 {
        let store = world.store();
        let mut records = Vec::new();
        for _ in 0..20 {
            let webhook = &webhooks[pick(3) as usize];
            let event_type = ["a.b", "booking.created"][pick(2) as usize];
            let job = jobs(&world, &cool, &[webhook], event_type, Kind::Matched)
                .await
                .remove(0);
            let answer = match pick(5) {
                0 => Answer::None(Cause::FirstByteTimeout),
                1 => Answer::Status(503),
                2 => Answer::Status(404),
                _ => Answer::Status(200),
            };
            let success = answer == Answer::Status(200);
            let exhausted = !success && pick(2) == 0;
            let next = match (success, exhausted) {
                (true, _) => Next::Deliver,
                (_, true) => Next::Fail,
                _ => Next::RetryAt(start + DAY),
            };
            let at = start + (pick(50) * 60 + pick(60)) as i64 * MINUTE + pick(1_000_000) as i64;
            let total_us = pick(3_000_000) as u32;
            records.push(answered(
                world.record(&job, 200, next),
                answer,
                at,
                total_us,
            ));
            seen.push(Seen {
                webhook: webhook.id,
                event_type: event_type.to_owned(),
                answer,
                success,
                exhausted,
                at,
                total_us,
            });
        }
        let job = jobs(&world, &other, &[&elsewhere], "a.b", Kind::Matched)
            .await
            .remove(0);
        records.push(answered(
            world.record(&job, 200, Next::Deliver),
            Answer::Status(200),
            start,
            7,
        ));
        others += 1;
        record(&store, records).await;
        match pick(4) {
            0 => fold_all(&store, start).await,
            1 => drop(store.fold(start).await.expect("folding works")),
            _ => {}
        }
        drop(store);
        if round % 4 == 3 {
            world.crash().await;
        }
        let store = world.store();
        let whole = (start - DAY, start + 4 * DAY);
        let all = totals(&store, cool.id, None, whole).await;
        assert_eq!(without_example(&all), count(seen.iter()), "round {round}");
        compare(
            &store,
            &cool,
            &webhooks,
            &seen,
            start,
            pick(3_000) as i64 * MINUTE,
        )
        .await;
        let platform = Range::new(Span::Day, start - DAY, start + 4 * DAY);
        let table = table(&store, Whose::Platform, platform, None).await;
        assert_eq!(table.all.attempts(), all.attempts() + others);
    }
}

/// Compares parts with parts of a full count.
async fn compare(
    store: &Arc<dyn Store>,
    organization: &Organization,
    webhooks: &[Webhook],
    seen: &[Seen],
    start: Time,
    later: i64,
) {
    // Whole minutes: what lies within hours and days is put together from all three.
    let since = Span::Minute.floor(start + later / 2);
    let until = since + later;
    let within = |one: &&Seen| since <= one.at && one.at < until;
    for webhook in webhooks {
        let counted = totals(store, organization.id, Some(webhook.id), (since, until)).await;
        let of = seen
            .iter()
            .filter(within)
            .filter(|one| one.webhook == webhook.id);
        assert_eq!(without_example(&counted), count(of));
    }
    for span in [Span::Minute, Span::Hour, Span::Day] {
        let range = Range::new(span, start, start + 3 * HOUR);
        let within = |one: &&Seen| range.since <= one.at && one.at < range.until;
        let by_result = table(
            store,
            Whose::Webhooks(organization.id),
            range,
            Some(GroupBy::Result),
        )
        .await;
        for (group, (cell, steps)) in &by_result.groups {
            let Group::Result(id, answer) = group else {
                panic!("{group:?}");
            };
            let of = |one: &&Seen| one.webhook == *id && one.answer == *answer;
            assert_eq!(
                without_example(cell),
                count(seen.iter().filter(within).filter(of))
            );
            for (step, cell) in steps {
                let at = range.since + step * span.length_us();
                let during = |one: &&Seen| at <= one.at && one.at < at + span.length_us();
                assert_eq!(
                    without_example(cell),
                    count(seen.iter().filter(during).filter(of))
                );
            }
        }
        let counted: u64 = by_result
            .groups
            .values()
            .map(|(cell, _)| cell.attempts())
            .sum();
        assert_eq!(counted, count(seen.iter().filter(within)).attempts());
        let by_type = table(
            store,
            Whose::Organization(organization.id),
            range,
            Some(GroupBy::Type),
        )
        .await;
        let (cell, _) = &by_type.groups[&Group::Type("a.b".into())];
        let of = |one: &&Seen| one.event_type == "a.b";
        assert_eq!(
            without_example(cell),
            count(seen.iter().filter(within).filter(of))
        );
    }
    let these = vec![webhooks[0].id, webhooks[1].id];
    let mut wanted = Wanted::new(
        Whose::These(organization.id, these.clone()),
        vec![Range::new(Span::Day, start, start + 3 * DAY)],
    );
    wanted.failures = true;
    wanted.event_type = Some("a.b".to_owned());
    let empty = Table::new(start, DAY, Some(GroupBy::Class));
    let failures = store
        .tabulate(wanted, empty)
        .await
        .expect("counts are read");
    let of = |one: &&Seen| these.contains(&one.webhook) && !one.success && one.event_type == "a.b";
    let range = Range::new(Span::Day, start, start + 3 * DAY);
    let within = |one: &&Seen| range.since <= one.at && one.at < range.until;
    assert_eq!(
        without_example(&failures.all),
        count(seen.iter().filter(within).filter(of))
    );
    if let Some((timeouts, _)) = failures.groups.get(&Group::Class(ResultClass::Timeout)) {
        let timed_out = |one: &&Seen| one.answer == Answer::None(Cause::FirstByteTimeout);
        let of = seen.iter().filter(within).filter(of).filter(timed_out);
        assert_eq!(without_example(timeouts), count(of));
    }
}

/// Whoever reads between the steps of folding much sees the same each time.
pub async fn much_is_folded_in_steps_that_change_no_count<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let range = (world.now - HOUR, world.now + DAY);
    let mut count = 0;
    for batch in 0..3 {
        let mut records = Vec::new();
        for n in 0..100 {
            let event_type = format!("type.{n}");
            let job = jobs(&world, &cool, &[&webhook], &event_type, Kind::Matched)
                .await
                .remove(0);
            let at = world.now + batch * 25 * MINUTE;
            let record = world.record(&job, 200, Next::Deliver);
            records.push(answered(record, Answer::Status(200), at, 1_000 + n));
            count += 1;
        }
        record(&store, records).await;
    }
    let before = totals(&store, cool.id, None, range).await;
    assert_eq!(before.delivered, count);
    let mut batches = 0;
    loop {
        let folded = store.fold(world.now).await.expect("folding works");
        batches += folded.batches;
        assert_eq!(totals(&store, cool.id, None, range).await, before);
        let one = totals(&store, cool.id, Some(webhook.id), range).await;
        assert_eq!(one, before);
        if !folded.more {
            break;
        }
    }
    assert!(batches >= 3, "{batches}");
    assert_eq!(store.fold(world.now).await.expect("folded").batches, 0);
}

/// Several folders, recorders and readers at once: nothing is counted twice, and nothing is missing
/// at any moment.
pub async fn folders_at_once_count_nothing_twice<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut batches = Vec::new();
    for _ in 0..40 {
        let mut records = Vec::new();
        for _ in 0..3 {
            let job = jobs(&world, &cool, &[&webhook], "a.b", Kind::Matched)
                .await
                .remove(0);
            records.push(world.record(&job, 200, Next::Deliver));
        }
        batches.push(records);
    }
    let range = (world.now - HOUR, world.now + HOUR);
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let folders: Vec<_> = (0..3)
        .map(|_| {
            let (store, done, now) = (world.store(), Arc::clone(&done), world.now);
            tokio::spawn(async move {
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    store.fold(now).await.expect("folding works");
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut recorded = 0;
    for records in batches {
        recorded += records.len() as u64;
        record(&store, records).await;
        let counted = totals(&store, cool.id, None, range).await;
        assert_eq!(counted.delivered, recorded);
    }
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    for folder in folders {
        folder.await.expect("no panic");
    }
    fold_all(&store, world.now).await;
    let counted = totals(&store, cool.id, Some(webhook.id), range).await;
    assert_eq!(counted.delivered, recorded);
}

/// Minutes go before hours, and hours before days; what is left is as exact as it was.
pub async fn old_counts_go_the_finest_first<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let jobs = jobs(&world, &cool, &[&webhook], "a.b", Kind::Matched).await;
    record(&store, vec![world.record(&jobs[0], 200, Next::Deliver)]).await;
    let left = |later| {
        let store = Arc::clone(&store);
        let (now, id) = (world.now, cool.id);
        async move {
            fold_all(&store, now + later).await;
            let mut counts = Vec::new();
            for span in Span::ALL {
                let range = Range::new(span, now, now + 1);
                let table = table(&store, Whose::Organization(id), range, None).await;
                counts.push(table.all.attempts());
            }
            counts
        }
    };
    assert_eq!(left(DAY).await, [1, 1, 1]);
    assert_eq!(left(3 * DAY).await, [0, 1, 1]);
    assert_eq!(left(62 * DAY).await, [0, 0, 1]);
    assert_eq!(left(732 * DAY).await, [0, 0, 0]);
}

/// A deleted organization's counts go with it, those that are not folded included; another's stay.
pub async fn a_deleted_organization_takes_its_counts_along<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let other = world.organization("other").await;
    let range = (world.now - HOUR, world.now + HOUR);
    for (organization, fold) in [(&cool, true), (&other, true), (&cool, false)] {
        let webhook = world.webhook(organization).await;
        let jobs = jobs(&world, organization, &[&webhook], "a.b", Kind::Matched).await;
        record(&store, vec![world.record(&jobs[0], 500, Next::Fail)]).await;
        if fold {
            fold_all(&store, world.now).await;
        }
    }
    assert_eq!(totals(&store, cool.id, None, range).await.failed, 2);
    world.remove(&cool).await;
    world.sweep().await;
    fold_all(&store, world.now).await;
    assert_eq!(totals(&store, cool.id, None, range).await, Cell::default());
    assert_eq!(totals(&store, other.id, None, range).await.failed, 1);
    let day = Range::new(Span::Day, world.now, world.now + 1);
    let each = table(
        &store,
        Whose::Organizations,
        day,
        Some(GroupBy::Organization),
    )
    .await;
    let groups: Vec<_> = each.groups.keys().cloned().collect();
    assert_eq!(groups, [Group::Organization(other.id)]);
}
