//! What an answer is added up in: counts by group and step. A store puts in what it reads, row by
//! row; nothing is kept of a row but its numbers.

use std::{collections::BTreeMap, sync::Arc};

use super::{Class, Counts, Example, Histogram, Key};
use crate::{
    ids::{OrganizationId, WebhookId},
    outcome::Answer,
    time::{DurationUs, Time},
};

/// Steps with an attempt that all groups of an answer may have together: a bound on memory and on
/// the length of the answer, some megabytes each.
pub const MAX_CELLS: usize = 20_000;

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// Each webhook.
    Webhook,
    /// Each event type.
    Type,
    /// Each class of what came back.
    Class,
    /// Each organization.
    Organization,
    /// Each webhook and what came back from it.
    Result,
}

/// One of the groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// A webhook.
    Webhook(WebhookId),
    /// An event type.
    Type(Arc<str>),
    /// A class of what came back.
    Class(Class),
    /// An organization.
    Organization(OrganizationId),
    /// A webhook and what came back from it.
    Result(WebhookId, Answer),
}

impl GroupBy {
    /// The group of a key; `None` when the key tells nothing of it.
    fn of(self, key: &Key) -> Option<Group> {
        match self {
            Self::Webhook => key.webhook_id.map(Group::Webhook),
            Self::Type => Some(Group::Type(key.event_type.clone())),
            Self::Class => Some(Group::Class(Class::of(key.answer))),
            Self::Organization => key.organization_id.map(Group::Organization),
            Self::Result => key.webhook_id.map(|id| Group::Result(id, key.answer)),
        }
    }
}

/// Counts of a group or step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// Attempts that succeeded.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Deliveries that failed for good.
    pub exhausted: u64,
    /// How long attempts took together, in microseconds.
    pub total_us: u64,
    /// How long the longest took, in microseconds.
    pub max_us: u32,
    /// How long each took.
    pub latency: Histogram,
    /// When the first one began.
    pub first_at: Option<Time>,
    /// The one that began last.
    pub last: Option<Example>,
}

impl Cell {
    fn add(&mut self, success: bool, counts: &Counts) {
        match success {
            true => self.delivered += counts.attempts,
            false => self.failed += counts.attempts,
        }
        self.exhausted += counts.exhausted;
        self.total_us += counts.total_us;
        self.max_us = self.max_us.max(counts.max_us);
        self.latency.merge(&counts.latency);
        let first = self
            .first_at
            .map_or(counts.first_at, |at| at.min(counts.first_at));
        self.first_at = Some(first);
        self.last = self.last.max(Some(counts.last));
    }

    /// All attempts.
    #[must_use]
    pub const fn attempts(&self) -> u64 {
        self.delivered + self.failed
    }

    /// The part of attempts that succeeded, from 0 to 1; `None` without attempts.
    #[must_use]
    pub fn success_rate(&self) -> Option<f64> {
        (self.attempts() > 0).then(|| self.delivered as f64 / self.attempts() as f64)
    }

    /// How long an attempt took on average, in microseconds.
    #[must_use]
    pub fn mean_us(&self) -> Option<u64> {
        self.total_us.checked_div(self.attempts())
    }
}

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    since: Time,
    step_us: DurationUs,
    by: Option<GroupBy>,
    /// Everything together.
    pub all: Cell,
    /// Everything together, by steps: those with an attempt.
    pub steps: BTreeMap<i64, Cell>,
    /// Each group: everything, and by steps.
    pub groups: BTreeMap<Group, (Cell, BTreeMap<i64, Cell>)>,
    cells: usize,
}

impl Table {
    /// An empty one. Steps are counted from `since` on.
    #[must_use]
    pub fn new(since: Time, step_us: DurationUs, by: Option<GroupBy>) -> Self {
        Self {
            since,
            step_us: step_us.max(1),
            by,
            all: Cell::default(),
            steps: BTreeMap::new(),
            groups: BTreeMap::new(),
            cells: 0,
        }
    }

    /// Adds counts of the time from `at` on.
    pub fn add(&mut self, at: Time, key: &Key, counts: &Counts) {
        let step = at.since(self.since).div_euclid(self.step_us);
        self.all.add(key.success, counts);
        self.steps.entry(step).or_default().add(key.success, counts);
        let Some(group) = self.by.and_then(|by| by.of(key)) else {
            return;
        };
        let (all, steps) = self.groups.entry(group).or_default();
        all.add(key.success, counts);
        let before = steps.len();
        steps.entry(step).or_default().add(key.success, counts);
        self.cells += steps.len() - before;
    }

    /// Whether each type is counted by itself.
    #[must_use]
    pub fn is_by_type(&self) -> bool {
        self.by == Some(GroupBy::Type)
    }

    /// Whether there are more groups and steps than an answer may have: what is in it is not all,
    /// and a store need not go on.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.cells > MAX_CELLS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::DeliveryId, time::MINUTE};

    fn counts(at: Time, micros: u32) -> Counts {
        let example = Example {
            at,
            delivery_id: DeliveryId::from_bytes([1; 16]),
            number: 1,
        };
        Counts::one(example, micros, micros == 9)
    }

    fn key(webhook: u8, status: u16) -> Key {
        Key {
            organization_id: Some(OrganizationId::from_bytes([1; 16])),
            webhook_id: Some(WebhookId::from_bytes([webhook; 16])),
            event_type: "a.b".into(),
            answer: Answer::Status(status),
            success: status == 200,
        }
    }

    #[test]
    fn what_is_added_is_found_in_its_step_and_group_and_in_all() {
        let since = Time::from_millis(60_000);
        let mut table = Table::new(since, 2 * MINUTE, Some(GroupBy::Result));
        for (minute, webhook, status, micros) in [
            (0, 1, 200, 5),
            (1, 1, 500, 9),
            (2, 1, 500, 40),
            (5, 2, 500, 9),
        ] {
            let at = since + minute * MINUTE;
            table.add(at, &key(webhook, status), &counts(at, micros));
        }
        assert_eq!(
            (table.all.delivered, table.all.failed, table.all.exhausted),
            (1, 3, 2)
        );
        assert_eq!(table.all.success_rate(), Some(0.25));
        assert_eq!(table.all.mean_us(), Some(63 / 4));
        assert_eq!(table.steps.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
        let group = Group::Result(WebhookId::from_bytes([1; 16]), Answer::Status(500));
        let (all, steps) = &table.groups[&group];
        assert_eq!((all.failed, all.max_us), (2, 40));
        assert_eq!(all.first_at, Some(since + MINUTE));
        assert_eq!(all.last.map(|last| last.at), Some(since + 2 * MINUTE));
        assert_eq!(steps.len(), 2);
        assert_eq!(table.groups.len(), 3);
        assert!(!table.is_full());
        assert_eq!(Cell::default().success_rate(), None);
    }

    #[test]
    fn too_many_cells_are_noticed() {
        let mut table = Table::new(Time::EPOCH, 1, Some(GroupBy::Webhook));
        for step in 0..=MAX_CELLS as i64 {
            let at = Time::from_micros(step);
            table.add(at, &key(1, 200), &counts(at, 1));
        }
        assert!(table.is_full());
    }
}
