//! What one commit of records counts, in memory: added up before it is written.

use std::collections::BTreeMap;

use super::{Counts, Example, Key, Period, Span};
use crate::ports::Record;

/// Counts of a few attempts by minute, webhook, type and result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    pub(super) groups: BTreeMap<(i64, Key), Counts>,
}

/// Where counts are added up in the stores.
pub type Row = (Period, Key);

impl Batch {
    /// Counts an attempt that was written, unless it is a test's. `exhausted` is what became of the
    /// delivery with it: it failed for good.
    pub fn add(&mut self, record: &Record, exhausted: bool) {
        if record.tally.is_none() {
            return;
        }
        let attempt = &record.attempt;
        let key = Key {
            organization_id: Some(attempt.organization_id),
            webhook_id: Some(attempt.webhook_id),
            event_type: record.event_type.clone(),
            answer: attempt.answer,
            success: record.success(),
        };
        let example = Example {
            at: attempt.at,
            delivery_id: attempt.delivery_id,
            number: attempt.number,
        };
        let counts = Counts::one(example, attempt.timing.total_us, exhausted);
        self.put(Period::of(Span::Minute, attempt.at).number, key, &counts);
    }

    pub(super) fn put(&mut self, minute: i64, key: Key, counts: &Counts) {
        self.groups.entry((minute, key)).or_default().merge(counts);
    }

    /// Adds everything of another one.
    pub fn merge(&mut self, other: Self) {
        for ((minute, key), counts) in other.groups {
            self.put(minute, key, &counts);
        }
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// The groups: the minute, what is counted by, and the counts.
    pub fn groups(&self) -> impl Iterator<Item = (Period, &Key, &Counts)> {
        self.groups.iter().map(|((number, key), counts)| {
            let period = Period {
                span: Span::Minute,
                number: *number,
            };
            (period, key, counts)
        })
    }

    /// Keeps the groups that this says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key) -> bool) {
        self.groups.retain(|(_, key), _| keep(key));
    }

    /// The same in pieces of at most so many groups.
    #[must_use]
    pub fn pieces(self, groups: usize) -> Vec<Self> {
        let mut pieces: Vec<Self> = Vec::new();
        for (key, counts) in self.groups {
            match pieces.last_mut().filter(|piece| piece.len() < groups) {
                Some(piece) => drop(piece.groups.insert(key, counts)),
                None => pieces.push(Self {
                    groups: BTreeMap::from([(key, counts)]),
                }),
            }
        }
        pieces
    }

    /// The rows that it adds to, in the order of their keys: for each group its minute, hour and
    /// day, on every level (`Key::levels`).
    #[must_use]
    pub fn rows(&self) -> BTreeMap<Row, Counts> {
        let mut rows: BTreeMap<Row, Counts> = BTreeMap::new();
        for ((minute, key), counts) in &self.groups {
            let start = Period {
                span: Span::Minute,
                number: *minute,
            }
            .start();
            let levels = key.clone().levels();
            for span in Span::ALL {
                let period = Period::of(span, start);
                for key in &levels {
                    rows.entry((period, key.clone())).or_default().merge(counts);
                }
            }
        }
        rows
    }
}
