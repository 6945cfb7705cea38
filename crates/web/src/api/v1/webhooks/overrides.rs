//! A webhook's own numbers in place of its profile's.

use bellwire_core::{policy, webhook};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::object;

/// A webhook's own numbers in place of its profile's; null where the profile's hold.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// In place of the profile's time-outs.
    #[serde(default, deserialize_with = "object::optional")]
    #[schema(nullable = true)]
    timeouts: Option<Timeouts>,
    /// In place of the profile's retry rules, for every class of failure.
    #[serde(default, deserialize_with = "object::optional")]
    #[schema(nullable = true)]
    retry: Option<Retry>,
    /// In place of the configured number of requests at once; exact over all nodes together.
    #[schema(minimum = 1, maximum = 256)]
    max_concurrency: Option<u16>,
    /// How fast it may be sent to; exact over all nodes together. Retries and tests count too.
    #[serde(default, deserialize_with = "object::optional")]
    #[schema(nullable = true)]
    rate_limit: Option<RateLimit>,
}

/// How fast a webhook may be sent to: in no stretch of time are there more requests than `burst` and
/// `per_second` for each of its seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests a second.
    #[schema(minimum = 1, maximum = 10_000, example = 50)]
    per_second: u32,
    /// Requests at once after a quiet time; as many as in a second, if left out. One that is less
    /// than a hundredth of the rate may keep the rate from being reached.
    #[schema(minimum = 1, maximum = 10_000)]
    burst: Option<u32>,
}

/// How long each step of an attempt may take, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// Name, TCP and TLS together.
    #[schema(minimum = 1, maximum = 120_000, example = 3000)]
    connect_ms: u32,
    /// From the request sent to the head of the response.
    #[schema(minimum = 1, maximum = 120_000, example = 10_000)]
    first_byte_ms: u32,
    /// The whole attempt, the response's body included.
    #[schema(minimum = 1, maximum = 120_000, example = 15_000)]
    total_ms: u32,
}

/// When a failed attempt is tried again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Retry {
    /// Never.
    None {},
    /// At a fixed distance.
    Fixed {
        /// Seconds between one attempt and the next.
        #[schema(minimum = 1, maximum = 2_592_000)]
        interval_s: u32,
        /// Attempts in all, the first included.
        #[schema(minimum = 1, maximum = 1000)]
        max_attempts: u32,
    },
    /// After each of these delays in turn.
    Schedule {
        /// Seconds to wait after the first, second, … attempt; each 1 to 2592000.
        #[schema(max_items = 999)]
        delays_s: Vec<u32>,
        /// Each delay is stretched by up to this many percent, at random.
        #[serde(default)]
        #[schema(maximum = 100)]
        jitter_percent: u8,
    },
}

impl From<Overrides> for webhook::Overrides {
    fn from(overrides: Overrides) -> Self {
        Self {
            timeouts: overrides.timeouts.map(|timeouts| policy::Timeouts {
                connect_ms: timeouts.connect_ms,
                first_byte_ms: timeouts.first_byte_ms,
                total_ms: timeouts.total_ms,
            }),
            retry: overrides.retry.map(|retry| match retry {
                Retry::None {} => policy::RetryRule::None,
                Retry::Fixed {
                    interval_s,
                    max_attempts,
                } => policy::RetryRule::Fixed {
                    interval_s,
                    max_attempts,
                },
                Retry::Schedule {
                    delays_s,
                    jitter_percent,
                } => policy::RetryRule::Schedule {
                    delays_s,
                    jitter_percent,
                },
            }),
            max_concurrency: overrides.max_concurrency,
            rate_limit: overrides.rate_limit.map(|limit| webhook::RateLimit {
                per_second: limit.per_second,
                burst: limit.burst,
            }),
        }
    }
}

impl From<webhook::Overrides> for Overrides {
    fn from(overrides: webhook::Overrides) -> Self {
        Self {
            timeouts: overrides.timeouts.map(|timeouts| Timeouts {
                connect_ms: timeouts.connect_ms,
                first_byte_ms: timeouts.first_byte_ms,
                total_ms: timeouts.total_ms,
            }),
            retry: overrides.retry.map(|retry| match retry {
                policy::RetryRule::None => Retry::None {},
                policy::RetryRule::Fixed {
                    interval_s,
                    max_attempts,
                } => Retry::Fixed {
                    interval_s,
                    max_attempts,
                },
                policy::RetryRule::Schedule {
                    delays_s,
                    jitter_percent,
                } => Retry::Schedule {
                    delays_s,
                    jitter_percent,
                },
            }),
            max_concurrency: overrides.max_concurrency,
            rate_limit: overrides.rate_limit.map(|limit| RateLimit {
                per_second: limit.per_second,
                burst: limit.burst,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_are_written_as_they_are_read() {
        for text in [
            r#"{"timeouts":null,"retry":{"kind":"none"},"max_concurrency":null,"rate_limit":null}"#,
            r#"{"timeouts":{"connect_ms":1,"first_byte_ms":2,"total_ms":3},"retry":{"kind":"fixed","interval_s":5,"max_attempts":3},"max_concurrency":4,"rate_limit":{"per_second":50,"burst":5}}"#,
            r#"{"timeouts":null,"retry":{"kind":"schedule","delays_s":[1,2],"jitter_percent":10},"max_concurrency":null,"rate_limit":null}"#,
        ] {
            let read: Overrides = serde_json::from_str(text).unwrap();
            let back = Overrides::from(webhook::Overrides::from(read));
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        for text in [
            r#"{"retry":{"kind":"none","interval_s":1}}"#,
            r#"{"retry":{"kind":"fixed","interval_s":1}}"#,
            r#"{"timeouts":{"connect_ms":1}}"#,
            r#"{"timeout":1}"#,
            r#"{"timeouts":[1,2,3]}"#,
            r#"{"retry":["fixed",1,2]}"#,
            r#"{"rate_limit":5}"#,
            r#"{"rate_limit":{"burst":5}}"#,
            r#"{"rate_limit":{"per_second":-1}}"#,
            r#"{"rate_limit":{"per_second":1,"per_minute":1}}"#,
        ] {
            assert!(serde_json::from_str::<Overrides>(text).is_err(), "{text}");
        }
    }
}
