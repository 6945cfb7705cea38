//! Which part of a list is asked for: pages of twenty, from one, or everything.

use bellwire_core::ports::Window;
use utoipa::IntoParams;

use crate::{
    extract::{Params, ReadQuery, query::wrong},
    problem::Problem,
};

/// Entries of a page when none are asked for.
const SIZE: usize = 20;
/// Everything: more than any store can hold.
const ALL: usize = 1 << 31;

/// Which part of the list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MintPage {
    /// Everything; `size` and `page` do not count then.
    all: Option<bool>,
    /// Entries of a page; 20, if left out.
    #[param(minimum = 1)]
    size: Option<usize>,
    /// Which page, from 1.
    #[param(minimum = 1)]
    page: Option<usize>,
}

impl ReadQuery for MintPage {
    const NAMES: &'static [&'static str] = &["all", "size", "page"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let number = |name: &str| match params.value::<usize>(name)? {
            Some(0) => Err(wrong(name, "a whole number from 1 is expected")),
            number => Ok(number),
        };
        Ok(Self {
            all: params.value("all")?,
            size: number("size")?,
            page: number("page")?,
        })
    }
}

impl MintPage {
    /// The part of a list that is asked for.
    pub(crate) fn window(&self) -> Window {
        if self.all == Some(true) {
            return Window {
                offset: 0,
                limit: ALL,
            };
        }
        let limit = self.size.unwrap_or(SIZE).min(ALL);
        let before = limit.saturating_mul(self.page.unwrap_or(1) - 1);
        Window {
            // No list has so many that a store could not count them.
            offset: u64::try_from(before).unwrap_or(u64::MAX).min(1 << 62),
            limit,
        }
    }

    /// That part of a list that is at hand.
    pub(crate) fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let Window { offset, limit } = self.window();
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = items.get(offset..).unwrap_or_default();
        &rest[..limit.min(rest.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(all: Option<bool>, size: Option<usize>, page: Option<usize>) -> Vec<usize> {
        let items: Vec<usize> = (0..45).collect();
        MintPage { all, size, page }.of(&items).to_vec()
    }

    #[test]
    fn pages_count_from_one_and_have_twenty_entries() {
        assert_eq!(page(None, None, None), (0..20).collect::<Vec<_>>());
        assert_eq!(page(None, None, Some(3)), (40..45).collect::<Vec<_>>());
        assert_eq!(page(None, Some(2), Some(2)), [2, 3]);
        assert!(page(None, Some(usize::MAX), Some(usize::MAX)).is_empty());
        assert_eq!(page(Some(true), Some(2), None).len(), 45);
    }

    #[test]
    fn no_page_is_too_far_for_a_store_to_count() {
        let far = MintPage {
            all: None,
            size: Some(usize::MAX),
            page: Some(usize::MAX),
        };
        let window = far.window();
        assert!(i64::try_from(window.offset).is_ok() && i64::try_from(window.limit).is_ok());
    }
}
