//! How fast a job goes: small steps at even distances, so that a recovering endpoint is not knocked
//! over, and exact over time, whichever node takes a step.

use crate::time::{DurationUs, SECOND, Time};

/// The highest rate of a job, in deliveries per second: about what one database takes in beside its
/// other work.
pub const MAX_PER_SECOND: u32 = 10_000;
/// The most deliveries that one step makes: about 3 ms of the embedded store's writer.
pub const CHUNK: u32 = 200;
/// Steps of a fast job are no longer apart than this.
const TICK_PER_SECOND: u32 = 10;
/// How much of what a job is behind it makes up for: a step that comes late by a moment changes
/// nothing about the rate, and a server that was down for an hour does not send an hour's worth at
/// once.
const SLACK: DurationUs = SECOND / 4;

/// How many deliveries a step makes at most.
#[must_use]
pub fn chunk(per_second: u32) -> u32 {
    (per_second / TICK_PER_SECOND).clamp(1, CHUNK)
}

/// When the next step is due after one that was due at `due` and made so many.
#[must_use]
pub fn next_at(due: Time, now: Time, made: u64, per_second: u32) -> Time {
    let made = i64::try_from(made).unwrap_or(i64::MAX);
    let lasts = made.saturating_mul(SECOND) as u64;
    let lasts = lasts.div_ceil(u64::from(per_second.max(1)));
    due.max(now - SLACK) + i64::try_from(lasts).unwrap_or(i64::MAX)
}
