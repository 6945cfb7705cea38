//! Rows that cannot be read: how long they wait for somebody who can, and how long they are kept out
//! of the way of the others.
//!
//! Damage, or a program of a newer version beside this one. Neither may stop what is behind such a
//! row, so a store moves it to its table `set_aside`, says so in the log, and counts it
//! ([`StoreStats::unreadable`](crate::ports::StoreStats)).

use crate::time::{DAY, DurationUs, HOUR};

/// How long what was set aside is kept for people to look at.
pub const KEPT_US: DurationUs = 90 * DAY;
/// How long a notice that cannot be read stays in the outbox: while versions are mixed, a process of
/// the newer one can tell it.
pub const NOTICE_WAITS_US: DurationUs = HOUR;
