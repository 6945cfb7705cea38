//! How much a scenario does.

/// More of it makes the numbers steadier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What is published.
    Full,
    /// Each scenario within 30 seconds.
    Quick,
    /// A few seconds, for the tests of this repository: the numbers say nothing.
    Tiny,
}

impl Effort {
    /// What belongs to it.
    pub(super) fn pick<T>(self, full: T, quick: T, tiny: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
            Self::Tiny => tiny,
        }
    }
}
