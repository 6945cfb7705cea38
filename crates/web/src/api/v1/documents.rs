//! What the nouns of usage notifications share: who made and changed them, and lists that are cut by
//! number.

use bellwire_core::{ports::Window, service::Kept, service::Listing, time::Time, usage};
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::List;
use crate::{cursor::Binding, extract::Paging, problem::Problem};

/// Who made something and who changed it last.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stamps {
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    #[schema(example = "ops@example.com")]
    created_by: String,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
    /// Who changed it last.
    #[schema(example = "ops@example.com")]
    updated_by: String,
}

impl From<usage::Stamp> for Stamps {
    fn from(stamp: usage::Stamp) -> Self {
        Self {
            created_at: stamp.created_at,
            created_by: stamp.created_by,
            updated_at: stamp.updated_at,
            updated_by: stamp.updated_by,
        }
    }
}

/// A page of a list that is cut by number. What is made or deleted meanwhile moves what comes after
/// it, so that an entry can be missed or seen twice.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    binding: Binding,
    /// The part that is asked for.
    pub window: Window,
}

impl Place {
    /// The page that is asked for, of the list with this binding.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub fn of(binding: Binding, paging: &Paging) -> Result<Self, Problem> {
        let window = Window {
            offset: binding.offset(paging)?,
            limit: paging.limit(),
        };
        Ok(Self { binding, window })
    }

    /// The answer: these entries, out of so many.
    pub fn page<T>(&self, items: Vec<T>, total: u64) -> List<T> {
        let next = self.window.offset.saturating_add(items.len() as u64);
        let more = next < total && !items.is_empty();
        List {
            items,
            next_cursor: more.then(|| self.binding.encode(&next.to_be_bytes())),
        }
    }

    /// The answer with these documents.
    pub fn documents<D, T: From<Kept<D>>>(&self, listing: Listing<D>) -> List<T> {
        let items = listing.items.into_iter().map(T::from).collect();
        self.page(items, listing.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_the_next_until_the_end() {
        let binding = Binding::of(&["packages"]);
        let mut paging = Paging {
            limit: Some(2),
            cursor: None,
        };
        let mut seen = Vec::new();
        loop {
            let place = Place::of(binding, &paging).unwrap();
            let from = usize::try_from(place.window.offset).unwrap();
            let part = (1..=5).skip(from).take(place.window.limit).collect();
            let page = place.page(part, 5);
            seen.push(page.items);
            paging.cursor = page.next_cursor;
            if paging.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn a_page_behind_the_end_is_the_last() {
        let binding = Binding::of(&["packages"]);
        let paging = Paging {
            limit: None,
            cursor: Some(binding.encode(&7_u64.to_be_bytes())),
        };
        let place = Place::of(binding, &paging).unwrap();
        assert_eq!(place.page(Vec::<u8>::new(), 8).next_cursor, None);
    }
}
