//! Resending in bulk: what a job is, which deliveries it takes, and how fast it goes.
//!
//! Everything that both stores must decide alike is decided here, from what they have read. Reading
//! and writing is theirs; who may start a job is the service's.
//!
//! ```text
//! start ► running ──────────────► finished
//!          │   ▲ │                  ▲ nothing is left
//!    pause ▼   │ └► stopped           its one webhook was disabled or deleted
//!         paused ─► cancelled
//!            └────► stopped           nobody has let it go on for a week
//! ```

mod choice;
mod pace;

use serde::{Deserialize, Serialize};

pub use self::{
    choice::{EventFacts, Fate, Filter, Seen, StatusFilter},
    pace::{CHUNK, MAX_PER_SECOND, chunk, next_at},
};
use crate::{
    coded::coded,
    ids::{DeliveryId, JobId, OrganizationId, WebhookId},
    time::{DAY, DurationUs, SECOND, Time},
};

/// How long a job that is over is kept for people to look at.
pub const KEPT: DurationUs = 30 * DAY;

/// How long a job may stay paused. One that is not over stands in the way of others about the same
/// deliveries, and whoever paused it may never come back.
pub const PAUSED: DurationUs = 7 * DAY;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It makes deliveries, or waits for its next turn.
    Running,
    /// Somebody halted it; it can go on.
    Paused,
    /// Everything that it was for has been looked at.
    Finished,
    /// Somebody ended it.
    Cancelled,
    /// Its webhook takes nothing any more; the job says why.
    Stopped,
}

coded!(State, "state":
    Running = "running",
    Paused = "paused",
    Finished = "finished",
    Cancelled = "cancelled",
    Stopped = "stopped",
);

impl State {
    /// Whether nothing can become of it any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled | Self::Stopped)
    }
}

/// Why a job stopped by itself before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Its webhook was disabled.
    WebhookDisabled,
    /// Its webhook was deleted.
    WebhookDeleted,
    /// Nobody has let it go on for [`PAUSED`].
    PausedTooLong,
}

coded!(StopReason, "reason":
    WebhookDisabled = "webhook_disabled",
    WebhookDeleted = "webhook_deleted",
    PausedTooLong = "paused_too_long",
);

/// Why a delivery that the filter takes is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skip {
    /// Another delivery of the same event to the same webhook is on its way, has arrived since, or
    /// counts in its place because it is newer.
    SentAgain,
    /// Retention has removed the data of the event.
    PayloadRemoved,
    /// The webhook is disabled.
    WebhookDisabled,
    /// The webhook was deleted.
    WebhookDeleted,
}

/// How many deliveries were skipped, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// [`Skip::SentAgain`].
    pub sent_again: u64,
    /// [`Skip::PayloadRemoved`].
    pub payload_removed: u64,
    /// [`Skip::WebhookDisabled`].
    pub webhook_disabled: u64,
    /// [`Skip::WebhookDeleted`].
    pub webhook_deleted: u64,
}

impl Skipped {
    /// One more.
    pub const fn add(&mut self, why: Skip) {
        let count = match why {
            Skip::SentAgain => &mut self.sent_again,
            Skip::PayloadRemoved => &mut self.payload_removed,
            Skip::WebhookDisabled => &mut self.webhook_disabled,
            Skip::WebhookDeleted => &mut self.webhook_deleted,
        };
        *count += 1;
    }

    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.sent_again + self.payload_removed + self.webhook_disabled + self.webhook_deleted
    }
}

impl std::ops::AddAssign for Skipped {
    fn add_assign(&mut self, more: Self) {
        self.sent_again += more.sent_again;
        self.payload_removed += more.payload_removed;
        self.webhook_disabled += more.webhook_disabled;
        self.webhook_deleted += more.webhook_deleted;
    }
}

/// What a filter takes at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Deliveries that would be sent again.
    pub to_send: u64,
    /// Deliveries that the filter takes and that would not be.
    pub skipped: Skipped,
    /// Everything was counted; otherwise there are at least so many.
    pub complete: bool,
}

impl Count {
    /// Everything that the filter takes.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.to_send + self.skipped.total()
    }
}

