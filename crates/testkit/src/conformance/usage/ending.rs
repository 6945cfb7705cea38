//! What ends: ids that are old enough to be forgotten, organizations that are deleted. And a model that
//! says what all of it must come to.

use std::collections::{BTreeMap, BTreeSet};

use bellwire_core::{
    ports::{Group, RECORD_IDS_US},
    time::{DAY, HOUR},
    usage::{Counter, Named, Noun},
};

use super::{Market, market::record};
use crate::conformance::Subject;

/// APG-27d: ids are kept for 35 days, and then forgotten bit by bit.
pub async fn ids_are_forgotten_in_time<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let plan = market.sell("ada", 1_000_000).await;
    let begin = market.world.now;
    let many: Vec<(u64, u64)> = (0..450).map(|id| (id, 1)).collect();
    market.report(&plan, &many).await;
    market.world.now = begin + DAY;
    market.report(&plan, &[(1000, 1)]).await;
    market.world.now = begin + RECORD_IDS_US - 1;
    assert_eq!(market.sweep().await, 0);
    let counted = market.count(vec![market.group(&plan, &many[..9])]).await;
    assert_eq!(counted.expect("counted").repeated, 9);
    market.world.now = begin + RECORD_IDS_US;
    assert_eq!(market.sweep().await, 450);
    market.world.crash().await;
    let records: Vec<(u64, u64)> = [&many[..30], &[(1000, 1)]].concat();
    let counted = market.count(vec![market.group(&plan, &records)]).await;
    assert_eq!(counted.expect("counted").repeated, 1);
    market.world.now = begin + DAY + RECORD_IDS_US;
    assert_eq!(market.sweep().await, 1);
    let counted = market.count(vec![market.group(&plan, &records)]).await;
    assert_eq!(counted.expect("counted").repeated, 30);
}

/// A deleted organization is gone at once, its rows follow; one of the same name begins at nothing,
/// with the same ids of records.
pub async fn a_deleted_organization_takes_its_usage_along<S: Subject>(subject: S) {
    let mut market = Market::open(subject).await;
    let stays = market.world.organization("stays").await;
    let gone = std::mem::replace(&mut market.organization, stays);
    market.create(&market.package()).await.expect("stored");
    market.create(&market.rate_plan).await.expect("stored");
    let kept = market.sell("ada", 100).await;
    let many: Vec<(u64, u64)> = (0..400).map(|id| (id, 1)).collect();
    market.report(&kept, &many).await;

    let stays = std::mem::replace(&mut market.organization, gone);
    let plan = market.sell("ada", 100).await;
    for number in 0..320 {
        let developer = market.developer(&format!("dev{number}"));
        market.create(&developer).await.expect("stored");
    }
    for _ in 0..2 {
        market.report(&plan, &many).await;
        market.next_month();
    }
    market.world.remove(&market.organization).await;
    assert_eq!(market.find(Noun::Package, "location").await, None);
    assert_eq!(market.used(&plan).await, None);
    market.world.sweep().await;
    market.world.crash().await;

    market.organization = market.world.organization("cool").await;
    assert_eq!(market.find(Noun::Package, "location").await, None);
    market.create(&market.package()).await.expect("stored");
    market.create(&market.rate_plan).await.expect("stored");
    let plan = market.sell("ada", 100).await;
    let counted = market.count(vec![market.group(&plan, &many)]).await;
    assert_eq!(counted.expect("counted").repeated, 0);
    assert_eq!(market.used(&plan).await, Some((400, 400)));
    market.organization = stays;
    let counted = market.count(vec![market.group(&kept, &many)]).await;
    assert_eq!(counted.expect("counted").repeated, 400);
}

/// Reports, repeats, crashes and sweeps at random come to what a model says, record by record.
pub async fn random_reports_agree_with_a_model<S: Subject>(subject: S) {
    use bellwire_core::entropy::Entropy as _;
    let random = crate::entropy::SeededEntropy::new(7);
    let below = |limit: u64| random.u64() % limit;
    let mut market = Market::open(subject).await;
    let webhook = market.world.webhook(&market.organization).await;
    let conditions = [
        market.tell("%= 20 to 200 by 20", &[&webhook]).await,
        market.tell("%= 50 to 150 by 25", &[&webhook]).await,
    ];
    let mut plans = Vec::new();
    for (name, target) in [("ada", 7), ("bob", 100), ("eve", 0), ("dan", 5_000)] {
        plans.push(market.sell(name, target).await);
    }
    let mut counters: BTreeMap<(usize, i64), Counter> = BTreeMap::new();
    let mut ids: BTreeMap<u64, bellwire_core::time::Time> = BTreeMap::new();
    for turn in 0..120 {
        match below(12) {
            0 => market.world.crash().await,
            1 => market.world.now = market.world.now + below(9) as i64 * DAY,
            2 => {
                let swept = market.world.now - RECORD_IDS_US;
                let old: BTreeSet<u64> = ids
                    .iter()
                    .filter(|(_, at)| **at <= swept)
                    .map(|(id, _)| *id)
                    .collect();
                assert_eq!(market.sweep().await, old.len() as u64, "turn {turn}");
                ids.retain(|id, _| !old.contains(id));
            }
            _ => {
                market.world.now = market.world.now + HOUR;
                let mut groups: Vec<Group> = Vec::new();
                let (mut repeated, mut expected) = (0, Vec::new());
                for _ in 0..below(4) {
                    let place = below(plans.len() as u64) as usize;
                    let mut group = market.group(&plans[place], &[]);
                    for _ in 0..=below(12) {
                        let (id, count) = (below(900), 1 + below(20));
                        group.records.push(record(id, count));
                        if ids.contains_key(&id) {
                            repeated += 1;
                            continue;
                        }
                        ids.insert(id, market.world.now);
                        let key = (place, group.period.start.as_micros());
                        let counter = counters.entry(key).or_default();
                        let target = plans[place].quota_target;
                        if let Some(rise) = counter.add(count, target) {
                            expected.extend(
                                Named::by(&conditions)
                                    .fired(rise)
                                    .map(|(percent, _)| (plans[place].id, percent)),
                            );
                        }
                    }
                    groups.push(group);
                }
                let counted = market.count(groups).await.expect("counted");
                let told: Vec<_> = counted
                    .fired
                    .iter()
                    .map(|fired| (fired.plan, fired.percent))
                    .collect();
                assert_eq!(
                    (counted.repeated, told),
                    (repeated, expected),
                    "turn {turn}"
                );
            }
        }
    }
    for ((place, start), counter) in counters {
        let start = bellwire_core::time::Time::from_micros(start);
        let used = market.used_in(plans[place].id, start).await;
        assert_eq!(used, Some((counter.count, counter.level)));
    }
}
