//! How long things are kept, and what they take until then.
//!
//! Removal is bulk work behind the scenes: the caller asks for one bounded step after the other, with
//! pauses between them, and the hot path goes on meanwhile. Whatever the limits say, nothing goes
//! that a pending delivery needs.

use async_trait::async_trait;

use super::Result;
use crate::time::{DAY, DurationUs, Time};

/// How long things are kept. `None` is no limit of its own: an event and its deliveries stay for
/// ever, what belongs to an event stays as long as the event does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Events, with their deliveries, attempts, excerpts and external ids.
    pub events: Option<DurationUs>,
    /// The data of events; the event itself stays.
    pub payloads: Option<DurationUs>,
    /// Attempts, with their excerpts; the delivery stays as it is.
    pub attempts: Option<DurationUs>,
    /// Entries of the audit log; no business of [`Retain`], but of
    /// [`Audit::forget_audit`](super::Audit::forget_audit).
    pub audit: Option<DurationUs>,
}

impl Retention {
    /// Whether no event, and nothing that belongs to one, is ever removed.
    #[must_use]
    pub const fn keeps_all(&self) -> bool {
        self.events.is_none() && self.payloads.is_none() && self.attempts.is_none()
    }

    /// How long attempts stay at most: their own limit, or that of their events.
    #[must_use]
    pub const fn of_attempts(&self) -> Option<DurationUs> {
        match self.attempts {
            Some(limit) => Some(limit),
            None => self.events,
        }
    }
}

/// How much was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events with everything that came of them.
    pub events: u64,
    /// Events that lost their data only.
    pub payloads: u64,
    /// Deliveries, with their events.
    pub deliveries: u64,
    /// Attempts, with their events or before them. A store that drops whole tables estimates it.
    pub attempts: u64,
}

impl std::ops::AddAssign for Removed {
    fn add_assign(&mut self, more: Self) {
        self.events += more.events;
        self.payloads += more.payloads;
        self.deliveries += more.deliveries;
        self.attempts += more.attempts;
    }
}

/// What one step came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retained {
    /// What it removed.
    pub removed: Removed,
    /// There is more to do now. Without it the pass is over, and the next step begins another one
    /// at the oldest.
    pub more: bool,
    /// How long the store would like to be left alone before the next step.
    pub pause: DurationUs,
}

/// A kind of thing that takes space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stored {
    /// Events without their data.
    Events,
    /// The data of events.
    Payloads,
    /// Deliveries.
    Deliveries,
    /// Attempts, with the excerpts of what endpoints answered.
    Attempts,
    /// Indexes, the catalogue, and what else is neither of these nor free.
    Indexes,
    /// Space that is free for what comes. A file that shrinks by itself has none.
    Free,
}

impl Stored {
    /// Every kind, in the order of a report.
    pub const ALL: [Self; 6] = [
        Self::Events,
        Self::Payloads,
        Self::Deliveries,
        Self::Attempts,
        Self::Indexes,
        Self::Free,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Payloads => "payloads",
            Self::Deliveries => "deliveries",
            Self::Attempts => "attempts",
            Self::Indexes => "indexes",
            Self::Free => "free",
        }
    }
}

/// What one kind takes. Estimated: an exact answer would read everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageLine {
    /// Which kind.
    pub what: Stored,
    /// About how many bytes on the disk.
    pub bytes: u64,
    /// About how many there are, where they can be counted.
    pub count: Option<u64>,
}

/// What the store takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// What kind of store it is: `sqlite`, `postgresql`.
    pub store: &'static str,
    /// One line for each kind, in the order of [`Stored::ALL`]. Together they are all of it.
    pub lines: Vec<StorageLine>,
    /// The day of the oldest event, in days since 1970; `None` when there is no event.
    pub oldest_day: Option<i64>,
    /// The day of the newest one.
    pub newest_day: Option<i64>,
}

impl Storage {
    /// All of it, in bytes.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.lines.iter().map(|line| line.bytes).sum()
    }
}

/// What a store takes in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// What kind of store it is: `sqlite`, `postgresql`.
    pub store: &'static str,
    /// All of it, in bytes.
    pub bytes: u64,
}

/// Removal of what is old, and what is there.
#[async_trait]
pub trait Retain: Send + Sync {
    /// One bounded step of a pass over what is older than these limits at `now`: until nothing is
    /// left for it (`more`), the caller asks again. When other processes work on the same store, one
    /// of them does it at a time, and for the others there is nothing to do.
    ///
    /// An event is as old as its acceptance, an attempt as its begin. A resend makes neither
    /// younger. What has a pending delivery stays whole, whatever its age, until a pass after that. A
    /// store may keep anything for [`SLACK_US`] longer, so that it can remove days as a whole.
    async fn retain(&self, limits: &Retention, now: Time) -> Result<Retained>;

    /// What takes how much space. Bounded work: estimates.
    async fn storage(&self) -> Result<Storage>;

    /// What all of it takes, and not what of it: quick enough for a page that is looked at often.
    async fn size(&self) -> Result<Size>;
}

/// How much longer than its limit anything may stay that is not pending.
pub const SLACK_US: DurationUs = 2 * DAY;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    #[test]
    fn attempts_go_with_their_events_unless_they_have_a_limit_of_their_own() {
        let mut limits = Retention::default();
        assert!(limits.keeps_all());
        assert_eq!(limits.of_attempts(), None);
        limits.events = Some(DAY);
        assert_eq!(limits.of_attempts(), Some(DAY));
        limits.attempts = Some(HOUR);
        assert_eq!(limits.of_attempts(), Some(HOUR));
        assert!(!limits.keeps_all());
    }

    #[test]
    fn a_storage_is_the_sum_of_its_lines() {
        let line = |what, bytes| StorageLine {
            what,
            bytes,
            count: None,
        };
        let storage = Storage {
            store: "sqlite",
            lines: vec![line(Stored::Events, 3), line(Stored::Free, 4)],
            oldest_day: None,
            newest_day: None,
        };
        assert_eq!(storage.total_bytes(), 7);
        let names: Vec<_> = Stored::ALL.iter().map(|what| what.as_str()).collect();
        assert_eq!(names.len(), 6);
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
