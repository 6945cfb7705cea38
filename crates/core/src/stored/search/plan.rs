//! What a search walks along: the events themselves, or what is rarer and leads to them.

use crate::{
    delivery::State,
    ids::EventId,
    job::StatusFilter,
    outcome::Cause,
    ports::EventFilter,
    time::{DurationUs, MINUTE, Time},
};

/// How far the time in an id may be from the time that its event says it was accepted at.
const APART: DurationUs = MINUTE;
/// What happened to a delivery within this time after it was made is in no index of late ones. The
/// migrations `V4__search` say the same number.
pub(super) const LATE: DurationUs = 10 * MINUTE;

/// What leads to events by their deliveries: all that are to the webhooks in question, and …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// … have failed or were cancelled.
    Unlucky {
        /// Those that failed are asked for.
        failed: bool,
        /// Those that were cancelled are.
        cancelled: bool,
    },
    /// … wait for an attempt.
    Pending,
    /// … wait, and are to a webhook that has cancelled them: their rows do not say so yet.
    Unswept,
    /// … have an attempt with this answer, which is none with a 2xx.
    Answered(Key),
    /// … changed at or after this time, and later than ten minutes after they were made.
    Late(Time),
    /// … nothing else.
    All,
}

/// How attempts without a 2xx are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// By their status.
    Status(StatusFilter),
    /// By their cause.
    Cause(Cause),
}

/// What a search walks along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// A few that are named.
    Named,
    /// All events.
    Events,
    /// All events since a time, and older ones along these.
    EventsThen(EventId, Vec<Source>),
    /// Deliveries.
    Deliveries(Vec<Source>),
}

/// The way for a filter: the rarest that leads to everything that it shows.
pub(super) fn way(filter: &EventFilter) -> Way {
    if filter.id.is_some() || filter.external_id.is_some() {
        return Way::Named;
    }
    if let Some(cause) = filter.cause {
        return Way::Deliveries(vec![Source::Answered(Key::Cause(cause))]);
    }
    if let Some(status) = filter.status.filter(|status| !is_success(*status)) {
        return Way::Deliveries(vec![Source::Answered(Key::Status(status))]);
    }
    let has = |state| filter.states.contains(&state);
    let common = has(State::Delivered) || has(State::Filtered);
    if !filter.states.is_empty() && !common {
        let (failed, cancelled) = (has(State::Failed), has(State::Cancelled));
        let mut sources = Vec::new();
        if failed || cancelled {
            sources.push(Source::Unlucky { failed, cancelled });
        }
        if has(State::Pending) || has(State::Held) {
            sources.push(Source::Pending);
        } else if cancelled {
            sources.push(Source::Unswept);
        }
        return Way::Deliveries(sources);
    }
    if filter.webhook.is_some() {
        return Way::Deliveries(vec![Source::All]);
    }
    match filter.updated_since {
        Some(since) => Way::EventsThen(
            edge(since - (LATE + APART)),
            vec![Source::Late(since), Source::Unswept],
        ),
        None => Way::Events,
    }
}

const fn is_success(status: StatusFilter) -> bool {
    match status {
        StatusFilter::Code(code) => code / 100 == 2,
        StatusFilter::Class(class) => class == 2,
    }
}

/// The smallest id that an event of the filter can have, and one that is greater than all of them.
pub(super) fn bounds(filter: &EventFilter) -> (EventId, EventId) {
    let from = filter
        .created_since
        .map_or(EventId::from_bytes([0; 16]), |since| edge(since - APART));
    let until = [filter.created_until, filter.updated_until];
    let until = until.into_iter().flatten().min();
    let below = until.map_or(EventId::from_bytes([0xff; 16]), |until| edge(until + APART));
    (from, below)
}

/// The smallest id of a time, of those that an id can carry.
fn edge(time: Time) -> EventId {
    EventId::floor(time.clamp(Time::EPOCH, Time::from_millis((1 << 48) - 1)))
}
