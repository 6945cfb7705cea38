//! The rules of a profile as pure functions: what counts as success, when to try again, how long
//! to wait, when to disable.
//!
//! Stage 6 (record) asks [`Policy::next`] what becomes of the delivery; the store, inside its
//! transaction, asks [`DisableRule::fold`] what becomes of the webhook's counters. Neither knows
//! the time or rolls dice: both are parameters.

mod disable;

use serde::{Deserialize, Serialize};

pub use self::disable::{Counters, DisableReason, DisableRule};
use crate::{
    outcome::{Answer, Cause, Outcome},
    said::Said,
    say,
    time::{DurationUs, SECOND, Time},
};

/// The kind of an outcome that retry rules and counters are keyed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// What the profile calls a success.
    Success,
    /// A status below 300 that is not a success (201 for Advocate), or outside 100 to 599.
    OtherStatus,
    /// 3xx; never followed.
    Redirect,
    /// 4xx.
    ClientError,
    /// 5xx.
    ServerError,
    /// No status at all: time-out, refused, DNS, TLS, guard, …
    NoAnswer,
}

/// Which statuses are a success. Written `["2xx"]` or `["200", "202"]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct SuccessRule(Vec<(u16, u16)>);

impl SuccessRule {
    /// Whether this status is a success.
    #[must_use]
    pub fn accepts(&self, status: u16) -> bool {
        self.0
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&status))
    }
}

impl TryFrom<Vec<String>> for SuccessRule {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Self, String> {
        if texts.is_empty() {
            return Err("at least one status is expected, for example [\"2xx\"]".to_owned());
        }
        texts
            .iter()
            .map(|text| {
                let wrong = || format!("`{text}` is not a status: write 200 or 2xx");
                let digits = text.as_bytes();
                match digits {
                    [hundred @ b'1'..=b'5', b'x', b'x'] => {
                        let low = u16::from(hundred - b'0') * 100;
                        Ok((low, low + 99))
                    }
                    [b'1'..=b'5', _, _] => text
                        .parse()
                        .map(|status| (status, status))
                        .map_err(|_| wrong()),
                    _ => Err(wrong()),
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl From<SuccessRule> for Vec<String> {
    fn from(rule: SuccessRule) -> Self {
        rule.0
            .iter()
            .map(|(low, high)| {
                if low == high {
                    low.to_string()
                } else {
                    format!("{}xx", low / 100)
                }
            })
            .collect()
    }
}

/// When a failed attempt is tried again. `max_attempts` counts every attempt, the first included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RetryRule {
    /// Never.
    None,
    /// At a fixed distance.
    Fixed {
        /// Seconds between one attempt and the next.
        interval_s: u32,
        /// Attempts in all.
        max_attempts: u32,
    },
    /// After each of these delays in turn; `delays_s.len() + 1` attempts in all.
    Schedule {
        /// Seconds to wait after the first, second, … attempt.
        delays_s: Vec<u32>,
        /// Each delay is stretched by up to this many percent, at random, so that a crowd of
        /// retries does not arrive at once.
        #[serde(default)]
        jitter_percent: u8,
    },
}

/// The most attempts a rule may ask for.
pub const MAX_ATTEMPTS: u32 = 1000;
/// The longest delay between two attempts: 30 days.
pub const MAX_DELAY_S: u32 = 30 * 24 * 3600;

impl RetryRule {
    /// Attempts in all.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        match self {
            Self::None => 1,
            Self::Fixed { max_attempts, .. } => *max_attempts,
            Self::Schedule { delays_s, .. } => delays_s.len() as u32 + 1,
        }
    }

    /// Checks the limits; the text says which field is wrong and what is expected.
    ///
    /// # Errors
    /// When a number is outside its range.
    pub fn check(&self) -> Result<(), Said> {
        if !(1..=MAX_ATTEMPTS).contains(&self.max_attempts()) {
            return Err(say!(
                "rule-attempts",
                "there may be 1 to {max} attempts in all",
                max = MAX_ATTEMPTS
            ));
        }
        let (delays, jitter): (&[u32], u8) = match self {
            Self::None => (&[], 0),
            Self::Fixed { interval_s, .. } => (std::slice::from_ref(interval_s), 0),
            Self::Schedule {
                delays_s,
                jitter_percent,
            } => (delays_s, *jitter_percent),
        };
        if delays
            .iter()
            .any(|delay| !(1..=MAX_DELAY_S).contains(delay))
        {
            return Err(say!(
                "rule-delay",
                "a delay is 1 to {max} seconds",
                max = MAX_DELAY_S
            ));
        }
        if jitter > 100 {
            return Err(say!("rule-jitter", "jitter_percent is 0 to 100"));
        }
        Ok(())
    }

    /// How long after attempt number `attempt` (from 1) began the next one begins;
    /// `None` when there is no next one. `jitter` is in `0.0..1.0`.
    #[must_use]
    pub fn delay(&self, attempt: u32, jitter: f64) -> Option<DurationUs> {
        match self {
            Self::None => None,
            Self::Fixed {
                interval_s,
                max_attempts,
            } => (attempt < *max_attempts).then(|| i64::from(*interval_s) * SECOND),
            Self::Schedule {
                delays_s,
                jitter_percent,
            } => {
                let delay_s = *delays_s.get(attempt.checked_sub(1)? as usize)?;
                let delay = i64::from(delay_s) * SECOND;
                let stretch = delay as f64 * f64::from(*jitter_percent) / 100.0 * jitter;
                Some(delay + stretch as i64)
            }
        }
    }
}

/// One retry rule per class of failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryRules {
    /// For a 2xx that is not a success, and for statuses outside 100 to 599.
    pub other_status: RetryRule,
    /// For 3xx.
    pub redirect: RetryRule,
    /// For 4xx.
    pub client_error: RetryRule,
    /// For 5xx.
    pub server_error: RetryRule,
    /// For an attempt without a status.
    pub no_answer: RetryRule,
}

impl RetryRules {
    /// The same rule for every class.
    #[must_use]
    pub fn uniform(rule: &RetryRule) -> Self {
        Self {
            other_status: rule.clone(),
            redirect: rule.clone(),
            client_error: rule.clone(),
            server_error: rule.clone(),
            no_answer: rule.clone(),
        }
    }

