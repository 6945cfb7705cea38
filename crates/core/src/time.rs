//! Time as every row and every rule sees it: microseconds since 1970, UTC.
//!
//! Nothing here reads a clock. Who needs the time gets it as a parameter, or through [`Clock`],
//! whose real implementation lives in the binary and whose fake one lives in the test kit.

use std::{fmt, future::Future, ops, pin::Pin, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

/// A length of time in microseconds; never negative where rules use it.
pub type DurationUs = i64;

/// Microseconds in a second.
pub const SECOND: DurationUs = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: DurationUs = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: DurationUs = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: DurationUs = 24 * HOUR;

impl Time {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From microseconds since 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Seconds since 1970, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Whole days since 1970: the key of daily partitions.
    #[must_use]
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// How long after `earlier` this is; negative when it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> DurationUs {
        self.0.saturating_sub(earlier.0)
    }
}

impl ops::Add<DurationUs> for Time {
    type Output = Self;

    fn add(self, micros: DurationUs) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl ops::Sub<DurationUs> for Time {
    type Output = Self;

    fn sub(self, micros: DurationUs) -> Self {
        Self(self.0.saturating_sub(micros))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC; as many digits of the second as are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => fmt::Display::fmt(&timestamp, f),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that should have been a time, and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time; write it as in RFC 3339, for example 2026-11-21T08:30:00Z")]
pub struct ParseTimeError(pub String);

impl FromStr for Time {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|timestamp| Self(timestamp.as_microsecond()))
            .map_err(|_| ParseTimeError(text.to_owned()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Tells the time and wakes at a time. A parameter wherever something has to wait.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Time;

    /// Resolves once `now()` has reached `time`.
    fn sleep_until(&self, time: Time) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_as_rfc_3339() {
        let time = Time::from_micros(1_763_714_096_120_000);
        assert_eq!(time.to_string(), "2025-11-21T08:34:56.12Z");
        assert_eq!("2025-11-21T09:34:56.12+01:00".parse(), Ok(time));
        assert!(
            "yesterday"
                .parse::<Time>()
                .unwrap_err()
                .to_string()
                .contains("RFC 3339")
        );
    }
}
