//! Randomness from a seed: the same seed makes the same ids, secrets and jitter.

use bellwire_core::entropy::Entropy;
use parking_lot::Mutex;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// A source whose every bit follows from its seed.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The source of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        let numbers = |seed| {
            let entropy = SeededEntropy::new(seed);
            [entropy.u64(), entropy.u64(), entropy.u64()]
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn unit_stays_below_one() {
        let entropy = SeededEntropy::new(1);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&entropy.unit())));
    }
}
