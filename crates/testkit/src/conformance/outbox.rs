//! What is to be told is kept with what it follows from, given to one at a time, and forgotten when it
//! was told.

use std::sync::Arc;

use bellwire_core::{
    ids::NoticeId,
    own_event::{FAILING_AFTER, Kind, Kinds, Notice},
    policy::{DisableRule, Next},
    ports::{Record, TAKEN_US},
    time::MINUTE,
    webhook::{Disabled, Webhook},
};

use super::{Subject, World, world::tally};
use crate::people::any;

/// Everything that nobody has taken.
async fn taken<S: Subject>(world: &World<S>) -> Vec<Notice> {
    let taken = world.store().take_notices(world.now, 100).await;
    taken.expect("notices are taken")
}

async fn forget<S: Subject>(world: &World<S>, notices: &[Notice]) {
    let ids: Vec<NoticeId> = notices.iter().map(|notice| notice.id).collect();
    let forgotten = world.store().forget_notices(&ids).await;
    forgotten.expect("notices are forgotten");
}

/// One attempt of a new delivery, with somebody listening to these; what was written down.
async fn attempt<S: Subject>(
    world: &mut World<S>,
    webhook: &Webhook,
    status: u16,
    change: impl Fn(&mut Record),
) -> Vec<Kind> {
    let record = made(world, webhook, status, change).await;
    let recorded = world.store().record([record].into()).await;
    let notices = taken(world).await;
    assert_eq!(recorded.expect("recorded").notices, notices.len());
    forget(world, &notices).await;
    notices.iter().map(|notice| notice.kind).collect()
}

pub(super) async fn made<S: Subject>(
    world: &mut World<S>,
    webhook: &Webhook,
    status: u16,
    change: impl Fn(&mut Record),
) -> Record {
    world.now = world.now + MINUTE;
    let organization = world
        .store()
        .load_organization(webhook.organization_id)
        .await
        .expect("it is read")
        .expect("it is there")
        .organization;
    world.enqueue(&organization, webhook).await;
    let job = world.claim(webhook, 1).await.remove(0);
    let next = match status {
        200 => Next::Deliver,
        _ => Next::RetryAt(world.now + 1000 * MINUTE),
    };
    let mut record = world.record(&job, status, next);
    record.listened = Kinds::ALL;
    change(&mut record);
    record
}

/// Failing is told at the fifth failure in a row and not again before a success, which is told once.
pub async fn failing_and_recovered_are_told_once<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for number in 1..=FAILING_AFTER + 3 {
        let told = attempt(&mut world, &webhook, 500, |_| {}).await;
        let expected = (number == FAILING_AFTER).then_some(Kind::Failing);
        assert_eq!(told, Vec::from_iter(expected), "failure {number}");
    }
    world.crash().await;
    assert_eq!(attempt(&mut world, &webhook, 500, |_| {}).await, []);
    let recovered = attempt(&mut world, &webhook, 200, |_| {}).await;
    assert_eq!(recovered, [Kind::Recovered]);
    assert_eq!(attempt(&mut world, &webhook, 200, |_| {}).await, []);
    let health = world.store().health(&[webhook.id]).await.expect("read");
    assert_eq!(health[0].counters, Default::default());
}

/// What follows from one batch is told of in its order, with what is known of the attempt.
pub async fn a_batch_tells_in_order<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut records = Vec::new();
    for _ in 1..FAILING_AFTER {
        records.push(made(&mut world, &webhook, 503, |_| {}).await);
    }
    records.push(made(&mut world, &webhook, 503, |record| record.next = Next::Fail).await);
    records.push(made(&mut world, &webhook, 200, |_| {}).await);
    let fifth = records[FAILING_AFTER as usize - 1].clone();
    let recorded = world
        .store()
        .record(records.into())
        .await
        .expect("recorded");
    assert_eq!(recorded.notices, 3);
    let notices = taken(&world).await;
    let kinds: Vec<Kind> = notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [Kind::Failing, Kind::Exhausted, Kind::Recovered]);
    let exhausted = &notices[1];
    assert_eq!(exhausted.organization_id, cool.id);
    assert_eq!(exhausted.webhook_id, webhook.id);
    assert_eq!(exhausted.at, fifth.now);
    assert_eq!(exhausted.facts.delivery_id, Some(fifth.attempt.delivery_id));
    assert_eq!(exhausted.facts.event_id, Some(fifth.attempt.event_id));
    let last = exhausted.facts.last_attempt.as_ref().expect("an attempt");
    assert_eq!((last.status, last.number), (Some(503), 1));
    assert_eq!(exhausted.facts.failures.server_errors, FAILING_AFTER);
    assert_eq!(notices[2].facts.failures.failures, FAILING_AFTER);
}

