//! What was acknowledged and what arrived: the books of one run, kept by sequence number, so that
//! a delivery that never came or came twice shows.
//!
//! The load generator writes what was acknowledged, the receiver what arrived; both are threads of
//! one process and read one clock.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The one clock of the bench: nanoseconds since its start, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn ns(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// One delivery as the receiver reads it out of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Which run sent it; stragglers of an earlier one are not counted.
    pub(super) run: u32,
    /// Counts events from 0 within the run.
    pub(super) sequence: u32,
    /// When the POST was sent, or should have been, in nanoseconds of the [`Stopwatch`].
    pub(super) sent_ns: u64,
    /// Which webhook.
    pub(super) webhook: u32,
}

/// How a run spreads events over webhooks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spread {
    /// Each event goes to so many webhooks.
    Each(u32),
    /// Each event goes to one webhook in turn; of these so many are watched, the first ones.
    /// What the others get is not counted.
    Turns { webhooks: u32, watched: u32 },
}

impl Spread {
    /// Deliveries that are expected of an event.
    fn expected(self, sequence: u32) -> u32 {
        match self {
            Self::Each(webhooks) => webhooks,
            Self::Turns { webhooks, watched } => u32::from(sequence % webhooks < watched),
        }
    }

    fn slot(self, sequence: u32, webhook: u32) -> Option<usize> {
        match self {
            Self::Each(webhooks) if webhook < webhooks => {
                Some(sequence as usize * webhooks as usize + webhook as usize)
            }
            Self::Turns { watched, .. } if webhook < watched => Some(sequence as usize),
            _ => None,
        }
    }
}

/// The most arrivals that one run keeps apart: above it the bench itself would become the load.
const MAX_SLOTS: usize = 50_000_000;

struct Run {
    number: u32,
    spread: Spread,
    seen: Vec<u8>,
    latencies_us: Vec<u32>,
    acknowledged: Vec<u32>,
    answers_us: Vec<u32>,
    duplicates: u64,
    last_ns: u64,
}

/// The result of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Balance {
    /// End-to-end latencies in microseconds, ascending.
    pub(super) latencies_us: Vec<u32>,
    /// How long acknowledgements took, in microseconds, ascending.
    pub(super) answers_us: Vec<u32>,
    /// Distinct deliveries that arrived.
    pub(super) arrived: u64,
    /// Acknowledged and never arrived.
    pub(super) lost: u64,
    /// Arrived once more than once.
    pub(super) duplicates: u64,
    /// When the last one arrived, in nanoseconds of the [`Stopwatch`].
    pub(super) last_ns: u64,
}

/// The books of the present run.
pub(super) struct Ledger {
    run: Mutex<Run>,
    /// Distinct deliveries that arrived, to be read without the lock.
    arrived: AtomicU64,
    /// Deliveries that acknowledged events have made.
    expected: AtomicU64,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            run: Mutex::new(Run::new(0, Spread::Each(1))),
            arrived: AtomicU64::new(0),
            expected: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the books of a new run; its number.
    pub(super) fn open(&self, spread: Spread) -> u32 {
        let mut run = self.lock();
        *run = Run::new(run.number + 1, spread);
        self.arrived.store(0, Ordering::SeqCst);
        self.expected.store(0, Ordering::SeqCst);
        run.number
    }

    /// An event was answered 202, so long after it was sent or should have been.
    pub(super) fn acknowledged(&self, sequence: u32, took_ns: u64) {
        let mut run = self.lock();
        run.acknowledged.push(sequence);
        let took_us = u32::try_from(took_ns / 1_000).unwrap_or(u32::MAX);
        run.answers_us.push(took_us);
        let expected = u64::from(run.spread.expected(sequence));
        self.expected.fetch_add(expected, Ordering::SeqCst);
    }

    /// A request arrived.
    pub(super) fn arrived(&self, arrival: Arrival, now_ns: u64) {
        let mut run = self.lock();
        if arrival.run != run.number {
            return;
        }
        let Some(slot) = run.spread.slot(arrival.sequence, arrival.webhook) else {
            return;
        };
        if slot >= MAX_SLOTS {
            return;
        }
        if slot >= run.seen.len() {
            run.seen.resize((slot + 1).next_power_of_two(), 0);
        }
        let seen = run.seen[slot];
        run.seen[slot] = seen.saturating_add(1);
        if seen > 0 {
            run.duplicates += 1;
            return;
        }
        let latency_us = now_ns.saturating_sub(arrival.sent_ns) / 1_000;
        run.latencies_us
            .push(u32::try_from(latency_us).unwrap_or(u32::MAX));
        run.last_ns = now_ns;
        self.arrived.fetch_add(1, Ordering::SeqCst);
    }

    /// How many have arrived, and whether that is all that was acknowledged.
    pub(super) fn progress(&self) -> (u64, bool) {
        let arrived = self.arrived.load(Ordering::SeqCst);
        (arrived, arrived >= self.expected.load(Ordering::SeqCst))
    }

