//! Where a list goes on: an opaque cursor that fits only the list and the filters it came from.
//!
//! A cursor is not a secret and not signed: it names a position within what the token may see
//! anyway. It is bound to its query by a short hash, so that following a cursor under other
//! filters is an error and not a silently wrong page.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bellwire_core::{said::Said, say};
use sha2::{Digest as _, Sha256};

use crate::{
    extract::Paging,
    problem::{Code, Problem},
};

const VERSION: u8 = 1;
const BINDING_BYTES: usize = 8;

/// What a list's cursors are bound to: its route, its owner and its filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding([u8; BINDING_BYTES]);

impl Binding {
    /// The binding of a list: the parts are its name, its owner and each filter in a fixed order.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // The length goes first, so that no two lists of parts run together the same way.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let mut binding = [0; BINDING_BYTES];
        binding.copy_from_slice(&hash.finalize()[..BINDING_BYTES]);
        Self(binding)
    }

    /// The cursor of this position.
    #[must_use]
    pub fn encode(&self, position: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(1 + BINDING_BYTES + position.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(position);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position of this cursor.
    ///
    /// # Errors
    /// `invalid_cursor` when it is not one, or belongs to another list.
    pub fn decode(&self, cursor: &str) -> Result<Vec<u8>, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| foreign())?;
        match bytes.split_first() {
            Some((&VERSION, rest)) if rest.len() >= BINDING_BYTES => {
                let (binding, position) = rest.split_at(BINDING_BYTES);
                if binding == self.0 {
                    Ok(position.to_vec())
                } else {
                    Err(invalid(say!(
                        "cursor-other-list",
                        "it belongs to another list or to other filters: start again without it"
                    )))
                }
            }
            _ => Err(foreign()),
        }
    }

    /// The position of this cursor, as exactly this many bytes.
    ///
    /// # Errors
    /// As [`Self::decode`].
    fn decode_fixed<const N: usize>(&self, cursor: &str) -> Result<[u8; N], Problem> {
        self.decode(cursor)?.try_into().map_err(|_| foreign())
    }

    /// Where a page begins, for a list whose positions are text.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn text_after(&self, paging: &Paging) -> Result<Option<String>, Problem> {
        paging
            .cursor
            .as_deref()
            .map(|cursor| String::from_utf8(self.decode(cursor)?).map_err(|_| foreign()))
            .transpose()
    }

    /// How many entries come before a page, for a list that is cut by number.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn offset(&self, paging: &Paging) -> Result<u64, Problem> {
        let offset = self.bytes_after::<8>(paging)?.map_or(0, u64::from_be_bytes);
        // More than stores can count: nobody was given this.
        i64::try_from(offset).map(|_| offset).map_err(|_| foreign())
    }

    /// Where a page begins, for a list whose positions are so many bytes.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn bytes_after<const N: usize>(&self, paging: &Paging) -> Result<Option<[u8; N]>, Problem> {
        paging
            .cursor
            .as_deref()
            .map(|cursor| self.decode_fixed(cursor))
            .transpose()
    }
}

fn foreign() -> Problem {
    invalid(say!("cursor-foreign", "it is not a cursor of this API"))
}

fn invalid(message: Said) -> Problem {
    Problem::field(Code::InvalidCursor, "cursor", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        let binding = Binding::of(&["events", "acme", "booking.created"]);
        let cursor = binding.encode(b"0123456789abcdef");
        assert_eq!(
            binding.decode_fixed::<16>(&cursor).unwrap(),
            *b"0123456789abcdef"
        );
        assert!(binding.decode_fixed::<15>(&cursor).is_err());
    }

    #[test]
    fn a_number_of_entries_is_one_that_a_store_can_count() {
        let binding = Binding::of(&["packages"]);
        let at = |offset: u64| {
            let cursor = Some(binding.encode(&offset.to_be_bytes()));
            binding.offset(&Paging {
                cursor,
                limit: None,
            })
        };
        assert_eq!(binding.offset(&Paging::default()).unwrap(), 0);
        assert_eq!(at(50).unwrap(), 50);
        assert_eq!(at(1 << 63).unwrap_err().code, Code::InvalidCursor);
    }

    #[test]
    fn a_cursor_of_another_query_is_refused() {
        let cursor = Binding::of(&["events", "acme", ""]).encode(b"x");
        for other in [
            ["events", "acme", "a"],
            ["events", "other", ""],
            ["ev", "entsacme", ""],
        ] {
            let problem = Binding::of(&other).decode(&cursor).unwrap_err();
            assert_eq!(problem.code, Code::InvalidCursor);
            assert_eq!(problem.errors[0].field, "cursor");
        }
    }

    #[test]
    fn text_that_is_no_cursor_is_refused() {
        let binding = Binding::of(&["events"]);
        for text in ["", "!", "AAAA", "zzzzzzzzzzzzzzzzzzzz", "ü"] {
            assert_eq!(
                binding.decode(text).unwrap_err().code,
                Code::InvalidCursor,
                "{text}"
            );
        }
    }
}
