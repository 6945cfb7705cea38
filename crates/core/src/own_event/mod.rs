//! Bellwire's own events: what it tells about webhooks and deliveries, through the same engine as any
//! event. Their names are reserved; `catalogue` describes them, `notice` is what a store keeps until
//! one has been told, `turn` is the rule that decides when there is something to tell.
//!
//! A webhook gets one only if it names it, by its name or a pattern such as `webhook.*`: who listens to
//! everything listens to everything of its producer's.

mod catalogue;
mod notice;
mod turn;

use std::fmt;

pub use self::{
    catalogue::{described, entries},
    notice::{Facts, Last, Notice},
    turn::{FAILING_AFTER, Turn, exhausted, turn},
};
use crate::{matching::pattern_matches, said::Said, say, usage};

/// One of Bellwire's own events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A webhook was disabled, by a threshold or by hand.
    Disabled,
    /// A webhook has failed several times in a row.
    Failing,
    /// A webhook that was told as failing has succeeded again.
    Recovered,
    /// A delivery has failed for good.
    Exhausted,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Disabled,
        Self::Failing,
        Self::Recovered,
        Self::Exhausted,
    ];

    /// The event type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "webhook.disabled",
            Self::Failing => "webhook.failing",
            Self::Recovered => "webhook.recovered",
            Self::Exhausted => "delivery.exhausted",
        }
    }

    /// The kind of this event type; `None` for everybody else's.
    #[must_use]
    pub fn of(event_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == event_type)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether only Bellwire makes events of this type: its own, and those of usage, which reach whoever
/// listens to everything, because they are about the producer's customers.
#[must_use]
pub fn is_reserved(event_type: &str) -> bool {
    event_type == usage::EVENT_TYPE || Kind::of(event_type).is_some()
}

/// What somebody is told who uses a reserved name.
#[must_use]
pub fn reserved(name: &str) -> Said {
    let names: Vec<String> = Kind::ALL.iter().map(|kind| format!("`{kind}`")).collect();
    let names = format!("{}, `{}`", names.join(", "), usage::EVENT_TYPE);
    say!(
        "rule-reserved",
        "`{name}` is a name of Bellwire's own events, which nobody else posts or defines; these \
         names are reserved: {names}",
        name,
        names
    )
}

/// Some of the kinds: those that somebody listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u8);

impl Kinds {
    /// None of them: nobody listens.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(0b1111);

    /// Those that one of these patterns names.
    #[must_use]
    pub fn named_by(patterns: &[String]) -> Self {
        let mut kinds = Self::NONE;
        for kind in Kind::ALL {
            if patterns
                .iter()
                .any(|pattern| pattern_matches(pattern, kind.as_str()))
            {
                kinds = kinds.with(kind);
            }
        }
        kinds
    }

    /// These and this one.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    /// What may follow from a delivery of one of these events itself: that its webhook is disabled,
    /// which happens once. Anything else could go on for ever.
    #[must_use]
    pub const fn without_loops(self) -> Self {
        self.and(Self::NONE.with(Kind::Disabled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_what_they_cover_and_none_names_nothing() {
        let of = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|&p| p.to_owned()).collect();
            Kinds::named_by(&patterns)
        };
        assert_eq!(of(&[]), Kinds::NONE);
        assert_eq!(of(&["booking.*"]), Kinds::NONE);
        assert_eq!(of(&["webhook.*", "delivery.*"]), Kinds::ALL);
        assert_eq!(
            of(&["booking.created", "webhook.failing"]),
            Kinds::NONE.with(Kind::Failing)
        );
        assert_eq!(Kinds::ALL.without_loops(), Kinds::NONE.with(Kind::Disabled));
    }

    #[test]
    fn a_reserved_name_is_refused_with_all_of_them() {
        assert_eq!(Kind::of("webhook.enabled"), None);
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.as_str()), Some(kind));
            assert!(reserved("webhook.failing").contains(kind.as_str()));
            assert!(is_reserved(kind.as_str()));
        }
        assert!(is_reserved("quota.threshold_reached") && !is_reserved("quota.reached"));
    }
}
