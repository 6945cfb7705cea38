//! Typed identifiers: UUIDv7 in 16 bytes, one type per noun so that they cannot be mixed up.
//!
//! Ids are made from a time and randomness that the caller supplies ([`IdSource`]); this module
//! asks nobody for either. Within one `IdSource` ids are strictly increasing, which keeps inserts
//! at the right edge of every index.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::time::Time;

/// Text that should have been an id, and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id; an id looks like 0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f")]
pub struct ParseIdError(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id of these 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes of the id, in the order that sorts by time.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The smallest id that can carry this time: the bound of a search by time.
            #[must_use]
            pub fn floor(time: Time) -> Self {
                let mut bytes = [0; 16];
                bytes[..6].copy_from_slice(&time.as_millis().to_be_bytes()[2..]);
                Self::from_bytes(bytes)
            }

            /// When the id was made, to the millisecond.
            #[must_use]
            pub fn time(&self) -> Time {
                let mut bytes = [0; 8];
                bytes[2..].copy_from_slice(&self.as_bytes()[..6]);
                Time::from_millis(i64::from_be_bytes(bytes))
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError(text.to_owned()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0.hyphenated())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A tenant. Its public name is its slug; this id is what rows refer to, so that a slug that is
    /// used again after a deletion can never reach the old tenant's rows.
    OrganizationId
);
id!(
    /// One thing that happened. It is `webhook-id` on the wire, equal for all webhooks and retries.
    EventId
);
id!(
    /// A customer's subscription.
    WebhookId
);
id!(
    /// One event for one webhook.
    DeliveryId
);
id!(
    /// An entry of a catalogue of event types.
    EventTypeId
);
id!(
    /// A bearer token's public part: what lists and revocations name.
    TokenId
);
id!(
    /// Somebody who signs in.
    UserId
);
id!(
    /// Somebody being signed in, on one browser.
    SessionId
);
id!(
    /// A link that works once.
    LinkId
);
id!(
    /// An entry of the audit log.
    AuditId
);
id!(
    /// A resend in bulk.
    JobId
);
id!(
    /// Something that is to be told.
    NoticeId
);
id!(
    /// A developer's rate plan.
    DeveloperPlanId
);
id!(
    /// A notification condition of a rate plan.
    ConditionId
);
id!(
    /// A private URL that keeps what arrives there.
    InspectorId
);
id!(
    /// A request that arrived there.
    InspectedId
);

/// Makes ids: time and entropy are parameters, the order is kept here.
///
/// The 12 bits after the version hold a counter within the millisecond (RFC 9562, method 1), so
/// that ids of one source never go backwards, even when the clock does.
#[derive(Debug, Default)]
pub struct IdSource {
    last: std::sync::Mutex<(i64, u16)>,
}

impl IdSource {
    /// The next id. `entropy` fills the 62 random bits.
    pub fn next<I: From<Uuid>>(&self, now: Time, entropy: u64) -> I {
        let (millis, counter) = {
            let mut last = self
                .last
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let millis = now.as_millis();
            *last = if millis > last.0 {
                (millis, 0)
            } else if last.1 < 0xfff {
                (last.0, last.1 + 1)
            } else {
                (last.0 + 1, 0)
            };
            *last
        };
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6] = 0x70 | (counter >> 8) as u8;
        bytes[7] = counter as u8;
        bytes[8..].copy_from_slice(&entropy.to_be_bytes());
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Uuid::from_bytes(bytes).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_source_increase_even_when_the_clock_goes_back() {
        let source = IdSource::default();
        let mut last: EventId = source.next(Time::from_millis(1_000), 7);
        for step in 0..10_000_i64 {
            let id: EventId = source.next(Time::from_millis(1_000 - step % 3), 0);
            assert!(id > last, "{id} after {last}");
            last = id;
        }
        assert_eq!(Uuid::from_bytes(*last.as_bytes()).get_version_num(), 7);
    }

    #[test]
    fn an_id_tells_its_time_and_floor_is_its_lower_bound() {
        let now = Time::from_millis(1_763_000_000_123);
        let id: EventId = IdSource::default().next(now, u64::MAX);
        assert_eq!(id.time(), now);
        assert!(EventId::floor(now) < id);
        assert!(EventId::floor(Time::from_millis(now.as_millis() + 1)) > id);
    }

    #[test]
    fn text_that_is_no_id_is_refused_with_an_example() {
        let error = "x1".parse::<EventId>().unwrap_err();
        assert!(error.to_string().contains("`x1` is not an id"));
    }
}
