//! The real randomness: the only place of the program that is not reproducible from a seed.

use bellwire_core::entropy::Entropy;
use rand::{Rng, TryRng, rngs::SysRng};

/// The operating system's generator for secrets; a generator seeded by it for ids and jitter,
/// which are made for every event and need no system call each.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no randomness to give: no secret may be made without it.
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(bytes) {
            panic!("the operating system gives no randomness: {error}");
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the entropy that everybody else takes as a parameter"
    )]
    fn u64(&self) -> u64 {
        rand::rng().next_u64()
    }
}
