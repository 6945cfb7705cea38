//! How long attempts took, as counts in buckets of fixed bounds: small, and summed without loss.
//!
//! Each power of two is cut into eight buckets of the same width, so a bucket is at most an eighth
//! of its lower bound wide. A quantile is told as the middle of its bucket: it is off by at most one
//! sixteenth ([`ERROR`]) of the true value. Below 16 µs buckets hold one value each.

use super::varint;

/// Buckets in each power of two, as a power of two.
const BITS: u32 = 3;
const PER_POWER: u32 = 1 << BITS;
/// By how much a quantile may be off, as a part of it.
pub const ERROR: f64 = 1.0 / 16.0;

/// Counts by bucket, in the order of buckets; buckets that nothing fell into are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram(Vec<(u8, u64)>);

impl Histogram {
    /// Counts a length of time in microseconds.
    pub fn add(&mut self, micros: u32) {
        self.count(bucket(micros), 1);
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        for (bucket, count) in &other.0 {
            self.count(*bucket, *count);
        }
    }

    fn count(&mut self, bucket: u8, count: u64) {
        match self.0.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) => self.0[at].1 = self.0[at].1.saturating_add(count),
            Err(at) => self.0.insert(at, (bucket, count)),
        }
    }

    /// How many were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The length of time, in microseconds, that this part of all was at most: 0.99 gives the p99.
    /// `None` when nothing was counted.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<u64> {
        let rank = (part * self.total() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.0.iter().find_map(|(bucket, count)| {
            seen += count;
            (seen >= rank).then(|| middle(*bucket))
        })
    }

    /// As bytes: each bucket with its count.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for (bucket, count) in &self.0 {
            out.push(*bucket);
            varint::put(out, *count);
        }
    }

    /// How many buckets have a count.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.0.len()
    }

    /// The same as bytes of its own, for a column.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 2);
        self.encode(&mut out);
        out
    }

    /// Reads so many buckets from the front of these bytes.
    #[must_use]
    pub fn decode(bytes: &mut &[u8], buckets: usize) -> Option<Self> {
        let mut found = Vec::with_capacity(buckets.min(256));
        for _ in 0..buckets {
            let (bucket, rest) = bytes.split_first()?;
            *bytes = rest;
            found.push((*bucket, varint::take(bytes)?));
        }
        let sorted = found.windows(2).all(|pair| pair[0].0 < pair[1].0);
        sorted.then_some(Self(found))
    }

    /// Reads what [`to_bytes`](Self::to_bytes) has made, or several of them one behind the other, which
    /// are their sum; `None` when it is something else.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut found: Vec<(u8, u64)> = Vec::new();
        while let Some((bucket, rest)) = bytes.split_first() {
            bytes = rest;
            found.push((*bucket, varint::take(&mut bytes)?));
        }
        if found.is_sorted_by(|one, next| one.0 < next.0) {
            return Some(Self(found));
        }
        let mut sum = Self::default();
        for (bucket, count) in found {
            sum.count(bucket, count);
        }
        Some(sum)
    }
}

/// The bucket of a value: 240 of them for 32 bits.
fn bucket(micros: u32) -> u8 {
    if micros < PER_POWER {
        return micros as u8;
    }
    let power = micros.ilog2();
    let within = (micros >> (power - BITS)) & (PER_POWER - 1);
    ((power - BITS + 1) * PER_POWER + within) as u8
}

/// The value in the middle of a bucket.
fn middle(bucket: u8) -> u64 {
    let bucket = u64::from(bucket);
    let per_power = u64::from(PER_POWER);
    if bucket < per_power {
        return bucket;
    }
    let shift = bucket / per_power - 1;
    let low = (per_power + bucket % per_power) << shift;
    low + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_within_the_promised_error() {
        let mut value = 1_u64;
        while value <= u64::from(u32::MAX) {
            for near in [value, value + value / 3, value + value / 2] {
                let Ok(micros) = u32::try_from(near) else {
                    continue;
                };
                let told = middle(bucket(micros));
                let off = told.abs_diff(near) as f64;
                assert!(off <= near as f64 * ERROR, "{near} is told as {told}");
            }
            value = value * 5 / 4 + 1;
        }
        assert_eq!(bucket(u32::MAX), 239);
    }

    #[test]
    fn buckets_rise_with_values() {
        let values = [0, 1, 7, 8, 15, 16, 17, 1_000, 1_500, 1_000_000, u32::MAX];
        let buckets: Vec<u8> = values.map(bucket).to_vec();
        assert!(buckets.is_sorted());
    }

    #[test]
    fn quantiles_of_a_sum_are_those_of_all() {
        let (mut one, mut other, mut all) = <(Histogram, Histogram, Histogram)>::default();
        for value in 1..=1_000 {
            match value % 3 {
                0 => one.add(value * 100),
                _ => other.add(value * 100),
            }
            all.add(value * 100);
        }
        one.merge(&other);
        assert_eq!(one, all);
        assert_eq!(one.total(), 1_000);
        for (part, expected) in [(0.5, 50_000.0), (0.95, 95_000.0), (0.99, 99_000.0)] {
            let told = one.quantile(part).unwrap() as f64;
            assert!(
                (told - expected).abs() <= expected * ERROR,
                "{part}: {told}"
            );
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn bytes_behind_each_other_are_a_sum() {
        let (mut one, mut other) = <(Histogram, Histogram)>::default();
        for value in [3, 900, 70_000] {
            one.add(value);
            other.add(value / 2);
            other.add(value);
        }
        let bytes = [one.to_bytes(), other.to_bytes()].concat();
        one.merge(&other);
        assert_eq!(Histogram::from_bytes(&bytes), Some(one));
    }

    #[test]
    fn bytes_give_the_same_back_and_nonsense_nothing() {
        let mut one = Histogram::default();
        for value in [3, 3, 900, 70_000, 70_000, 4_000_000_000] {
            one.add(value);
        }
        assert_eq!(Histogram::from_bytes(&one.to_bytes()), Some(one));
        assert_eq!(Histogram::from_bytes(&[]), Some(Histogram::default()));
        assert_eq!(Histogram::from_bytes(&[9]), None);
    }
}
