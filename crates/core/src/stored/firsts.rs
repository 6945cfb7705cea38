//! Which of the deliveries that were made with an event went to which webhook: read once for an event
//! and remembered, because a resend in bulk asks it for each webhook of an event that went to many.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use crate::ids::DeliveryId;

/// Events that are remembered, and deliveries of all of them together: about 10 MB.
const EVENTS: usize = 256;
const DELIVERIES: usize = 200_000;

/// The deliveries of an event by their webhooks. It never changes.
pub type First<W> = Arc<HashMap<W, DeliveryId>>;

/// What is remembered, as a store names events and webhooks. What was asked for last stays longest.
#[derive(Debug)]
pub struct Firsts<E, W>(Mutex<VecDeque<(E, First<W>)>>);

impl<E, W> Default for Firsts<E, W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<E: Copy + PartialEq, W: Eq + Hash> Firsts<E, W> {
    /// What is remembered of an event.
    pub fn get(&self, event: E) -> Option<First<W>> {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = remembered.iter().position(|(of, _)| *of == event)?;
        let found = remembered.remove(place)?;
        let first = Arc::clone(&found.1);
        remembered.push_back(found);
        Some(first)
    }

    /// Remembers it, and forgets others where that is too much.
    pub fn put(&self, event: E, first: HashMap<W, DeliveryId>) -> First<W> {
        let first = Arc::new(first);
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|(of, _)| *of != event);
        remembered.push_back((event, Arc::clone(&first)));
        let mut all: usize = remembered.iter().map(|(_, first)| first.len()).sum();
        while remembered.len() > 1 && (remembered.len() > EVENTS || all > DELIVERIES) {
            let gone = remembered.pop_front();
            all -= gone.map_or(0, |(_, first)| first.len());
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize) -> HashMap<usize, DeliveryId> {
        let id = |n: usize| DeliveryId::from_bytes((n as u128).to_be_bytes());
        (0..count).map(|n| (n, id(n))).collect()
    }

    #[test]
    fn what_was_asked_for_last_stays() {
        let firsts = Firsts::default();
        for event in 0..EVENTS {
            firsts.put(event, first(1));
        }
        assert!(firsts.get(0).is_some());
        firsts.put(EVENTS, first(2));
        assert!(firsts.get(0).is_some());
        assert!(firsts.get(1).is_none(), "it was asked for longest ago");
        assert_eq!(firsts.get(EVENTS).map(|first| first.len()), Some(2));
    }

    #[test]
    fn large_ones_push_others_out_and_the_last_one_stays_however_large() {
        let firsts = Firsts::default();
        firsts.put(1, first(10));
        firsts.put(2, first(DELIVERIES));
        assert!(firsts.get(1).is_none());
        assert!(firsts.get(2).is_some());
    }
}
