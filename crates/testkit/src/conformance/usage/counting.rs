//! Counting: each record once, each percentage once in a period, all or nothing.

use std::{collections::BTreeSet, sync::Arc};

use bellwire_core::{
    delivery::Kind,
    ids::EventId,
    ports::{Chunk, Error, Group, MAX_FIRED, NewDelivery},
    time::MINUTE,
    usage::{Counter, EVENT_TYPE, RatePlan},
};

use super::{
    Market,
    market::{percents, record},
};
use crate::conformance::Subject;

/// APG-27d: a repeated record counts once: in one chunk, in another one, after a crash, for another
/// plan.
pub async fn a_record_counts_once<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let (ada, bob) = (
        market.sell("ada", 1000).await,
        market.sell("bob", 1000).await,
    );
    let groups = vec![
        market.group(&ada, &[(1, 10), (2, 20), (1, 10)]),
        market.group(&bob, &[(3, 5), (2, 20)]),
        market.group(&ada, &[(4, 1)]),
    ];
    let counted = market.count(groups.clone()).await.expect("counted");
    assert_eq!(counted.repeated, 2);
    assert_eq!(market.used(&ada).await, Some((31, 3)));
    assert_eq!(market.used(&bob).await, Some((5, 0)));
    market.world.crash().await;
    let counted = market.count(groups).await.expect("counted");
    assert_eq!(counted.repeated, 6);
    let counted = market
        .count(vec![market.group(&bob, &[(1, 10), (9, 1)])])
        .await;
    assert_eq!(counted.expect("counted").repeated, 1);
    assert_eq!(market.used(&ada).await, Some((31, 3)));
    assert_eq!(market.used(&bob).await, Some((6, 0)));
    assert_eq!(market.count(Vec::new()).await.expect("counted").repeated, 0);
}

/// APG-24, APG-27c: 799 nothing, 800 fires 80, 801 nothing; a jump fires each percentage in order; what
/// fired is stored as an event with a delivery to each webhook, and never fires again.
pub async fn a_percentage_fires_once_with_the_count<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let one = market.world.webhook(&market.organization).await;
    let other = market.world.webhook(&market.organization).await;
    market.tell("%= 80 to 120 by 10", &[&one, &other]).await;
    market.tell("%= 90", &[&one]).await;
    let plan = market.sell("ada", 1000).await;
    assert_eq!(market.report(&plan, &[(1, 799)]).await, percents([]));
    let counted = market
        .count(vec![market.group(&plan, &[(2, 1)])])
        .await
        .expect("counted");
    let [fired] = counted.fired.as_slice() else {
        panic!("{counted:?}");
    };
    assert_eq!((fired.plan, fired.percent), (plan.id, 80));
    assert_eq!(fired.webhooks, [one.id, other.id]);
    market.world.crash().await;
    let id = market.organization.id;
    let event = market.world.store().event(id, fired.event_id).await;
    let event = event.expect("read").expect("there");
    assert_eq!(event.event.event_type, EVENT_TYPE);
    let said: serde_json::Value = serde_json::from_slice(&event.event.data).expect("JSON");
    assert_eq!(
        said,
        serde_json::json!({
            "developer": "ada@example.com", "application": "weather", "package": "location",
            "rate_plan": "adjustable", "plan": plan.id, "target": 1000, "percent": 80,
            "period": market.period().start,
        })
    );
    for webhook in [&one, &other] {
        let jobs = market.world.claim(webhook, 9).await;
        let kinds: Vec<(EventId, Kind)> = jobs.iter().map(|job| (job.event.id, job.kind)).collect();
        assert_eq!(kinds, [(fired.event_id, Kind::Addressed)]);
    }

    assert_eq!(market.report(&plan, &[(3, 1)]).await, percents([]));
    assert_eq!(
        market.report(&plan, &[(2, 1)]).await,
        percents([]),
        "a repeat"
    );
    assert_eq!(
        market.report(&plan, &[(4, 150), (5, 1), (6, 60)]).await,
        percents([90, 100])
    );
    assert_eq!(
        market.report(&plan, &[(7, 1_000_000)]).await,
        percents([110, 120])
    );
    assert_eq!(market.used(&plan).await, Some((1_001_012, 100_101)));

    // The application of the record that crossed it is the one that is named.
    let bob = market.sell("bob", 3).await;
    let mut group = market.group(&bob, &[(10, 1), (11, 1), (12, 1)]);
    group.records[1].application = "".into();
    group.records[2].application = "other".into();
    let counted = market.count(vec![group]).await.expect("counted");
    let told: Vec<u32> = counted.fired.iter().map(|fired| fired.percent).collect();
    assert_eq!(told, percents([80, 90, 100]));
    for fired in counted.fired {
        let event = market.world.store().event(id, fired.event_id).await;
        let data = event.expect("read").expect("there").event.data;
        let said: serde_json::Value = serde_json::from_slice(&data).expect("JSON");
        assert_eq!(said["application"], "other");
    }
}

