//! Which percentages of a target a condition names: the grammar of `UsageTarget` (APG-26,
//! APG-27b), and exact lists, which the native API has beside it.
//!
//! ```text
//! target = "%" "=" number [ "to" number [ "by" number ] ]
//! ```
//! Numbers are whole and start at 1; blanks may stand between any two parts.

use std::{fmt, str::FromStr};

use crate::{said::Said, say};

/// How many percentages one condition may name (APG-27b).
pub const MAX_VALUES: u64 = 1000;
/// The step of a range that names none (APG-18).
pub const DEFAULT_STEP: u32 = 10;
/// The largest percentage: ten thousand times the target. More is a typing error.
pub const MAX_PERCENT: u32 = 1_000_000;

/// The percentages of a target at which somebody wants to hear.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageTarget {
    /// One of them.
    At(u32),
    /// From one to another in steps; the last value is the largest that is not beyond `to`.
    Range {
        /// The first.
        from: u32,
        /// Not beyond this one.
        to: u32,
        /// The distance between two.
        step: u32,
    },
    /// Exactly these, ascending, each once.
    List(Vec<u32>),
}

/// Text that is no `UsageTarget`, or percentages that make none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub enum ParseTargetError {
    /// Something else stands where a part of the grammar is expected.
    Unexpected {
        /// Which character, counted from 1.
        at: usize,
        /// What should be there.
        expected: Said,
        /// What is.
        found: Said,
    },
    /// A number that is not between 1 and [`MAX_PERCENT`].
    Number {
        /// Which character, counted from 1.
        at: usize,
        /// What the number stands for.
        what: Said,
    },
    /// The range ends before it begins.
    Backwards {
        /// The first percentage.
        from: u32,
        /// The last one.
        to: u32,
    },
    /// More percentages than a condition may name.
    TooMany {
        /// How many.
        count: u64,
    },
    /// A list without percentages.
    Empty,
    /// A list with a number that is no percentage.
    Percent(u64),
}

impl ParseTargetError {
    fn said(&self) -> Said {
        match self {
            Self::Unexpected {
                at,
                expected,
                found,
            } => say!(
                "target-unexpected",
                "at character {at}: expected {expected}, found {found}; write `%= 80`, `%= 80 to \
                 120` or `%= 80 to 120 by 10`",
                at,
                expected,
                found
            ),
            Self::Number { at, what } => say!(
                "target-number",
                "at character {at}: {what} is a whole number from 1 to {max}",
                at,
                what,
                max = MAX_PERCENT
            ),
            Self::Backwards { from, to } => say!(
                "target-backwards",
                "the range ends at {to} %, before its beginning at {from} %; turn them round",
                to,
                from
            ),
            Self::TooMany { count } => say!(
                "target-count",
                "these are {count} percentages; a condition may name {max} at most: take a larger \
                 step",
                count,
                max = MAX_VALUES
            ),
            Self::Empty => say!(
                "target-empty",
                "the list is empty; name at least one percentage"
            ),
            Self::Percent(number) => say!(
                "target-percent",
                "{number} is not a percentage: a whole number from 1 to {max}",
                number,
                max = MAX_PERCENT
            ),
        }
    }
}

impl From<ParseTargetError> for Said {
    fn from(error: ParseTargetError) -> Self {
        error.said()
    }
}

impl UsageTarget {
    /// A range, checked.
    ///
    /// # Errors
    /// When it runs backwards, names too many, or one of the numbers is not between 1 and
    /// [`MAX_PERCENT`].
    pub fn range(from: u32, to: u32, step: u32) -> Result<Self, ParseTargetError> {
        for number in [from, to, step] {
            percent(u64::from(number))?;
        }
        if from > to {
            return Err(ParseTargetError::Backwards { from, to });
        }
        let count = u64::from((to - from) / step) + 1;
        if count > MAX_VALUES {
            return Err(ParseTargetError::TooMany { count });
        }
        Ok(Self::Range { from, to, step })
    }

