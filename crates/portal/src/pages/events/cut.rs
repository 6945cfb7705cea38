//! A part of a list that is too long for a page: which, of how many, and the way to the rest.

use crate::language::Text;

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Which part it is; `None` when it is all.
    pub(crate) said: Option<String>,
    /// The part before.
    pub(crate) before: Option<String>,
    /// The part after.
    pub(crate) after: Option<String>,
    /// Where it begins.
    pub(super) from: usize,
}

impl Cut {
    /// The part that begins at `from`, or where the list ends. `href` makes a link of a beginning;
    /// `open` says that there is more than is known.
    pub(super) fn new(
        text: &Text,
        (from, size, total): (usize, usize, usize),
        open: bool,
        href: impl Fn(usize) -> String,
    ) -> Self {
        let from = if from < total { from } else { 0 };
        let to = total.min(from + size);
        let number = |count: usize| text.number(count as u64);
        let plus = if open { "+" } else { "" };
        let all = format!("{}{plus}", number(total));
        let said = match (from, to) {
            (0, to) if to == total => None,
            (0, to) => Some(text.with(
                "cut-first",
                [("count", number(to).into()), ("total", all.into())],
            )),
            (from, to) => Some(text.with(
                "cut-part",
                [
                    ("from", number(from + 1).into()),
                    ("to", number(to).into()),
                    ("total", all.into()),
                ],
            )),
        };
        Self {
            said,
            before: (from > 0).then(|| href(from.saturating_sub(size))),
            after: (to < total).then(|| href(to)),
            from,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_part_says_which_it_is_and_leads_to_the_rest() {
        let text = Text {
            language: Language::En,
            profile: String::new(),
        };
        let cut =
            |from, total, open| Cut::new(&text, (from, 50, total), open, |from| from.to_string());
        assert_eq!(cut(0, 50, false), Cut::default());
        let first = cut(0, 1234, false);
        assert_eq!(first.said.as_deref(), Some("The first 50 of 1,234"));
        assert_eq!((first.before, first.after.as_deref()), (None, Some("50")));
        let last = cut(1200, 1234, false);
        assert_eq!(last.said.as_deref(), Some("1,201 to 1,234 of 1,234"));
        assert_eq!((last.before.as_deref(), last.after), (Some("1150"), None));
        // Beyond the end is the beginning.
        assert_eq!(
            cut(9999, 60, true).said.as_deref(),
            Some("The first 50 of 60+")
        );
    }
}