/// APG-27c: a new period arms all percentages again; late records count for their own period.
pub async fn a_new_period_arms_again<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 50", &[&webhook]).await;
    let plan = market.sell("ada", 10).await;
    assert_eq!(market.report(&plan, &[(1, 9)]).await, percents([50]));
    let late = market.group(&plan, &[(2, 1)]);
    let before = market.period().start;
    market.next_month();
    assert_ne!(market.period().start, before);
    let groups = vec![late, market.group(&plan, &[(3, 4)])];
    let counted = market.count(groups).await.expect("counted");
    assert_eq!(counted.fired, []);
    assert_eq!(market.used_in(plan.id, before).await, Some((10, 100)));
    assert_eq!(market.used(&plan).await, Some((4, 40)));
    assert_eq!(market.report(&plan, &[(4, 1)]).await, percents([50]));
    let store = market.world.store();
    let history = store
        .usage_history(market.organization.id, plan.id, 5)
        .await
        .expect("read");
    let told: Vec<_> = history
        .iter()
        .map(|used| {
            (
                used.plan,
                used.period_start,
                used.count,
                used.level,
                used.updated_at,
            )
        })
        .collect();
    let now = market.world.now;
    let first = (plan.id, market.period().start, 5, 50, now);
    assert_eq!(told, [first, (plan.id, before, 10, 100, now)]);
    let last = store
        .usage_history(market.organization.id, plan.id, 1)
        .await;
    assert_eq!(last.expect("read"), history[..1]);
}

/// APG-27c: without a target, without publication and without a condition nothing fires; it is counted
/// all the same, and what was passed meanwhile does not fire later. A raised target fires nothing twice.
pub async fn what_is_turned_off_fires_nothing<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 50 to 100 by 50", &[&webhook]).await;
    let former = market.world.now;
    let mut none = market.sell("ada", 0).await;
    assert_eq!(market.report(&none, &[(1, 1_000)]).await, percents([]));
    assert_eq!(market.used(&none).await, Some((1_000, 0)));
    none.quota_target = 4_000;
    market.update(&none, former).await.expect("changed");
    assert_eq!(
        market.report(&none, &[(2, 1_000)]).await,
        percents([50]),
        "the target is live at once"
    );

    let plan = market.sell("bob", 100).await;
    let draft = RatePlan {
        published: false,
        ..market.rate_plan.clone()
    };
    market.update(&draft, former).await.expect("changed");
    assert_eq!(market.report(&plan, &[(3, 60)]).await, percents([]));
    market.world.now = market.world.now + MINUTE;
    market
        .update(&market.rate_plan, former)
        .await
        .expect("changed");
    assert_eq!(market.report(&plan, &[(4, 1)]).await, percents([]));
    assert_eq!(market.report(&plan, &[(5, 39)]).await, percents([100]));
    let raised = bellwire_core::usage::DeveloperPlan {
        quota_target: 300,
        ..plan.clone()
    };
    market.update(&raised, former).await.expect("changed");
    assert_eq!(
        market.report(&plan, &[(6, 60), (7, 140)]).await,
        percents([])
    );
    assert_eq!(market.used(&plan).await, Some((300, 100)));
}