    /// A list of percentages in any order, each counted once.
    ///
    /// # Errors
    /// When it is empty or too long, or a number is not between 1 and [`MAX_PERCENT`].
    pub fn list(percentages: &[u64]) -> Result<Self, ParseTargetError> {
        if percentages.is_empty() {
            return Err(ParseTargetError::Empty);
        }
        let mut list = percentages
            .iter()
            .map(|number| percent(*number))
            .collect::<Result<Vec<u32>, _>>()?;
        list.sort_unstable();
        list.dedup();
        let count = list.len() as u64;
        if count > MAX_VALUES {
            return Err(ParseTargetError::TooMany { count });
        }
        Ok(match list.as_slice() {
            [one] => Self::At(*one),
            _ => Self::List(list),
        })
    }

    /// The percentages, ascending.
    pub fn percentages(&self) -> Box<dyn Iterator<Item = u32> + Send + '_> {
        match self {
            Self::At(one) => Box::new(std::iter::once(*one)),
            Self::Range { from, to, step } => {
                let step = usize::try_from(*step).unwrap_or(usize::MAX).max(1);
                Box::new((*from..=*to).step_by(step))
            }
            Self::List(list) => Box::new(list.iter().copied()),
        }
    }
}

impl fmt::Display for UsageTarget {
    /// As APG-27b writes it. A list has no form there: its percentages, with commas between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(one) => write!(f, "%= {one}"),
            Self::Range { from, to, step } => write!(f, "%= {from} to {to} by {step}"),
            Self::List(list) => {
                f.write_str("%= ")?;
                for (index, one) in list.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{one}")?;
                }
                Ok(())
            }
        }
    }
}

impl FromStr for UsageTarget {
    type Err = ParseTargetError;

    fn from_str(text: &str) -> Result<Self, ParseTargetError> {
        let mut parts = Parts { rest: text, at: 1 };
        parts.expect("%", || "`%=`".into())?;
        parts.expect("=", || "`=`".into())?;
        let from = parts.number(|| say!("target-a-percentage", "a percentage"))?;
        if parts.is_over() {
            return Ok(Self::At(from));
        }
        parts.expect("to", || say!("target-to", "`to` or the end"))?;
        let to = parts.number(|| say!("target-the-last", "the last percentage"))?;
        let step = if parts.is_over() {
            DEFAULT_STEP
        } else {
            parts.expect("by", || say!("target-by", "`by` or the end"))?;
            parts.number(|| say!("target-the-step", "the step"))?
        };
        if !parts.is_over() {
            return Err(parts.unexpected(the_end()));
        }
        Self::range(from, to, step)
    }
}

fn the_end() -> Said {
    say!("target-the-end", "the end")
}

fn percent(number: u64) -> Result<u32, ParseTargetError> {
    u32::try_from(number)
        .ok()
        .filter(|number| (1..=MAX_PERCENT).contains(number))
        .ok_or(ParseTargetError::Percent(number))
}

/// What is left to read, and where that begins.
struct Parts<'a> {
    rest: &'a str,
    /// The next character, counted from 1.
    at: usize,
}