/// How far a job has come: webhooks in the order of their ids, the deliveries of each in the order of
/// theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The webhook it is at; before the first, when absent.
    pub webhook: Option<WebhookId>,
    /// The last delivery looked at of this webhook.
    pub delivery: Option<DeliveryId>,
}

/// A resend in bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What it sends again.
    pub filter: Filter,
    /// How many deliveries it makes in a second.
    pub per_second: u32,
    /// Where it stands.
    pub state: State,
    /// Why it stopped, when it did.
    pub stop_reason: Option<StopReason>,
    /// What the filter took when the job was made; at least, unless `total_complete`.
    pub total: u64,
    /// Whether that is all.
    pub total_complete: bool,
    /// Deliveries made.
    pub done: u64,
    /// Deliveries left out.
    pub skipped: Skipped,
    /// How far it is.
    pub cursor: Cursor,
    /// When its next step is due; meaningful while it runs.
    pub next_at: Time,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: String,
    /// When it changed last.
    pub updated_at: Time,
    /// Who changed it last: a person, or who made it while nobody has.
    pub updated_by: String,
}

/// What somebody does with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Halts it.
    Pause,
    /// Lets it go on.
    Resume,
    /// Ends it.
    Cancel,
    /// Sets its rate.
    Rate(u32),
}

impl Job {
    /// Ids of deliveries from here on are no business of the job: those that it makes itself, and
    /// those that others make while it runs.
    #[must_use]
    pub fn end(&self) -> DeliveryId {
        end(self.created_at)
    }

    /// Ids of deliveries that can have changed within the filter's time are smaller than this: a
    /// delivery changes after it is made. A minute for clocks that differ.
    #[must_use]
    pub fn last(&self) -> DeliveryId {
        self.filter.last(self.created_at)
    }

    /// The id under which it makes a delivery: this one, if that is not before [`Self::end`]. A node
    /// whose clock is behind must not make what the job would then pick up itself.
    #[must_use]
    pub fn new_id(&self, id: DeliveryId) -> DeliveryId {
        let end = self.end();
        if id >= end {
            return id;
        }
        let mut bytes = *id.as_bytes();
        bytes[..6].copy_from_slice(&end.as_bytes()[..6]);
        DeliveryId::from_bytes(bytes)
    }

    /// What becomes of it by somebody's hand; `false` when that is nothing: it is so already, or it
    /// is over.
    pub fn change(&mut self, change: Change, by: &str, now: Time) -> bool {
        match (self.state, change) {
            (State::Running, Change::Pause) => self.state = State::Paused,
            (State::Paused, Change::Resume) => {
                self.state = State::Running;
                self.next_at = now;
            }
            (State::Running | State::Paused, Change::Cancel) => self.state = State::Cancelled,
            (State::Running | State::Paused, Change::Rate(rate)) if rate != self.per_second => {
                self.per_second = rate;
            }
            _ => return false,
        }
        self.updated_at = now.max(self.updated_at);
        by.clone_into(&mut self.updated_by);
        true
    }

    /// It has come to an end by itself.
    pub fn finish(&mut self, state: State, reason: Option<StopReason>) {
        self.state = state;
        self.stop_reason = reason;
    }

    /// A step has been done: so many were made, and the next one is due in its time.
    pub fn stepped(&mut self, made: usize, skipped: Skipped, cursor: Cursor, now: Time) {
        self.done += made as u64;
        self.skipped += skipped;
        self.cursor = cursor;
        self.next_at = next_at(self.next_at, now, made as u64, self.per_second);
        self.updated_at = now.max(self.updated_at);
    }

    /// About when it ends, if nothing is done about it; `None` when it is not running, or nobody
    /// knows how much is left.
    #[must_use]
    pub fn estimated_end(&self, now: Time) -> Option<Time> {
        let left = self.total.checked_sub(self.done + self.skipped.total())?;
        let known = self.state == State::Running && self.total_complete;
        let lasts = i64::try_from(left).ok()?.checked_mul(SECOND)? / i64::from(self.per_second);
        known.then(|| now.max(self.next_at) + lasts)
    }
}

/// [`Job::end`] of a job of this time: the first id of a delivery that was made after it.
#[must_use]
pub fn end(created_at: Time) -> DeliveryId {
    DeliveryId::floor(created_at + 1_000)
}

#[cfg(test)]
mod tests;
