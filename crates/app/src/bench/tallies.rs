//! The counts of a log that is written at once, as a server would have left them had it made the log:
//! by minute, hour and day, each as long as it is kept. Only what can still change is held here.

use std::{collections::HashMap, sync::Arc};

use anyhow::Result;
use bellwire_core::{
    copied::{Item, Statistic},
    delivery::Attempt,
    outcome::Answer,
    ports::{CopyTarget, Position, Reached, Section},
    statistics::{Counts, Example, Key, Period, Row, Span},
    time::Time,
};

/// Rows that are written together.
const ROWS: usize = 2_000;

pub(super) struct Tallies {
    /// When the log ends: what is kept is counted from there.
    end: Time,
    open: HashMap<Row, Counts>,
    written: u64,
}

impl Tallies {
    pub(super) fn new(end: Time) -> Self {
        Self {
            end,
            open: HashMap::new(),
            written: 0,
        }
    }

    /// Counts an attempt; `exhausted` is what became of its delivery with it.
    pub(super) fn add(&mut self, event_type: &Arc<str>, attempt: &Attempt, exhausted: bool) {
        let example = Example {
            at: attempt.at,
            delivery_id: attempt.delivery_id,
            number: attempt.number,
        };
        let counts = Counts::one(example, attempt.timing.total_us, exhausted);
        let key = Key {
            organization_id: Some(attempt.organization_id),
            webhook_id: Some(attempt.webhook_id),
            event_type: Arc::clone(event_type),
            answer: attempt.answer,
            success: matches!(attempt.answer, Answer::Status(200..=299)),
        };
        let levels = key.levels();
        for span in Span::ALL {
            if attempt.at < self.end - span.kept_us() {
                continue;
            }
            let period = Period::of(span, attempt.at);
            for key in &levels {
                let row = self.open.entry((period, key.clone())).or_default();
                row.merge(&counts);
            }
        }
    }

    /// Writes what is over before this time.
    pub(super) async fn write(&mut self, target: &dyn CopyTarget, before: Time) -> Result<()> {
        let over = |period: Period| period.start() + period.span.length_us() <= before;
        let mut rows: Vec<(Row, Counts)> = self
            .open
            .extract_if(|(period, _), _| over(*period))
            .collect();
        // In the order of their keys, as they lie in the store.
        rows.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut rows = rows.into_iter();
        loop {
            let items: Vec<Item> = rows.by_ref().take(ROWS).map(item).collect();
            if items.is_empty() {
                return Ok(());
            }
            self.written += items.len() as u64;
            let reached = Reached::UpTo(Position::new(&[&self.written.to_be_bytes()]));
            target.write(Section::Statistics, items, &reached).await?;
        }
    }

    /// How many rows were written.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }
}

fn item(((period, key), counts): (Row, Counts)) -> Item {
    Item::Statistic(Box::new(Statistic {
        period,
        key,
        counts,
    }))
}
