//! Lists of documents, a page at a time: the query says how many rows to pass over.

use bellwire_core::ports::Window;

use crate::{form::Form, html};

/// Further on nobody pages by hand, and a store should not count there.
const MOST: u64 = 100_000;

/// The part of a list that a query asks for, in pages of so many rows.
pub(crate) fn window(query: &Form, limit: usize) -> Window {
    let offset = query.text("skip").parse().unwrap_or(0);
    Window {
        offset: u64::min(offset, MOST),
        limit,
    }
}

/// The next page of a list of `total` rows; `None` at its end. `kept` are the other values of the
/// query.
pub(crate) fn next(
    path: &str,
    kept: &[(&str, &str)],
    window: Window,
    total: u64,
) -> Option<String> {
    let skip = window.offset + window.limit as u64;
    if skip >= total || skip > MOST {
        return None;
    }
    let kept: String = kept
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}&", html::encoded(value)))
        .collect();
    Some(format!("{path}?{kept}skip={skip}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_paged_to_its_end_and_not_beyond() {
        let part = |query: &str| window(&Form::parse(query.as_bytes()), 25);
        assert_eq!(part("skip=x").offset, 0);
        assert_eq!(part("skip=99999999999999").offset, MOST);
        let on = |query, total| next("/a", &[("q", "b c"), ("r", "")], part(query), total);
        assert_eq!(on("", 25), None);
        assert_eq!(on("", 26).as_deref(), Some("/a?q=b+c&skip=25"));
        assert_eq!(on("skip=25", 50), None);
    }
}