/// Nobody listens: nothing is written, whatever happens. Somebody begins to: the next failure tells.
pub async fn nobody_listens_and_nothing_is_written<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let deaf = |record: &mut Record| {
        record.listened = Kinds::NONE;
        record.next = Next::Fail;
    };
    for _ in 0..=FAILING_AFTER {
        assert_eq!(attempt(&mut world, &webhook, 500, deaf).await, []);
    }
    let told = attempt(&mut world, &webhook, 500, |_| {}).await;
    assert_eq!(told, [Kind::Failing]);
}

/// A delivery of an own event begins and ends nothing, but may disable its webhook.
pub async fn own_events_lead_to_a_disable_at_most<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let own = |record: &mut Record| {
        record.listened = Kinds::ALL.without_loops();
        record.is_own = true;
        record.next = match record.success() {
            true => Next::Deliver,
            false => Next::Fail,
        };
    };
    for _ in 0..FAILING_AFTER + 2 {
        assert_eq!(attempt(&mut world, &webhook, 500, own).await, []);
    }
    assert_eq!(attempt(&mut world, &webhook, 200, own).await, []);
    let rule = DisableRule {
        on_statuses: vec![410],
        ..DisableRule::default()
    };
    let gone = |record: &mut Record| {
        own(record);
        record.tally = Some(tally(410, &rule));
    };
    let told = attempt(&mut world, &webhook, 410, gone).await;
    assert_eq!(told, [Kind::Disabled]);
}

/// A notice is given to one, again after a while, and never when it was forgotten; a crash loses none.
pub async fn a_notice_is_given_to_one_at_a_time<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut records = Vec::new();
    for _ in 0..3 {
        records.push(made(&mut world, &webhook, 400, |record| record.next = Next::Fail).await);
    }
    world
        .store()
        .record(records.into())
        .await
        .expect("recorded");
    let store: Arc<_> = world.store();
    let (one, other) = tokio::join!(
        store.take_notices(world.now, 2),
        store.take_notices(world.now, 2)
    );
    drop(store);
    let (one, other) = (one.expect("taken"), other.expect("taken"));
    let mut ids: Vec<NoticeId> = one.iter().chain(&other).map(|notice| notice.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((one.len() + other.len(), ids.len()), (3, 3));
    assert_eq!(taken(&world).await, []);

    forget(&world, &one).await;
    world.crash().await;
    world.now = world.now + TAKEN_US;
    let again = taken(&world).await;
    assert_eq!(again, other);
    forget(&world, &again).await;
    world.now = world.now + TAKEN_US;
    assert_eq!(taken(&world).await, []);
}

/// A notice that comes with a change is written if the change disables, and only then.
pub async fn a_disable_by_hand_is_told_with_it<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut next = webhook.clone();
    let store = world.store();
    let notice = |id: u8, webhook: &Webhook| {
        let id = NoticeId::from_bytes([id; 16]);
        Some(Notice::of_hand(id, webhook, Default::default(), world.now))
    };
    next.revision += 1;
    next.settings.name = "renamed".to_owned();
    let renamed = store.update_webhook_and_tell(next.clone(), false, any(), notice(1, &next));
    renamed.await.expect("changed");
    assert_eq!(taken(&world).await, []);

    let stale = store.update_webhook_and_tell(next.clone(), false, any(), notice(2, &next));
    assert!(stale.await.is_err());
    next.revision += 1;
    next.disabled = Some(Disabled {
        reason: bellwire_core::policy::DisableReason::Manual,
        at: world.now,
    });
    let disabled = store.update_webhook_and_tell(next.clone(), false, any(), notice(3, &next));
    disabled.await.expect("changed");
    let notices = taken(&world).await;
    assert_eq!(notices, Vec::from_iter(notice(3, &next)));
    assert_eq!(notices[0].facts.reason_code.as_deref(), Some("manual"));
}
