//! Records of a report, sorted into the counters that they belong to: by plan, and by the period of
//! their own time. A large report takes milliseconds, so it lets others have the thread meanwhile.

use std::{collections::HashMap, future::poll_fn, sync::Arc, task::Poll};

use sha2::{Digest as _, Sha256};

use super::{
    NewUsage,
    memory::{Plans, Sold},
    texts,
    wrong::Wrong,
};
use crate::{
    ids::DeveloperPlanId,
    ports::{Group, UsageRecord},
    time::Time,
    usage::Period,
};

/// Records between two looks whether somebody else wants the thread: about half a millisecond.
const IN_ONE_GO: usize = 500;

/// The pairs of developer and rate plan that a report names.
pub(super) struct Pairs {
    /// Which of them each record names.
    pub(super) of: Vec<u32>,
    /// Each of them once: the first record that names it.
    pub(super) first: Vec<u32>,
}

impl Pairs {
    pub(super) fn of(records: &[NewUsage]) -> Self {
        let mut seen: HashMap<(&str, &str), u32> = HashMap::with_capacity(records.len());
        let mut pairs = Self {
            of: Vec::with_capacity(records.len()),
            first: Vec::new(),
        };
        for (index, record) in (0_u32..).zip(records) {
            let pair = (record.developer.as_str(), record.rate_plan.as_str());
            let place = *seen.entry(pair).or_insert_with(|| {
                pairs.first.push(index);
                pairs.first.len() as u32 - 1
            });
            pairs.of.push(place);
        }
        pairs
    }
}

/// A counter that records of a pair were sorted into.
struct Open {
    /// Which of the plans that the pair has bought.
    plan: usize,
    period: Period,
    /// Which of the groups.
    group: usize,
}

/// Records in groups, and for each group's plan one of its records.
pub(super) struct Sort {
    pub(super) groups: Vec<Group>,
    pub(super) plans: Vec<(DeveloperPlanId, usize)>,
}

/// Sorts records into the counters that they belong to, in the order of the report.
pub(super) async fn sort(
    wrong: &mut Wrong,
    records: &[NewUsage],
    pairs: &Pairs,
    plans: &[Plans],
    now: Time,
) -> Sort {
    let mut groups: Vec<Group> = Vec::with_capacity(plans.len());
    let mut named = Vec::with_capacity(plans.len());
    // The first counter of a pair is most often its only one.
    let mut open: Vec<Vec<Open>> = Vec::new();
    open.resize_with(plans.len(), Vec::new);
    let nameless: Arc<str> = "".into();
    for ((index, record), pair) in records.iter().enumerate().zip(&pairs.of) {
        if index % IN_ONE_GO == IN_ONE_GO - 1 {
            others_first().await;
        }
        let (plans, open) = (&plans[*pair as usize], &mut open[*pair as usize]);
        if plans.is_empty() {
            continue;
        }
        let at = record.time.unwrap_or(now);
        let Some(which) = in_force(plans, at) else {
            wrong.add(index, "time", || not_in_force(record, plans, at));
            continue;
        };
        let sold = &plans[which];
        let application = match record.application.as_deref() {
            None | Some("") => &nameless,
            Some(name) => match sold.applications.iter().find(|own| ***own == *name) {
                Some(own) => own,
                None => {
                    wrong.add(index, "application", || {
                        format!(
                            "`{}` has no application `{}`; add it to the developer, or leave it out",
                            record.developer,
                            texts::shown(name)
                        )
                    });
                    continue;
                }
            },
        };
        let known = open
            .iter()
            .find(|open| open.plan == which && (open.period.start..open.period.end).contains(&at));
        let group = match known {
            Some(open) => open.group,
            None => {
                let Some(period) = Period::of(sold.start, sold.months, at) else {
                    wrong.add(index, "time", || not_in_force(record, plans, at));
                    continue;
                };
                let group = groups.len();
                groups.push(Group {
                    plan: sold.plan,
                    begins: sold.start,
                    period,
                    records: Vec::new(),
                });
                named.push((sold.plan, index));
                open.push(Open {
                    plan: which,
                    period,
                    group,
                });
                group
            }
        };
        groups[group].records.push(UsageRecord {
            id: digest(&record.id),
            count: record.count.unwrap_or(1),
            application: Arc::clone(application),
        });
    }
    // Those that were made together lie together, and every node locks them in the same order.
    groups.sort_unstable_by_key(|group| (group.plan, group.period.start));
    Sort {
        groups,
        plans: named,
    }
}

/// Lets everybody have the thread who waits for it, and the core.
pub(super) async fn others_first() {
    std::thread::yield_now();
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Which of the plans counts at this time; the one that began last, when there are several.
fn in_force(plans: &[Sold], at: Time) -> Option<usize> {
    let in_force = plans
        .iter()
        .enumerate()
        .filter(|(_, sold)| sold.start <= at && sold.end.is_none_or(|end| at < end));
    in_force
        .max_by_key(|(_, sold)| sold.start)
        .map(|(which, _)| which)
}

fn not_in_force(record: &NewUsage, plans: &[Sold], at: Time) -> String {
    let ranges: Vec<String> = plans
        .iter()
        .rev()
        .take(3)
        .map(|sold| match sold.end {
            Some(end) => format!("from {} to {end}", sold.start),
            None => format!("from {} on", sold.start),
        })
        .collect();
    format!(
        "`{}` did not have `{}` at {at}, but {}",
        record.developer,
        record.rate_plan,
        ranges.join(", ")
    )
}

/// What is kept of a record's id.
fn digest(id: &str) -> [u8; 16] {
    let hash = Sha256::digest(id.as_bytes());
    let mut beginning = [0; 16];
    beginning.copy_from_slice(&hash[..16]);
    beginning
}