    /// Waits until everything acknowledged has arrived, or nothing has for `patience`.
    pub(super) async fn drain(&self, patience: Duration) {
        const LOOK_EVERY: Duration = Duration::from_millis(2);
        let mut before = self.progress().0;
        let mut idle = Duration::ZERO;
        while idle < patience {
            let (arrived, complete) = self.progress();
            if complete {
                return;
            }
            idle = if arrived == before {
                idle + LOOK_EVERY
            } else {
                Duration::ZERO
            };
            before = arrived;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Closes the books.
    pub(super) fn close(&self) -> Balance {
        let mut run = self.lock();
        let spread = run.spread;
        let webhooks = match spread {
            Spread::Each(webhooks) => 0..webhooks,
            // One slot an event; whichever watched webhook it was.
            Spread::Turns { .. } => 0..1,
        };
        let lost = run
            .acknowledged
            .iter()
            .filter(|sequence| spread.expected(**sequence) > 0)
            .flat_map(|sequence| {
                webhooks
                    .clone()
                    .filter_map(move |webhook| spread.slot(*sequence, webhook))
            })
            .filter(|slot| run.seen.get(*slot).is_none_or(|seen| *seen == 0))
            .count() as u64;
        let mut latencies_us = std::mem::take(&mut run.latencies_us);
        latencies_us.sort_unstable();
        let mut answers_us = std::mem::take(&mut run.answers_us);
        answers_us.sort_unstable();
        let balance = Balance {
            arrived: latencies_us.len() as u64,
            latencies_us,
            answers_us,
            lost,
            duplicates: run.duplicates,
            last_ns: run.last_ns,
        };
        *run = Run::new(run.number, spread);
        // A straggler must not be taken for one of the next run.
        run.number += 1;
        balance
    }
}

impl Run {
    fn new(number: u32, spread: Spread) -> Self {
        Self {
            number,
            spread,
            seen: Vec::new(),
            latencies_us: Vec::new(),
            acknowledged: Vec::new(),
            answers_us: Vec::new(),
            duplicates: 0,
            last_ns: 0,
        }
    }
}

/// The value below which this share (0 to 1) of sorted values lies, in milliseconds.
pub(super) fn percentile_ms(sorted_us: &[u32], share: f64) -> Option<f64> {
    let last = sorted_us.len().checked_sub(1)?;
    let index = ((sorted_us.len() as f64 * share).ceil() as usize)
        .saturating_sub(1)
        .min(last);
    Some(f64::from(sorted_us[index]) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(run: u32, sequence: u32, webhook: u32) -> Arrival {
        Arrival {
            run,
            sequence,
            sent_ns: 1_000_000,
            webhook,
        }
    }

    #[test]
    fn what_never_came_and_what_came_twice_is_counted() {
        let ledger = Ledger::new();
        let run = ledger.open(Spread::Each(2));
        for sequence in 0..3 {
            ledger.acknowledged(sequence, 2_000_000);
        }
        for (sequence, webhook) in [(0, 0), (0, 1), (1, 0), (1, 0), (1, 1), (2, 1)] {
            ledger.arrived(arrival(run, sequence, webhook), 3_000_000);
        }
        // From another run, and for a webhook that does not exist.
        ledger.arrived(arrival(run + 7, 2, 0), 3_000_000);
        ledger.arrived(arrival(run, 2, 2), 3_000_000);
        assert_eq!(ledger.progress(), (5, false));
        let balance = ledger.close();
        assert_eq!(
            (balance.arrived, balance.lost, balance.duplicates),
            (5, 1, 1)
        );
        assert_eq!(percentile_ms(&balance.latencies_us, 0.5), Some(2.0));
        assert_eq!(balance.answers_us, [2_000; 3]);
    }

    #[test]
    fn an_event_that_nobody_acknowledged_is_not_lost() {
        let ledger = Ledger::new();
        let run = ledger.open(Spread::Each(1));
        ledger.acknowledged(1, 0);
        ledger.arrived(arrival(run, 1, 0), 0);
        assert_eq!(ledger.close().lost, 0);
    }

    #[test]
    fn of_webhooks_in_turns_only_the_watched_ones_count() {
        let ledger = Ledger::new();
        let run = ledger.open(Spread::Turns {
            webhooks: 4,
            watched: 2,
        });
        for sequence in 0..8 {
            ledger.acknowledged(sequence, 2_000_000);
        }
        for sequence in 0..5 {
            ledger.arrived(arrival(run, sequence, sequence % 4), 0);
        }
        let balance = ledger.close();
        // 0, 1 and 4 came; 5 did not; 2, 3, 6 and 7 are nobody's.
        assert_eq!((balance.arrived, balance.lost), (3, 1));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<u32> = (1..=1000).map(|ms| ms * 1000).collect();
        assert_eq!(percentile_ms(&values, 0.5), Some(500.0));
        assert_eq!(percentile_ms(&values, 0.99), Some(990.0));
        assert_eq!(percentile_ms(&values, 0.999), Some(999.0));
        assert_eq!(percentile_ms(&values[..1], 0.999), Some(1.0));
        assert_eq!(percentile_ms(&[], 0.5), None);
    }
}
