//! Dates: answered as milliseconds since 1970; taken as that, and as the text that clients of the
//! original send.

use bellwire_core::time::{DAY, Time};
use serde::{Deserialize, Deserializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type},
};

/// The last moment that has a date of four digits: 9999-12-31T23:59:59Z, in milliseconds.
const LAST_MS: i64 = 253_402_300_799_000;

/// A date of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MintDate {
    time: Time,
    /// It was given as a day, without a time.
    day: bool,
}

impl MintDate {
    /// Its first moment.
    pub(super) const fn start(self) -> Time {
        self.time
    }

    /// The first moment after it, for what lasts until then: a day is over when the next begins.
    pub(super) fn end(self) -> Time {
        if self.day { self.time + DAY } else { self.time }
    }
}

impl<'de> Deserialize<'de> for MintDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = MintDate;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "milliseconds since 1970, or a date in UTC such as \"2026-11-01\" or \
                     \"2026-11-01 08:30:00\"",
                )
            }

            fn visit_i64<E: de::Error>(self, millis: i64) -> Result<MintDate, E> {
                if (0..=LAST_MS).contains(&millis) {
                    let time = Time::from_millis(millis);
                    return Ok(MintDate { time, day: false });
                }
                Err(E::invalid_value(de::Unexpected::Signed(millis), &self))
            }

            fn visit_u64<E: de::Error>(self, millis: u64) -> Result<MintDate, E> {
                let unexpected = de::Unexpected::Unsigned(millis);
                let millis = i64::try_from(millis).map_err(|_| E::invalid_value(unexpected, &self));
                self.visit_i64(millis?)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MintDate, E> {
                parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// `YYYY-MM-DD`, `YYYY-MM-DD HH:mm:ss`, or RFC 3339.
fn parse(text: &str) -> Option<MintDate> {
    let day = text.len() == "YYYY-MM-DD".len();
    let time: Time = if day {
        format!("{text}T00:00:00Z").parse().ok()?
    } else if text.len() == "YYYY-MM-DD HH:mm:ss".len() && text.as_bytes().get(10) == Some(&b' ') {
        format!("{}Z", text.replacen(' ', "T", 1)).parse().ok()?
    } else {
        text.parse().ok()?
    };
    (0..=LAST_MS)
        .contains(&time.as_millis())
        .then_some(MintDate { time, day })
}

impl PartialSchema for MintDate {
    fn schema() -> RefOr<Schema> {
        let of = |kind| ObjectBuilder::new().schema_type(kind);
        OneOfBuilder::new()
            .item(of(Type::Integer).minimum(Some(0)))
            .item(of(Type::String))
            .description(Some(
                "Milliseconds since 1970, or a date in UTC: `2026-11-01`, `2026-11-01 08:30:00`.",
            ))
            .into()
    }
}

impl ToSchema for MintDate {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<MintDate> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn a_date_is_a_number_or_one_of_the_texts_of_the_original() {
        let first = |json: &str| read(json).map(|date| date.start().as_millis());
        assert_eq!(first("1793491200000"), Some(1_793_491_200_000));
        assert_eq!(first("\"2026-11-01\""), Some(1_793_491_200_000));
        assert_eq!(first("\"2026-11-01 00:00:00\""), Some(1_793_491_200_000));
        assert_eq!(
            first("\"2026-11-01T01:00:00+01:00\""),
            Some(1_793_491_200_000)
        );
        for wrong in [
            "-1",
            "1.5",
            "true",
            "\"\"",
            "\"2026-13-01\"",
            "\"2026-11-01 25:00:00\"",
            "\"1793491200000\"",
            "9999999999999999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_lasts_until_a_day_lasts_to_its_end() {
        let end = |json: &str| read(json).map(|date| date.end().to_string());
        assert_eq!(
            end("\"2017-11-30\"").as_deref(),
            Some("2017-12-01T00:00:00Z")
        );
        assert_eq!(
            end("\"2017-11-30 12:00:00\"").as_deref(),
            Some("2017-11-30T12:00:00Z")
        );
    }
}
