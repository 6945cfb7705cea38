//! When a webhook is disabled by itself: thresholds, the counters that they are compared with, and the
//! reason in words.

use serde::{Deserialize, Serialize};

use super::Class;
use crate::{
    outcome::Answer,
    said::Said,
    say,
    time::{SECOND, Time},
};

/// When a webhook is disabled by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisableRule {
    /// After this many 3xx without a success in between.
    pub after_redirects: Option<u32>,
    /// After this many 4xx without a success in between.
    pub after_client_errors: Option<u32>,
    /// After this many 5xx without a success in between.
    pub after_server_errors: Option<u32>,
    /// After nothing but failures for this many seconds.
    pub after_failing_s: Option<u32>,
    /// At once, on one of these statuses.
    pub on_statuses: Vec<u16>,
}

/// A webhook's failure counters. They live in the store and survive a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// 3xx since the last success.
    pub redirects: u32,
    /// 4xx since the last success.
    pub client_errors: u32,
    /// 5xx since the last success.
    pub server_errors: u32,
    /// Failures of any class since the last success.
    pub failures: u32,
    /// The first failure since the last success.
    pub failing_since: Option<Time>,
    /// When it was told as failing ([`crate::own_event`]); `None` when it was not, or has been told
    /// as recovered since.
    #[serde(default)]
    pub told_at: Option<Time>,
}

/// Why a webhook is disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DisableReason {
    /// Somebody switched it off.
    Manual,
    /// Too many answers of one class (ADV-14).
    TooManyErrors {
        /// `3xx`, `4xx` or `5xx`.
        class: String,
        /// How many there were.
        count: u32,
    },
    /// Nothing but failures for so long.
    FailingSince {
        /// The first of the failures.
        since: Time,
    },
    /// The endpoint answered that it is gone for good.
    Status {
        /// The status that says so, 410 in the standard profile.
        status: u16,
    },
}

impl DisableReason {
    /// The reason as one word, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::TooManyErrors { .. } => "too_many_errors",
            Self::FailingSince { .. } => "failing_since",
            Self::Status { .. } => "status",
        }
    }

    /// The reason in plain words.
    #[must_use]
    pub fn sentence(&self) -> Said {
        match self {
            Self::Manual => say!("disabled-by-hand", "It was switched off by hand."),
            Self::TooManyErrors { class, count } => say!(
                "disabled-errors",
                "It was disabled automatically: the endpoint answered {class} {count} times \
                 without a success in between.",
                class,
                count
            ),
            Self::FailingSince { since } => {
                say!(
                    "disabled-failing",
                    "It was disabled automatically: every attempt since {since} has failed.",
                    since
                )
            }
            Self::Status { status } => say!(
                "disabled-gone",
                "It was disabled automatically: the endpoint answered {status}, which says that \
                 it is gone for good.",
                status
            ),
        }
    }
}

impl DisableRule {
    /// The counters after one more attempt, and the reason to disable when a threshold is reached.
    /// A success clears every counter (ADV-14).
    #[must_use]
    pub fn fold(
        &self,
        counters: Counters,
        class: Class,
        answer: Answer,
        now: Time,
    ) -> (Counters, Option<DisableReason>) {
        if class == Class::Success {
            return (Counters::default(), None);
        }
        let mut counters = counters;
        counters.failures = counters.failures.saturating_add(1);
        let since = *counters.failing_since.get_or_insert(now);
        let reached = match class {
            Class::Redirect => {
                count(&mut counters.redirects, self.after_redirects).map(|count| ("3xx", count))
            }
            Class::ClientError => count(&mut counters.client_errors, self.after_client_errors)
                .map(|count| ("4xx", count)),
            Class::ServerError => count(&mut counters.server_errors, self.after_server_errors)
                .map(|count| ("5xx", count)),
            Class::Success | Class::OtherStatus | Class::NoAnswer => None,
        };
        let reason = match answer {
            Answer::Status(status) if self.on_statuses.contains(&status) => {
                Some(DisableReason::Status { status })
            }
            _ => reached
                .map(|(class, count)| DisableReason::TooManyErrors {
                    class: class.to_owned(),
                    count,
                })
                .or_else(|| {
                    let limit = i64::from(self.after_failing_s?) * SECOND;
                    (now.since(since) >= limit).then_some(DisableReason::FailingSince { since })
                }),
        };
        (counters, reason)
    }
}

fn count(counter: &mut u32, threshold: Option<u32>) -> Option<u32> {
    *counter = counter.saturating_add(1);
    threshold
        .filter(|threshold| *counter >= *threshold)
        .map(|_| *counter)
}
