//! Histograms for metrics that cost two atomic additions: for the hot path, and for crates that know
//! nothing of how metrics are written.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Buckets of a meter, the one for everything larger included.
pub const BUCKETS: usize = 14;

/// Upper bounds for times, in microseconds: from something in memory to a disk that is in trouble.
pub const TIMES_US: [u64; BUCKETS - 1] = [
    10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000,
];
/// Upper bounds for how many there were of something.
pub const SIZES: [u64; BUCKETS - 1] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 16_384];

/// Counts values by size.
#[derive(Debug)]
pub struct Meter {
    bounds: &'static [u64; BUCKETS - 1],
    counts: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

/// What a meter has counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// How many values there were within each bucket alone, the last without an upper bound.
    pub counts: [u64; BUCKETS],
    /// The sum of all values.
    pub sum: u64,
}

impl Meter {
    /// A meter of times, in microseconds ([`TIMES_US`]).
    #[must_use]
    pub const fn of_times() -> Self {
        Self::new(&TIMES_US)
    }

    /// A meter of sizes ([`SIZES`]).
    #[must_use]
    pub const fn of_sizes() -> Self {
        Self::new(&SIZES)
    }

    const fn new(bounds: &'static [u64; BUCKETS - 1]) -> Self {
        Self {
            bounds,
            counts: [const { AtomicU64::new(0) }; BUCKETS],
            sum: AtomicU64::new(0),
        }
    }

    /// Counts a value.
    pub fn count(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// What was counted so far. Values that are being counted meanwhile may be missing in either part.
    #[must_use]
    pub fn read(&self) -> Reading {
        let mut counts = [0; BUCKETS];
        for (count, bucket) in counts.iter_mut().zip(&self.counts) {
            *count = bucket.load(Relaxed);
        }
        Reading {
            counts,
            sum: self.sum.load(Relaxed),
        }
    }
}

impl Reading {
    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_in_the_first_bucket_that_holds_it() {
        let meter = Meter::of_sizes();
        for value in [0, 1, 1, 3, 16_384, 16_385] {
            meter.count(value);
        }
        let reading = meter.read();
        assert_eq!(reading.counts[..4], [1, 2, 0, 1]);
        assert_eq!(reading.counts[BUCKETS - 2..], [1, 1]);
        assert_eq!((reading.count(), reading.sum), (6, 32_774));
        assert!(TIMES_US.is_sorted() && SIZES.is_sorted());
    }
}
