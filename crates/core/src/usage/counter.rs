//! Adding reports up: a counter of one developer's rate plan in one period, and what fires when it
//! rises (APG-27c). Why a level is enough: `docs/adr/0012-a-level-says-what-fires.md`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Bound,
};

use super::{Condition, level};
use crate::ids::WebhookId;

/// What was used in one period of a developer's rate plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    /// How much.
    pub count: u64,
    /// The highest whole percentage of the target that was looked at.
    pub level: u64,
}

/// A counter has reached percentages that it had not reached before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rise {
    /// The level that was looked at before.
    pub from: u64,
    /// The level now; more than `from`.
    pub to: u64,
    /// The count now.
    pub count: u64,
}

impl Counter {
    /// The most that is counted: what both stores can hold.
    pub const MAX: u64 = i64::MAX as u64;

    /// Counts a record. `None` when no whole percentage of the target was reached by it.
    pub fn add(&mut self, count: u64, target: u64) -> Option<Rise> {
        self.count = self.count.saturating_add(count).min(Self::MAX);
        let to = level(self.count, target).unwrap_or(0).min(Self::MAX);
        if to <= self.level {
            return None;
        }
        let from = std::mem::replace(&mut self.level, to);
        Some(Rise {
            from,
            to,
            count: self.count,
        })
    }
}

/// The percentages that the conditions of a plan name, each with the webhooks that want to hear of it,
/// each once however many conditions name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named(BTreeMap<u32, BTreeSet<WebhookId>>);

impl Named {
    /// What these conditions name.
    #[must_use]
    pub fn by<'a>(conditions: impl IntoIterator<Item = &'a Condition>) -> Self {
        let mut named: BTreeMap<u32, BTreeSet<WebhookId>> = BTreeMap::new();
        for condition in conditions {
            let percentages: BTreeSet<u32> = condition
                .targets
                .iter()
                .collect::<HashSet<_>>()
                .into_iter()
                .flat_map(|target| target.percentages())
                .collect();
            for percent in percentages {
                named
                    .entry(percent)
                    .or_default()
                    .extend(&condition.webhooks);
            }
        }
        Self(named)
    }

    /// What fires when a counter rises: percentages, ascending, each with its webhooks.
    pub fn fired(&self, rise: Rise) -> impl Iterator<Item = (u32, Vec<WebhookId>)> {
        let bound = |level| u32::try_from(level).unwrap_or(u32::MAX);
        let range = (
            Bound::Excluded(bound(rise.from)),
            Bound::Included(bound(rise.to)),
        );
        // A level beyond all percentages has none behind it.
        let range = (rise.from < rise.to && rise.from < u64::from(u32::MAX)).then_some(range);
        range
            .into_iter()
            .flat_map(|range| self.0.range(range))
            .map(|(percent, webhooks)| (*percent, webhooks.iter().copied().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConditionId;

    fn condition(target: &str, webhooks: &[u8]) -> Condition {
        Condition {
            id: ConditionId::from_bytes([1; 16]),
            rate_plan: "plan".to_owned(),
            targets: vec![target.parse().expect("a target")],
            webhooks: webhooks
                .iter()
                .map(|n| WebhookId::from_bytes([*n; 16]))
                .collect(),
        }
    }

    /// APG-24, APG-27c: 799 nothing, 800 fires 80, 801 nothing.
    #[test]
    fn apg_27c_a_counter_rises_when_a_percentage_is_reached() {
        let mut counter = Counter {
            count: 798,
            level: 79,
        };
        assert_eq!(counter.add(1, 1000), None);
        let rise = counter.add(1, 1000).expect("80 %");
        assert_eq!((rise.from, rise.to, rise.count), (79, 80, 800));
        assert_eq!(counter.add(1, 1000), None);
    }

    /// APG-27c: overlapping conditions on one webhook fire each percentage once.
    #[test]
    fn apg_27c_overlapping_conditions_name_a_webhook_once() {
        let conditions = [
            condition("%= 80 to 100", &[1, 2]),
            condition("%= 90", &[2, 3]),
        ];
        let rise = Rise {
            from: 75,
            to: 101,
            count: 1010,
        };
        let ids = |numbers: &[u8]| -> Vec<WebhookId> {
            numbers
                .iter()
                .map(|n| WebhookId::from_bytes([*n; 16]))
                .collect()
        };
        assert_eq!(
            Named::by(&conditions).fired(rise).collect::<Vec<_>>(),
            [
                (80, ids(&[1, 2])),
                (90, ids(&[1, 2, 3])),
                (100, ids(&[1, 2]))
            ]
        );
    }

    /// APG-27c: a raised target fires nothing again; a target of 0 fires nothing.
    #[test]
    fn apg_27c_a_level_never_falls() {
        let mut counter = Counter {
            count: 900,
            level: 90,
        };
        assert_eq!(counter.add(1, 2000), None);
        assert_eq!(counter.level, 90);
        assert_eq!(counter.add(u64::MAX, 0), None);
        assert_eq!(counter.count, Counter::MAX);
    }
}