/// What is refused counts nothing: a stale catalogue, when something fires; a plan that is gone; a
/// webhook of somebody else.
pub async fn what_is_refused_counts_nothing<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 50", &[&webhook]).await;
    let plan = market.sell("ada", 100).await;
    let store = market.world.store();
    let fires = market.chunk(vec![market.group(&plan, &[(1, 50)])]).await;
    let mut quiet = market.chunk(vec![market.group(&plan, &[(2, 1)])]).await;
    market.world.switch(&webhook, false).await;
    let counted = store.count(fires.clone()).await;
    assert!(matches!(counted, Err(Error::Stale)), "{counted:?}");
    assert_eq!(market.used(&plan).await, None);
    quiet.generation = 0;
    store
        .count(quiet)
        .await
        .expect("what fires nothing is counted at any generation");
    assert_eq!(market.used(&plan).await, Some((1, 1)));
    // Matched again, it goes nowhere: the webhook is disabled. The log says what was crossed.
    let counted = market.count(fires.groups.clone()).await.expect("counted");
    assert_eq!((counted.repeated, counted.fired.len()), (0, 1));
    assert_eq!(counted.fired[0].webhooks, []);
    let event = store
        .event(market.organization.id, counted.fired[0].event_id)
        .await;
    assert!(event.expect("read").is_some());

    let nobody = market.plan(&market.developer("bob"), 1);
    let groups = vec![
        market.group(&plan, &[(3, 1)]),
        market.group(&nobody, &[(4, 1)]),
    ];
    let counted = market.count(groups).await;
    assert!(
        matches!(counted, Err(Error::NotFound("developer rate plan"))),
        "{counted:?}"
    );
    let other = market.world.organization("other").await;
    let theirs = market.world.webhook(&other).await;
    market.tell("%= 60", &[&theirs]).await;
    let mut chunk = market.chunk(vec![market.group(&plan, &[(3, 10)])]).await;
    let make = Arc::clone(&chunk.make);
    let id = market.world.id();
    chunk.make = Arc::new(move |crossed| {
        let mut event = make(crossed);
        event.deliveries = vec![NewDelivery {
            id,
            webhook_id: theirs.id,
            kind: Kind::Addressed,
            claimed: false,
        }];
        event
    });
    let counted = store.count(chunk).await;
    assert!(
        matches!(counted, Err(Error::NotFound("webhook"))),
        "{counted:?}"
    );
    let mut nowhere = market.chunk(vec![market.group(&plan, &[(3, 1)])]).await;
    nowhere.organization_id = market.world.id();
    let counted = store.count(nowhere).await;
    assert!(
        matches!(counted, Err(Error::NotFound("organization"))),
        "{counted:?}"
    );
    assert_eq!(market.used(&plan).await, Some((51, 51)));
    let counted = market.count(vec![market.group(&plan, &[(3, 1)])]).await;
    assert_eq!(counted.expect("counted").repeated, 0, "its id is free");
}

/// A chunk ends with the group that makes enough events: the rest is left to another one.
pub async fn a_chunk_ends_when_enough_has_fired<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 10 to 100 by 10", &[&webhook]).await;
    let mut groups = Vec::new();
    let mut plans = Vec::new();
    for number in 0..25 {
        let plan = market.sell(&format!("dev{number}"), 10).await;
        groups.push(market.group(&plan, &[(number * 10, 4), (number * 10 + 1, 6)]));
        plans.push(plan);
    }
    let counted = market.count(groups.clone()).await.expect("counted");
    let enough = MAX_FIRED / 10;
    assert_eq!((counted.groups, counted.fired.len()), (enough, MAX_FIRED));
    assert_eq!(market.used(&plans[enough - 1]).await, Some((10, 100)));
    assert_eq!(market.used(&plans[enough]).await, None);
    let counted = market
        .count(groups[enough - 1..].to_vec())
        .await
        .expect("counted");
    assert_eq!((counted.groups, counted.repeated), (6, 2));
    assert_eq!(counted.fired.len(), 50);
    assert_eq!(market.used(&plans[24]).await, Some((10, 100)));
}

