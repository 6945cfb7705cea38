//! What was looked up a moment ago, so that not every request asks the store.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::time::{DurationUs, Time};

/// Entries that are taken for true for a while. A cheap value is best: it is cloned out.
#[derive(Debug)]
pub(in crate::service) struct Memory<K, V> {
    lasts: DurationUs,
    most: usize,
    remembered: Mutex<Remembered<K, V>>,
}

#[derive(Debug)]
struct Remembered<K, V> {
    entries: HashMap<K, (V, Time)>,
    /// Raised by every forgetting.
    forgotten: u64,
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// A memory of at most so many entries, each for so long.
    pub(super) fn new(lasts: DurationUs, most: usize) -> Self {
        let remembered = Remembered {
            entries: HashMap::new(),
            forgotten: 0,
        };
        Self {
            lasts,
            most,
            remembered: Mutex::new(remembered),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered<K, V>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered; how often something was forgotten, otherwise.
    pub(in crate::service) fn recall(&self, key: &K, now: Time) -> Result<V, u64> {
        let remembered = self.lock();
        match remembered.entries.get(key) {
            Some((value, until)) if now < *until => Ok(value.clone()),
            _ => Err(remembered.forgotten),
        }
    }

    /// Remembers what the store said, unless something was forgotten since `forgotten` was read:
    /// what the store said before that may be wrong by now.
    pub(in crate::service) fn remember(&self, key: K, value: V, now: Time, forgotten: u64) {
        let mut remembered = self.lock();
        if remembered.forgotten != forgotten {
            return;
        }
        if remembered.entries.len() >= self.most {
            remembered.entries.retain(|_, (_, until)| now < *until);
        }
        if remembered.entries.len() >= self.most {
            remembered.entries.clear();
        }
        remembered.entries.insert(key, (value, now + self.lasts));
    }

    /// Forgets the entries of which this is true.
    pub(in crate::service) fn forget(&self, wrong: impl Fn(&V) -> bool) {
        let mut remembered = self.lock();
        remembered.forgotten += 1;
        remembered.entries.retain(|_, (value, _)| !wrong(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_remembered_for_a_while() {
        let memory = Memory::new(5, 10);
        assert_eq!(memory.recall(&1, Time::EPOCH), Err(0));
        memory.remember(1, "one", Time::EPOCH, 0);
        assert_eq!(memory.recall(&1, Time::EPOCH + 4), Ok("one"));
        assert_eq!(memory.recall(&1, Time::EPOCH + 5), Err(0));
    }

    #[test]
    fn forgetting_is_stronger_than_a_look_that_began_before_it() {
        let memory = Memory::new(5, 10);
        memory.remember(1, "one", Time::EPOCH, 0);
        memory.remember(2, "two", Time::EPOCH, 0);
        memory.forget(|value| *value == "one");
        assert_eq!(memory.recall(&1, Time::EPOCH), Err(1));
        assert_eq!(memory.recall(&2, Time::EPOCH), Ok("two"));
        memory.remember(1, "one", Time::EPOCH, 0);
        assert_eq!(memory.recall(&1, Time::EPOCH), Err(1));
    }

    #[test]
    fn the_memory_is_bounded() {
        let memory = Memory::new(5, 100);
        for n in 0..1_000 {
            memory.remember(n, n, Time::EPOCH, 0);
            assert!(memory.lock().entries.len() <= 100);
            assert_eq!(memory.recall(&n, Time::EPOCH), Ok(n));
        }
    }
}
