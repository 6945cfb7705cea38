//! `[retention]`: how long things are kept.

use std::{fmt, str::FromStr};

use bellwire_core::{
    ports,
    time::{DAY, DurationUs, HOUR, MINUTE, SECOND},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// How long events are kept, with their deliveries and attempts; 0: for ever.
    pub events: Age,
    /// How long their data is kept; 0: as long as they are.
    pub payloads: Age,
    /// How long attempts are kept; 0: as long as their events are.
    pub attempts: Age,
    /// How long entries of the audit log are kept; 0: for ever.
    pub audit: Age,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            events: Age(90 * DAY),
            payloads: Age(0),
            attempts: Age(0),
            audit: Age(0),
        }
    }
}

impl Retention {
    /// What the store is told.
    #[must_use]
    pub fn limits(&self) -> ports::Retention {
        ports::Retention {
            events: self.events.limit(),
            payloads: self.payloads.limit(),
            attempts: self.attempts.limit(),
            audit: self.audit.limit(),
        }
    }

    /// What is wrong between these settings and others: the key to blame, and why.
    pub(super) fn wrong(&self, idempotency_ttl_s: u32) -> Option<(&'static str, String)> {
        let events = self.events.limit()?;
        for (key, age) in [
            ("retention.payloads", self.payloads),
            ("retention.attempts", self.attempts),
        ] {
            if age.0 > events {
                let message = format!(
                    "`{age}` is longer than `retention.events`, which is `{}`, and nothing \
                     outlives its event; shorten it, set it to \"0\" (as long as the event), or \
                     raise `retention.events`",
                    self.events
                );
                return Some((key, message));
            }
        }
        let ttl = DurationUs::from(idempotency_ttl_s) * SECOND;
        (events < ttl).then(|| {
            let message = format!(
                "`{}` is shorter than `ingest.idempotency_ttl_s`, which is {idempotency_ttl_s}: a \
                 repeat could not be told from a new event; raise the one or lower the other",
                self.events
            );
            ("retention.events", message)
        })
    }
}

/// A length of time in a configuration: `90d`, `12h`, `30m`, `45s`; `0` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Age(DurationUs);

/// Units, the longest first.
const UNITS: [(char, DurationUs); 4] = [('d', DAY), ('h', HOUR), ('m', MINUTE), ('s', SECOND)];
/// What is said of a text that is none.
const EXPECTED: &str = "a number and a unit (d, h, m or s), for example \"30d\", or \"0\"";

impl Age {
    /// A length of so many microseconds.
    pub(super) const fn of(length: DurationUs) -> Self {
        Self(length)
    }

    /// In microseconds; `None` for no limit.
    #[must_use]
    pub fn limit(self) -> Option<DurationUs> {
        Some(self.0).filter(|age| *age > 0)
    }
}

impl fmt::Display for Age {
    /// In the longest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, unit)| self.0 % unit == 0);
        match unit {
            Some((letter, unit)) if self.0 > 0 => write!(f, "{}{letter}", self.0 / unit),
            _ => f.write_str("0"),
        }
    }
}

impl FromStr for Age {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text == "0" {
            return Ok(Self(0));
        }
        let unit = UNITS.iter().find(|(letter, _)| text.ends_with(*letter));
        let (letter, unit) = unit.ok_or(EXPECTED)?;
        let number: u32 = text
            .trim_end_matches(*letter)
            .trim()
            .parse()
            .map_err(|_| EXPECTED)?;
        DurationUs::from(number)
            .checked_mul(*unit)
            .map(Self)
            .ok_or(EXPECTED)
    }
}

impl Serialize for Age {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Age;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Age, E> {
                text.parse()
                    .map_err(|expected| E::custom(format!("it is not {expected}")))
            }

            /// The one number that needs no unit.
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Age, E> {
                match number {
                    0 => Ok(Age(0)),
                    other => Err(E::invalid_value(de::Unexpected::Signed(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "retention.events",
        Kind::Text,
        "how long events are kept, for example \"90d\"; \"0\": for ever",
    ),
    Setting::new(
        "retention.payloads",
        Kind::Text,
        "how long the data of events is kept, for example \"30d\"; \"0\": as long as the event",
    ),
    Setting::new(
        "retention.attempts",
        Kind::Text,
        "how long attempts are kept, for example \"30d\"; \"0\": as long as their event",
    ),
    Setting::new(
        "retention.audit",
        Kind::Text,
        "how long entries of the audit log are kept, for example \"730d\"; \"0\": for ever",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn age(text: &str) -> Age {
        text.parse().unwrap()
    }

    #[test]
    fn ages_are_read_and_written_in_their_longest_unit() {
        for (text, us, shown) in [
            ("90d", 90 * DAY, "90d"),
            ("36h", 36 * HOUR, "36h"),
            ("48h", 2 * DAY, "2d"),
            (" 90 s", 90 * SECOND, "90s"),
            ("0", 0, "0"),
            ("0d", 0, "0"),
        ] {
            assert_eq!((age(text).0, age(text).to_string().as_str()), (us, shown));
        }
        for wrong in ["", "d", "30", "-1d", "1.5d", "30 days", "1w"] {
            assert_eq!(wrong.parse::<Age>(), Err(EXPECTED), "{wrong}");
        }
        assert_eq!(age("0").limit(), None);
    }

    #[test]
    fn nothing_outlives_its_event() {
        let with = |events, payloads, attempts| Retention {
            events: age(events),
            payloads: age(payloads),
            attempts: age(attempts),
            audit: Age(0),
        };
        assert_eq!(Retention::default().wrong(86_400), None);
        assert_eq!(with("0", "400d", "400d").wrong(86_400), None);
        assert_eq!(with("30d", "30d", "7d").wrong(86_400), None);
        for (retention, key, part) in [
            (with("30d", "31d", "0"), "retention.payloads", "`31d`"),
            (with("30d", "0", "31d"), "retention.attempts", "`30d`"),
            (with("12h", "0", "0"), "retention.events", "86400"),
        ] {
            let (blamed, message) = retention.wrong(86_400).unwrap();
            assert_eq!(blamed, key);
            assert!(message.contains(part), "{message}");
        }
    }
}
