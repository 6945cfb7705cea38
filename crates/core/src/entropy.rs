//! Randomness as a parameter: ids, secrets, nonces and jitter come from here.

/// A source of random bits. The binary's is the operating system's generator; a test's is a seed.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the slice with bits fit for secrets.
    fn fill(&self, bytes: &mut [u8]);

    /// 64 random bits.
    fn u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number in `0.0..1.0`.
    fn unit(&self) -> f64 {
        (self.u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
