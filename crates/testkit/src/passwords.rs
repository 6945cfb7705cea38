//! Hashing that costs nothing and hides nothing, and counts how often it was asked for.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use bellwire_core::ports::{Busy, Passwords};

/// Hashes that show their password. A cheap clone of the same counters.
#[derive(Debug, Clone, Default)]
pub struct PlainPasswords(Arc<State>);

#[derive(Debug, Default)]
struct State {
    hashed: AtomicU64,
    verified: AtomicU64,
    busy: AtomicBool,
}

impl PlainPasswords {
    /// How many hashes were asked for, to store one or to compare with one.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.0.hashed.load(Ordering::SeqCst) + self.0.verified.load(Ordering::SeqCst)
    }

    /// From now on too many wait, or not any more.
    pub fn busy(&self, busy: bool) {
        self.0.busy.store(busy, Ordering::SeqCst);
    }

    fn free(&self) -> Result<(), Busy> {
        if self.0.busy.load(Ordering::SeqCst) {
            return Err(Busy);
        }
        Ok(())
    }
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash(&self, password: &str) -> Result<String, Busy> {
        self.free()?;
        self.0.hashed.fetch_add(1, Ordering::SeqCst);
        Ok(format!("$plain${password}"))
    }

    async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, Busy> {
        self.free()?;
        self.0.verified.fetch_add(1, Ordering::SeqCst);
        Ok(phc.and_then(|phc| phc.strip_prefix("$plain$")) == Some(password))
    }
}
