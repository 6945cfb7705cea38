//! Counts of attempts, gathered with each commit of records and never by looking at old rows.
//!
//! ```text
//!   records ─► Batch ── encode ─► one row with the commit ─► folder ─► rows by minute, hour, day
//!                                        └─────────── both are read ──────────────┘
//! ```
//!
//! A commit adds one row and changes none, so counting makes nobody wait for anybody. A folder takes
//! these rows away and adds them up. Whoever reads adds what is not folded yet, in the same
//! snapshot, so that counts are exact from the commit on. Tests (`Kind::Test`) are not counted.
//!
//! Nothing here knows a store. Why it is built so is in ADR 11.

mod batch;
mod encoding;
mod histogram;
mod period;
mod table;
mod varint;

use std::sync::Arc;

pub use batch::{Batch, Row};
pub use histogram::{ERROR, Histogram};
pub use period::{Period, Range, Span, Types};
pub use table::{Cell, Group, GroupBy, MAX_CELLS, Table};

use crate::{
    ids::{DeliveryId, OrganizationId, WebhookId},
    outcome::{Answer, Cause},
    time::Time,
};

/// What attempts are counted by, beside the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The tenant; `None` for all of them together.
    pub organization_id: Option<OrganizationId>,
    /// The webhook; `None` for all of them together.
    pub webhook_id: Option<WebhookId>,
    /// The type of the event; empty for all of them together.
    pub event_type: Arc<str>,
    /// What came back.
    pub answer: Answer,
    /// Whether that was a success for the webhook's profile.
    pub success: bool,
}

impl Key {
    /// What an attempt of this key counts for: the webhook, its organization, and all organizations
    /// together; each for its type and for all types together.
    #[must_use]
    pub fn levels(self) -> [Self; 6] {
        let organization = Self {
            webhook_id: None,
            ..self.clone()
        };
        let all = Self {
            organization_id: None,
            ..organization.clone()
        };
        let any: Arc<str> = "".into();
        let together = [&self, &organization, &all].map(|key| Self {
            event_type: Arc::clone(&any),
            ..key.clone()
        });
        let [one, two, three] = together;
        [self, organization, all, one, two, three]
    }

    /// Whether it counts one type or all of them.
    #[must_use]
    pub fn types(&self) -> Types {
        match self.event_type.is_empty() {
            true => Types::Together,
            false => Types::Apart,
        }
    }
}

/// What is counted of attempts with the same key and time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// How many.
    pub attempts: u64,
    /// How many of them were the last of a delivery that failed for good.
    pub exhausted: u64,
    /// How long they took together, in microseconds.
    pub total_us: u64,
    /// How long the longest took, in microseconds.
    pub max_us: u32,
    /// How long each took.
    pub latency: Histogram,
    /// When the first one began.
    pub first_at: Time,
    /// The one that began last.
    pub last: Example,
}

/// One attempt that stands for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// When it began.
    pub at: Time,
    /// Its delivery.
    pub delivery_id: DeliveryId,
    /// Its number within the delivery.
    pub number: u32,
}

impl Default for Example {
    fn default() -> Self {
        Self {
            at: Time::default(),
            delivery_id: DeliveryId::from_bytes([0; 16]),
            number: 0,
        }
    }
}

impl Counts {
    /// One attempt that took so long.
    #[must_use]
    pub fn one(example: Example, total_us: u32, exhausted: bool) -> Self {
        let mut latency = Histogram::default();
        latency.add(total_us);
        Self {
            attempts: 1,
            exhausted: u64::from(exhausted),
            total_us: total_us.into(),
            max_us: total_us,
            latency,
            first_at: example.at,
            last: example,
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        if self.attempts == 0 {
            self.clone_from(other);
            return;
        }
        if other.attempts == 0 {
            return;
        }
        self.attempts += other.attempts;
        self.exhausted += other.exhausted;
        self.total_us += other.total_us;
        self.max_us = self.max_us.max(other.max_us);
        self.latency.merge(&other.latency);
        self.first_at = self.first_at.min(other.first_at);
        self.last = self.last.max(other.last);
    }
}

/// What came back, in a few classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 1xx.
    Informational,
    /// 2xx.
    Success,
    /// 3xx.
    Redirect,
    /// 4xx.
    ClientError,
    /// 5xx.
    ServerError,
    /// Nobody answered in time.
    Timeout,
    /// No connection, or one that broke.
    Connection,
    /// The TLS handshake failed.
    Tls,
    /// The name did not resolve.
    Dns,
    /// Anything else: refused by the guard, no HTTP, an envelope that could not be made.
    Other,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::Informational,
        Self::Success,
        Self::Redirect,
        Self::ClientError,
        Self::ServerError,
        Self::Timeout,
        Self::Connection,
        Self::Tls,
        Self::Dns,
        Self::Other,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Success => "2xx",
            Self::Redirect => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Dns => "dns",
            Self::Other => "other",
        }
    }

    /// The class of what came back.
    #[must_use]
    pub const fn of(answer: Answer) -> Self {
        match answer {
            Answer::Status(100..=199) => Self::Informational,
            Answer::Status(200..=299) => Self::Success,
            Answer::Status(300..=399) => Self::Redirect,
            Answer::Status(400..=499) => Self::ClientError,
            Answer::Status(500..=599) => Self::ServerError,
            Answer::Status(_) => Self::Other,
            Answer::None(cause) => match cause {
                Cause::Dns => Self::Dns,
                Cause::Tls => Self::Tls,
                Cause::ConnectTimeout | Cause::FirstByteTimeout | Cause::TotalTimeout => {
                    Self::Timeout
                }
                Cause::Refused | Cause::Unreachable | Cause::Reset => Self::Connection,
                Cause::Guard | Cause::Malformed | Cause::Envelope => Self::Other,
            },
        }
    }
}

/// A result as the stores write it: `503`, `dns`.
#[must_use]
pub fn result_text(answer: Answer) -> String {
    match answer {
        Answer::Status(status) => status.to_string(),
        Answer::None(cause) => cause.as_str().to_owned(),
    }
}

/// What [`result_text`] has made; `None` when it is something else.
#[must_use]
pub fn parse_result(text: &str) -> Option<Answer> {
    match text.parse() {
        Ok(status) => Some(Answer::Status(status)),
        Err(_) => Cause::parse(text).map(Answer::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_a_text_and_a_class() {
        let causes = Cause::ALL.map(Answer::None);
        let statuses = [100, 200, 301, 404, 503, 777].map(Answer::Status);
        for answer in causes.into_iter().chain(statuses) {
            assert_eq!(parse_result(&result_text(answer)), Some(answer));
            assert!(Class::ALL.contains(&Class::of(answer)));
        }
        assert_eq!(parse_result("weather"), None);
        assert_eq!(Class::of(Answer::Status(404)).as_str(), "4xx");
        assert_eq!(Class::of(Answer::None(Cause::Reset)).as_str(), "connection");
        assert_eq!(Class::of(Answer::Status(777)).as_str(), "other");
    }
}
