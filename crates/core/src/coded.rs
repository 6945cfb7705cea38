//! The names and numbers of states, kinds and reasons: written once for each variant.

/// Gives an enum without data the list of its variants, their stable names, and the numbers that they
/// have in the stores: their places in the list, which is the order they are declared in.
macro_rules! coded {
    ($name:ident, $what:literal: $($variant:ident = $text:literal),+ $(,)?) => {
        impl $name {
            #[doc = concat!("Every ", $what, ".")]
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];

            /// The stable name: in the API and in metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            #[doc = concat!("The ", $what, " of this stable name.")]
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == text)
            }

            /// The number it has in the stores.
            #[must_use]
            pub const fn code(self) -> i64 {
                self as i64
            }

            #[doc = concat!("The ", $what, " of this number.")]
            #[must_use]
            pub fn from_code(code: i64) -> Option<Self> {
                usize::try_from(code)
                    .ok()
                    .and_then(|code| Self::ALL.get(code).copied())
            }
        }
    };
}
pub(crate) use coded;

#[cfg(test)]
mod tests {
    use crate::{delivery, job};

    /// What a row or a client has is what it was: name, number and variant belong together.
    #[test]
    fn names_and_numbers_lead_back_to_what_they_are_of() {
        macro_rules! assert_coded {
            ($($name:ty),+) => {$(
                for (number, one) in (0..).zip(<$name>::ALL) {
                    assert_eq!(one.code(), number);
                    assert_eq!(<$name>::parse(one.as_str()), Some(one));
                    let serialized = serde_json::to_value(one).unwrap();
                    assert_eq!(serialized, one.as_str());
                }
                let beyond = <$name>::ALL.len() as i64;
                assert_eq!(<$name>::from_code(beyond), None);
                assert_eq!(<$name>::from_code(-1), None);
                assert_eq!(<$name>::parse("nothing"), None);
            )+};
        }
        assert_coded!(delivery::State, delivery::Kind, delivery::CancelReason);
        assert_coded!(job::State, job::StopReason);
        for kind in delivery::Kind::ALL {
            assert_eq!(delivery::Kind::from_code(kind.code()), Some(kind));
        }
        // No row says so.
        let held = delivery::State::Held;
        assert_eq!(delivery::State::of_row(held.code()), None);
        assert_eq!(delivery::State::of_row(0), Some(delivery::State::Pending));
    }
}
