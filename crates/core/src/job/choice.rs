//! Which deliveries a job takes, and which of those it sends: the rule that nothing is sent twice.

use serde::{Deserialize, Serialize};

use super::Skip;
use crate::{
    delivery::{Kind, State},
    ids::{DeliveryId, WebhookId},
    outcome::{Answer, Cause},
    own_event,
    time::{MINUTE, Time},
};

/// A status, or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusFilter {
    /// Exactly this one.
    Code(u16),
    /// Every one with this first digit.
    Class(u8),
}

impl StatusFilter {
    /// From `503` or `5xx`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(class) = text.strip_suffix("xx") {
            let class = class.parse().ok().filter(|class| (1..=5).contains(class));
            return class.map(Self::Class);
        }
        let code = text.parse().ok().filter(|code| (100..=599).contains(code));
        code.filter(|_| text.len() == 3).map(Self::Code)
    }

    /// Whether a status is meant.
    #[must_use]
    pub const fn takes(self, status: u16) -> bool {
        match self {
            Self::Code(code) => status == code,
            Self::Class(class) => status / 100 == class as u16,
        }
    }
}

impl std::fmt::Display for StatusFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(class) => write!(f, "{class}xx"),
        }
    }
}

/// Which deliveries. Everything given must hold; tests are never taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// To this webhook; to any of the organization, when absent.
    pub webhook: Option<WebhookId>,
    /// In one of these states: failed, cancelled.
    pub states: Vec<State>,
    /// Last updated at or after this time: that is when they failed or were cancelled.
    pub since: Option<Time>,
    /// Last updated before this time.
    pub until: Option<Time>,
    /// Of events of exactly this type.
    pub event_type: Option<String>,
    /// Of events that carry this channel.
    pub channel: Option<String>,
    /// Whose last attempt got this status.
    pub status: Option<StatusFilter>,
    /// Whose last attempt got no answer, for this cause.
    pub cause: Option<Cause>,
    /// Of events that carry one of these channels: those of whoever made the job, if that is not
    /// everything.
    pub corner: Vec<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            webhook: None,
            states: vec![State::Failed],
            since: None,
            until: None,
            event_type: None,
            channel: None,
            status: None,
            cause: None,
            corner: Vec::new(),
        }
    }
}

/// A delivery, as far as the choice needs it. Marks of its webhook are in its state already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its id.
    pub id: DeliveryId,
    /// Why it was made.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// When it changed last.
    pub updated_at: Time,
    /// What its last attempt came back with; need not be read unless [`Filter::asks_for_answers`].
    pub answer: Option<Answer>,
}

/// An event, as far as the choice needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    /// Its type.
    pub event_type: String,
    /// What it is about.
    pub channels: Vec<String>,
    /// A test button made it.
    pub test: bool,
    /// Retention has removed its data.
    pub removed: bool,
}

/// What becomes of a delivery that a job has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is none of the job's.
    Leave,
    /// It is, and is not sent again.
    Skip(Skip),
    /// It is sent again.
    Send,
}

impl Filter {
    /// Whether the last attempt of a delivery must be known.
    #[must_use]
    pub const fn asks_for_answers(&self) -> bool {
        self.status.is_some() || self.cause.is_some()
    }

    /// Ids of deliveries that it can take are smaller than this, for a job of this time.
    #[must_use]
    pub fn last(&self, created_at: Time) -> DeliveryId {
        let end = super::end(created_at);
        self.until
            .map_or(end, |until| DeliveryId::floor(until + MINUTE).min(end))
    }

    /// Whether a delivery is taken, whatever its event.
    #[must_use]
    pub fn takes(&self, seen: &Seen) -> bool {
        self.takes_row(seen) && self.takes_answer(seen.answer)
    }

    /// Whether a delivery can be taken, before its last attempt is read.
    #[must_use]
    pub fn takes_row(&self, seen: &Seen) -> bool {
        seen.kind != Kind::Test
            && self.states.contains(&seen.state)
            && self.since.is_none_or(|since| seen.updated_at >= since)
            && self.until.is_none_or(|until| seen.updated_at < until)
    }

    fn takes_answer(&self, answer: Option<Answer>) -> bool {
        let status = self.status.is_none_or(
            |wanted| matches!(answer, Some(Answer::Status(status)) if wanted.takes(status)),
        );
        let cause = self
            .cause
            .is_none_or(|wanted| answer == Some(Answer::None(wanted)));
        status && cause
    }

    /// Whether deliveries of an event are taken.
    #[must_use]
    pub fn takes_event(&self, event: &EventFacts) -> bool {
        !event.test
            && self
                .event_type
                .as_ref()
                .is_none_or(|wanted| event.event_type == *wanted)
            && self
                .channel
                .as_ref()
                .is_none_or(|wanted| event.channels.contains(wanted))
            && self.is_seen(event)
    }

    /// Whether whoever made the job sees the event, and does not ask for a channel of others.
    fn is_seen(&self, event: &EventFacts) -> bool {
        let own = |channel: &String| self.corner.contains(channel);
        self.corner.is_empty()
            || (self.channel.as_ref().is_none_or(own)
                && match own_event::Kind::of(&event.event_type) {
                    Some(_) => !event.channels.is_empty() && event.channels.iter().all(own),
                    None => event.channels.iter().any(own),
                })
    }

    /// What becomes of a delivery that it takes. `others` are the other deliveries of the same event
    /// to the same webhook; `end` is [`Job::end`](super::Job::end).
    ///
    /// Of several that the filter takes, the newest stands for the event, so that it is sent once.
    #[must_use]
    pub fn fate(&self, seen: &Seen, event: &EventFacts, others: &[Seen], end: DeliveryId) -> Fate {
        if event.removed {
            return Fate::Skip(Skip::PayloadRemoved);
        }
        let stands_in = |other: &Seen| {
            let newer = other.id > seen.id;
            match other.state {
                State::Pending | State::Held => true,
                State::Delivered => newer || other.updated_at > seen.updated_at,
                // Sent again since the job began, by it or by a person: once is enough.
                _ if newer && other.id >= end => true,
                _ => newer && self.takes(other),
            }
        };
        if others.iter().any(stands_in) {
            Fate::Skip(Skip::SentAgain)
        } else {
            Fate::Send
        }
    }
}
