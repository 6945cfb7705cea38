//! The real clock: the only place of the program that asks the system for the time.

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bellwire_core::time::{Clock, Time};

/// The system's clock and tokio's timers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The longest single sleep. Timers run on the monotonic clock, due times are on the wall clock:
/// looking again now and then follows a wall clock that was set.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everybody else takes as a parameter"
    )]
    fn now(&self) -> Time {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            // A machine whose clock stands before 1970: time begins there.
            Err(_) => 0,
        };
        Time::from_micros(micros)
    }

    fn sleep_until(&self, time: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = *self;
        Box::pin(async move {
            loop {
                let left = time.since(clock.now());
                if left <= 0 {
                    return;
                }
                let left = Duration::from_micros(left.unsigned_abs());
                tokio::time::sleep(left.min(LOOK_AGAIN)).await;
            }
        })
    }
}
