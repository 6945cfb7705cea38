//! What goes into a lane and what comes out of it: deliveries, bounds, wishes.

use bellwire_core::{delivery::Job, time::Time};

use crate::pace::{Promise, Rate};

/// A delivery, and the store's lease that it is held under.
#[derive(Debug)]
pub(crate) struct Held {
    /// What to send.
    pub(crate) job: Job,
    /// Sent only while this is the lease ([`bellwire_core::ports::Claim::lease`]).
    pub(crate) lease: u64,
    /// The token that it was started for.
    pub(crate) promise: Promise,
}

/// What a lane wants done after a change.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    /// Start a worker for each of these; their places in flight are taken already.
    pub(crate) start: Vec<Held>,
    /// Ask the pager for more.
    pub(crate) page: bool,
    /// Wake the lane then: its next token comes.
    pub(crate) wake_at: Option<Time>,
    /// Nothing is left of what a pause held that was made up to then.
    pub(crate) drained: Option<Time>,
}

/// How an attempt ended, as far as the lane's window cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fared {
    /// The endpoint answered, whatever it said.
    Answered,
    /// It kept us waiting until a time-out.
    TimedOut,
    /// Refused, unreachable, not sent: says nothing about how many requests it can take at once.
    Neither,
}

/// The bounds of a lane, from the configuration and the webhook.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The time now.
    pub(crate) now: Time,
    /// Deliveries in memory: queued, reserved and in flight together.
    pub(crate) size: usize,
    /// The payloads of all lanes together take what they may: a lane that holds more than its
    /// share of them takes one delivery at a time.
    pub(crate) full: bool,
    /// Requests at once, at most.
    pub(crate) concurrency: usize,
    /// Nothing can be sent to the webhook now: its deliveries wait in the store.
    pub(crate) held: bool,
    /// One process only may have this lane.
    pub(crate) exclusive: bool,
    /// And that is another one, or nobody yet: nothing may be put in here or sent from here.
    pub(crate) elsewhere: bool,
    /// Nothing but tests is sent: the rest waits in the store.
    pub(crate) paused: bool,
    /// How fast it may be sent to.
    pub(crate) rate: Option<Rate>,
    /// What was made up to then drains.
    pub(crate) drain: Option<Time>,
}

impl Held {
    pub(crate) fn new(job: Job, lease: u64) -> Self {
        Self {
            job,
            lease,
            promise: None,
        }
    }

    /// The size of its payload.
    pub(crate) fn bytes(&self) -> usize {
        self.job.event.data.len()
    }
}