/// A report that was sorted by another beginning of the plan counts nothing: its period would be one
/// that nobody looks at.
pub async fn a_plan_that_begins_at_another_time_counts_nothing<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let plan = market.sell("ada", 1000).await;
    let mut group = market.group(&plan, &[(1, 800)]);
    group.begins = group.begins - MINUTE;
    let refused = market.count(vec![group]).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    assert_eq!(market.used(&plan).await, None);
    let counted = market.count(vec![market.group(&plan, &[(1, 800)])]).await;
    assert_eq!(counted.expect("counted").repeated, 0);
    assert_eq!(market.used(&plan).await, Some((800, 80)));
}

/// A counter stays where it can go no further.
pub async fn a_counter_does_not_run_over<S: Subject>(subject: S) {
    let market = Market::open(subject).await;
    let plan = market.sell("ada", 1000).await;
    let records = [(1, u64::MAX), (2, 1), (3, u64::MAX)];
    assert_eq!(market.report(&plan, &records).await, percents([]));
    assert_eq!(market.report(&plan, &[(4, 7)]).await, percents([]));
    let used = market.used(&plan).await.expect("counted");
    assert_eq!(used.0, Counter::MAX);
}

/// Reports that come at the same time, many of them twice: each record counts once and each percentage
/// fires once.
pub async fn many_at_once_count_each_record_once<S: Subject>(subject: S) {
    const PLANS: u64 = 8;
    let market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 10 to 100 by 10", &[&webhook]).await;
    let mut plans = Vec::new();
    for number in 0..PLANS {
        plans.push(market.sell(&format!("dev{number}"), 100).await);
    }
    // Of each plan 120 records with the count 1, each in three of the chunks.
    let mut chunks: Vec<Chunk> = Vec::new();
    for turn in 0..36_u64 {
        let groups: Vec<Group> = (0..PLANS)
            .map(|place| {
                // Each turn in another order.
                let place = (place * 3 + turn) % PLANS;
                let from = turn % 12 * 10;
                Group {
                    plan: plans[place as usize].id,
                    begins: plans[place as usize].start,
                    period: market.period(),
                    records: (from..from + 10)
                        .map(|id| record(place * 1000 + id, 1))
                        .collect(),
                }
            })
            .collect();
        chunks.push(market.chunk(groups).await);
    }
    let counts = chunks.into_iter().map(|chunk| {
        let store = market.world.store();
        tokio::spawn(async move { store.count(chunk).await })
    });
    let (mut repeated, mut fired) = (0, Vec::new());
    for count in counts.collect::<Vec<_>>() {
        let counted = count.await.expect("no panic").expect("counted");
        repeated += counted.repeated;
        fired.extend(counted.fired);
    }
    assert_eq!(repeated, 2 * 120 * PLANS);
    for plan in &plans {
        assert_eq!(market.used(plan).await, Some((120, 120)));
        let mut told: Vec<u32> = fired
            .iter()
            .filter(|fired| fired.plan == plan.id)
            .map(|fired| fired.percent)
            .collect();
        told.sort_unstable();
        assert_eq!(told, percents([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]));
    }
    let events: BTreeSet<EventId> = fired.iter().map(|fired| fired.event_id).collect();
    let jobs = market.world.claim(&webhook, 1_000).await;
    let sent: BTreeSet<EventId> = jobs.iter().map(|job| job.event.id).collect();
    assert_eq!((jobs.len(), &sent), (10 * PLANS as usize, &events));
}
