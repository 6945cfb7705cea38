//! A clock that stands still until a test moves it.
//!
//! Whoever sleeps on it is woken in the order of the times slept for, so that 72 hours of retries
//! pass in milliseconds and in the same order each time. It never looks at the machine's clock.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bellwire_core::time::{Clock, DurationUs, Time};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// A clock that a test moves. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct FakeClock {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    asleep: Notify,
}

#[derive(Debug, Default)]
struct State {
    now: Time,
    /// By time slept for, then by who came first.
    sleepers: BTreeMap<(Time, u64), Waker>,
    next: u64,
}

impl FakeClock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn new(start: Time) -> Self {
        let clock = Self::default();
        clock.shared.state.lock().now = start;
        clock
    }

    /// Moves on by so many microseconds and wakes who slept until then.
    pub fn advance(&self, by_us: DurationUs) {
        let target = self.now() + by_us;
        self.advance_to(target);
    }

    /// Moves on to this time and wakes who slept until then, earliest first. A time in the past
    /// moves nothing: time never goes back.
    ///
    /// Everybody woken sees the time arrived at. Use [`jump`](Self::jump) in a loop, and let the
    /// tasks run in between, when each is to see the time it asked for.
    pub fn advance_to(&self, time: Time) {
        loop {
            let waker = {
                let mut state = self.shared.state.lock();
                state.now = state.now.max(time);
                let now = state.now;
                match state.sleepers.first_entry() {
                    Some(entry) if entry.key().0 <= now => entry.remove(),
                    _ => return,
                }
            };
            // Outside the lock: what it wakes may ask for the time at once.
            waker.wake();
        }
    }

    /// The earliest time that somebody sleeps for.
    #[must_use]
    pub fn earliest_sleeper(&self) -> Option<Time> {
        let state = self.shared.state.lock();
        state.sleepers.keys().next().map(|(time, _)| *time)
    }

    /// How many are asleep.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.shared.state.lock().sleepers.len()
    }

    /// Moves on to the earliest time somebody sleeps for, and says which; `None` when nobody
    /// sleeps.
    pub fn jump(&self) -> Option<Time> {
        let time = self.earliest_sleeper()?;
        self.advance_to(time);
        Some(time)
    }

    /// Resolves once at least so many are asleep: the signal that tasks have come to rest and the
    /// clock can be moved.
    pub async fn wait_for_sleepers(&self, count: usize) {
        loop {
            let asleep = self.shared.asleep.notified();
            tokio::pin!(asleep);
            // Listen before looking, or a sleeper that comes in between goes unnoticed.
            asleep.as_mut().enable();
            if self.sleepers() >= count {
                return;
            }
            asleep.await;
        }
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Time {
        self.shared.state.lock().now
    }

    fn sleep_until(&self, time: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Sleep {
            shared: Arc::clone(&self.shared),
            until: time,
            ticket: None,
        })
    }
}

struct Sleep {
    shared: Arc<Shared>,
    until: Time,
    ticket: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state.lock();
        if state.now >= self.until {
            if let Some(ticket) = self.ticket.take() {
                state.sleepers.remove(&(self.until, ticket));
            }
            return Poll::Ready(());
        }
        let ticket = self.ticket.unwrap_or_else(|| {
            state.next += 1;
            state.next
        });
        self.ticket = Some(ticket);
        state
            .sleepers
            .insert((self.until, ticket), context.waker().clone());
        drop(state);
        shared.asleep.notify_waiters();
        Poll::Pending
    }
}

impl Drop for Sleep {
    /// Who gave up sleeping must not be jumped to.
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared
                .state
                .lock()
                .sleepers
                .remove(&(self.until, ticket));
        }
    }
}

#[cfg(test)]
mod tests {
    use bellwire_core::time::{HOUR, SECOND};

    use super::*;

    fn start() -> Time {
        Time::from_millis(1_763_700_000_000)
    }

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_times() {
        let clock = FakeClock::new(start());
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = [3, 1, 2]
            .map(|hours| {
                let (clock, order) = (clock.clone(), Arc::clone(&order));
                tokio::spawn(async move {
                    clock.sleep_until(start() + hours * HOUR).await;
                    order.lock().push(hours);
                })
            })
            .into();
        clock.wait_for_sleepers(3).await;
        assert_eq!(clock.earliest_sleeper(), Some(start() + HOUR));
        clock.advance(5 * HOUR);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock(), [1, 2, 3]);
        assert_eq!(clock.now(), start() + 5 * HOUR);
    }

    #[tokio::test]
    async fn jumping_shows_each_sleeper_its_own_time() {
        let clock = FakeClock::new(start());
        let task = tokio::spawn({
            let clock = clock.clone();
            async move {
                let mut seen = Vec::new();
                for step in 1..=3 {
                    clock.sleep_until(start() + step * SECOND).await;
                    seen.push(clock.now());
                }
                seen
            }
        });
        for _ in 0..3 {
            clock.wait_for_sleepers(1).await;
            clock.jump();
        }
        let expected: Vec<_> = (1..=3).map(|step| start() + step * SECOND).collect();
        assert_eq!(task.await.unwrap(), expected);
        assert_eq!(clock.jump(), None);
    }

    #[tokio::test]
    async fn a_sleep_that_is_dropped_is_forgotten() {
        let clock = FakeClock::new(start());
        let mut sleep = clock.sleep_until(start() + HOUR);
        assert!(
            std::future::poll_fn(|context| Poll::Ready(sleep.as_mut().poll(context).is_pending()))
                .await
        );
        assert_eq!(clock.sleepers(), 1);
        drop(sleep);
        assert_eq!(clock.earliest_sleeper(), None);
    }

    #[tokio::test]
    async fn a_time_that_has_passed_does_not_sleep() {
        let clock = FakeClock::new(start());
        clock.sleep_until(start()).await;
        clock.sleep_until(start() - HOUR).await;
        clock.advance_to(start() - HOUR);
        assert_eq!(clock.now(), start());
    }
}