impl Parts<'_> {
    fn blanks(&mut self) {
        while let Some(rest) = self.rest.strip_prefix([' ', '\t']) {
            self.rest = rest;
            self.at += 1;
        }
    }

    fn is_over(&mut self) -> bool {
        self.blanks();
        self.rest.is_empty()
    }

    fn expect(&mut self, word: &str, expected: fn() -> Said) -> Result<(), ParseTargetError> {
        self.blanks();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                self.at += word.len();
                Ok(())
            }
            None => Err(self.unexpected(expected())),
        }
    }

    fn number(&mut self, what: fn() -> Said) -> Result<u32, ParseTargetError> {
        self.blanks();
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &self.rest[..self.rest.len() - rest.len()];
        if digits.is_empty() {
            return Err(self.unexpected(say!("target-whole", "a whole number")));
        }
        let at = self.at;
        let number = digits.parse().ok().and_then(|number| percent(number).ok());
        let number = number.ok_or_else(|| ParseTargetError::Number { at, what: what() })?;
        self.rest = rest;
        self.at += digits.len();
        Ok(number)
    }

    fn unexpected(&self, expected: Said) -> ParseTargetError {
        let found = match self.rest.chars().next() {
            Some(found) => format!("`{}`", found.escape_debug()).into(),
            None => the_end(),
        };
        ParseTargetError::Unexpected {
            at: self.at,
            expected,
            found,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<u32> {
        let target: UsageTarget = text.parse().expect("a target");
        target.percentages().collect()
    }

    /// APG-26, APG-18: the step is 10 when none is given.
    #[test]
    fn apg_26_a_range_names_each_of_its_steps() {
        assert_eq!(values("%= 80 to 120 by 10"), [80, 90, 100, 110, 120]);
        assert_eq!(values("%= 80 to 120"), [80, 90, 100, 110, 120]);
        assert_eq!(values("%= 80"), [80]);
    }

    /// APG-27b: the range stops at the last value that is not beyond its end.
    #[test]
    fn apg_27b_a_range_stops_before_it_would_pass_its_end() {
        assert_eq!(values("%= 80 to 95 by 10"), [80, 90]);
        assert_eq!(values("%= 80 to 80"), [80]);
        assert_eq!(values("%=1to3by1"), [1, 2, 3]);
        assert_eq!(values("  %\t=  80   to 90   "), [80, 90]);
    }

    /// APG-27b: what is refused, and where.
    #[test]
    fn apg_27b_anything_else_is_refused_with_its_place() {
        for (text, says) in [
            ("80", "at character 1: expected `%=`, found `8`"),
            ("", "at character 1: expected `%=`, found the end"),
            ("%> 80", "at character 2: expected `=`, found `>`"),
            ("%= 0", "at character 4: a percentage is a whole number"),
            (
                "%= 80.5",
                "at character 6: expected `to` or the end, found `.`",
            ),
            (
                "%= 80 by 10",
                "at character 7: expected `to` or the end, found `b`",
            ),
            (
                "%= 120 to 80",
                "the range ends at 80 %, before its beginning at 120 %",
            ),
            (
                "%= 80 to 120 by 0",
                "at character 17: the step is a whole number",
            ),
            (
                "%= 80 to",
                "at character 9: expected a whole number, found the end",
            ),
            (
                "%= 80 to 90 by 5 x",
                "at character 18: expected the end, found `x`",
            ),
            (
                "%= 99999999999999999999",
                "at character 4: a percentage is a whole number",
            ),
            (
                "%= -80",
                "at character 4: expected a whole number, found `-`",
            ),
            ("%= 1 to 1001 by 1", "these are 1001 percentages"),
            ("%= 8\u{b2}", "at character 5: expected `to` or the end"),
        ] {
            let refused = text.parse::<UsageTarget>().expect_err(text).to_string();
            assert!(refused.contains(says), "{text:?}: {refused}");
        }
        assert_eq!(values("%= 1 to 1000 by 1").len(), 1000);
    }

    #[test]
    fn a_list_is_sorted_and_names_each_percentage_once() {
        let list = UsageTarget::list(&[100, 80, 100]).expect("a list");
        assert_eq!(list.percentages().collect::<Vec<_>>(), [80, 100]);
        assert_eq!(UsageTarget::list(&[]), Err(ParseTargetError::Empty));
        assert_eq!(
            UsageTarget::list(&[80, 0]),
            Err(ParseTargetError::Percent(0))
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(from in 1_u32..2000, more in 0_u32..500, step in 1_u32..300) {
            let target = UsageTarget::range(from, from + more, step).expect("a range");
            prop_assert_eq!(target.to_string().parse::<UsageTarget>(), Ok(target.clone()));
            let values: Vec<u32> = target.percentages().collect();
            prop_assert_eq!(values[0], from);
            prop_assert!(values.windows(2).all(|pair| pair[1] - pair[0] == step));
            let last = values[values.len() - 1];
            prop_assert!(last <= from + more && last + step > from + more);
        }

        #[test]
        fn no_text_is_too_strange(text in "[%= tobyTOBY0-9.,>\u{e9}\t-]{0,24}") {
            if let Ok(target) = text.parse::<UsageTarget>() {
                let values: Vec<u32> = target.percentages().collect();
                prop_assert!((1..=1000).contains(&values.len()));
                prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
                prop_assert!(values.iter().all(|one| (1..=MAX_PERCENT).contains(one)));
            }
        }
    }
}
