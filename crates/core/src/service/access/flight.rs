//! One look at a time for each pair of credentials: a program that opens twenty connections at once
//! and sends its password on each costs one hash, not twenty.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

type Key = [u8; 32];

/// Who is looking, and who waits for them.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Vec<Waker>>>);

/// Nobody else looks for the same while this is held.
#[derive(Debug)]
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    key: Key,
}

impl Flights {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<Waker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else looks for this.
    pub(super) async fn enter(&self, key: Key) -> Flight<'_> {
        poll_fn(|context| {
            let mut waiting = self.lock();
            match waiting.get_mut(&key) {
                None => {
                    waiting.insert(key, Vec::new());
                    Poll::Ready(())
                }
                Some(wakers) => {
                    if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                        wakers.push(context.waker().clone());
                    }
                    Poll::Pending
                }
            }
        })
        .await;
        Flight { flights: self, key }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let wakers = self.flights.lock().remove(&self.key);
        // All of them: whoever is first goes on, and one that was woken may be gone.
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future as _, pin::pin, task::Context};

    use super::*;

    #[test]
    fn one_goes_at_a_time_and_a_waiter_that_left_strands_nobody() {
        let flights = Flights::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut first = pin!(flights.enter([1; 32]));
        let Poll::Ready(flight) = first.as_mut().poll(&mut context) else {
            panic!("nobody is before the first");
        };
        let mut other = pin!(flights.enter([2; 32]));
        assert!(other.as_mut().poll(&mut context).is_ready());
        {
            let mut left = pin!(flights.enter([1; 32]));
            assert!(left.as_mut().poll(&mut context).is_pending());
        }
        let mut second = pin!(flights.enter([1; 32]));
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(flight);
        assert!(second.as_mut().poll(&mut context).is_ready());
    }
}