    fn of(&self, class: Class) -> &RetryRule {
        match class {
            Class::Success => &RetryRule::None,
            Class::OtherStatus => &self.other_status,
            Class::Redirect => &self.redirect,
            Class::ClientError => &self.client_error,
            Class::ServerError => &self.server_error,
            Class::NoAnswer => &self.no_answer,
        }
    }
}

/// How long each step of an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// Name, TCP and TLS together.
    pub connect_ms: u32,
    /// From the request sent to the head of the response.
    pub first_byte_ms: u32,
    /// The whole attempt, the response's body included.
    pub total_ms: u32,
}

/// The longest a time-out may be: two minutes.
pub const MAX_TIMEOUT_MS: u32 = 120_000;

impl Timeouts {
    /// Checks the limits.
    ///
    /// # Errors
    /// Which field is outside `1..=`[`MAX_TIMEOUT_MS`], and what is expected.
    pub fn check(&self) -> Result<(), (&'static str, Said)> {
        for (name, value) in [
            ("connect_ms", self.connect_ms),
            ("first_byte_ms", self.first_byte_ms),
            ("total_ms", self.total_ms),
        ] {
            if !(1..=MAX_TIMEOUT_MS).contains(&value) {
                let message = say!(
                    "rule-milliseconds",
                    "it is 1 to {max} milliseconds",
                    max = MAX_TIMEOUT_MS
                );
                return Err((name, message));
            }
        }
        Ok(())
    }
}

/// All rules of a webhook: its profile's, with the webhook's own overrides applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What counts as delivered.
    pub success: SuccessRule,
    /// When to try again.
    pub retry: RetryRules,
    /// Whether `Retry-After` can put the next attempt off. It only ever delays.
    #[serde(default)]
    pub honour_retry_after: bool,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// When to disable the webhook.
    #[serde(default)]
    pub disable: DisableRule,
}

/// The furthest that `Retry-After` can put the next attempt off: a day.
pub const MAX_RETRY_AFTER_US: DurationUs = crate::time::DAY;

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It arrived.
    Deliver,
    /// Another attempt at this time.
    RetryAt(Time),
    /// No further attempt.
    Fail,
}

/// Everything that follows from one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// For the delivery.
    pub next: Next,
    /// For the webhook's counters.
    pub counters: Counters,
    /// For the webhook: disable it, and why.
    pub disable: Option<DisableReason>,
}

impl Policy {
    /// The class of an outcome under these rules.
    #[must_use]
    pub fn classify(&self, answer: Answer) -> Class {
        match answer {
            Answer::None(_) => Class::NoAnswer,
            Answer::Status(status) if self.success.accepts(status) => Class::Success,
            Answer::Status(300..=399) => Class::Redirect,
            Answer::Status(400..=499) => Class::ClientError,
            Answer::Status(500..=599) => Class::ServerError,
            Answer::Status(_) => Class::OtherStatus,
        }
    }

    /// What becomes of the delivery. `attempt` counts from 1; `began` is when the attempt began,
    /// which delays count from; `now` is when it ended, before which nothing is tried again;
    /// `jitter` is in `0.0..1.0`.
    #[must_use]
    pub fn next(
        &self,
        outcome: Outcome,
        attempt: u32,
        began: Time,
        now: Time,
        jitter: f64,
    ) -> Next {
        let class = self.classify(outcome.answer);
        if class == Class::Success {
            return Next::Deliver;
        }
        if outcome.answer == Answer::None(Cause::Envelope) {
            // The same event makes the same failure: trying again cannot help.
            return Next::Fail;
        }
        match self.retry.of(class).delay(attempt, jitter) {
            None => Next::Fail,
            Some(delay) => {
                let by_rule = (began + delay).max(now);
                let asked = match outcome.retry_after {
                    Some(wait) if self.honour_retry_after => {
                        now + wait.clamp(0, MAX_RETRY_AFTER_US)
                    }
                    _ => by_rule,
                };
                Next::RetryAt(by_rule.max(asked))
            }
        }
    }

    /// The whole step: delivery and webhook together.
    #[must_use]
    pub fn step(
        &self,
        outcome: Outcome,
        attempt: u32,
        counters: Counters,
        now: Time,
        jitter: f64,
    ) -> Step {
        let class = self.classify(outcome.answer);
        let (counters, disable) = self.disable.fold(counters, class, outcome.answer, now);
        Step {
            next: self.next(outcome, attempt, now, now, jitter),
            counters,
            disable,
        }
    }
}
