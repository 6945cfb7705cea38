//! Pages of items: as many rows as a page may have, or fewer where they are long.

use bellwire_core::{
    copied::Item,
    ports::{ItemPage, PAGE_BYTES, PAGE_ITEMS, Position},
};
use rusqlite::{CachedStatement, Params, Row};

use crate::fault::{Fault, corrupt};

/// What `LIMIT` is bound to.
pub(super) const ROWS: i64 = PAGE_ITEMS as i64;

/// An item, where it ends, and about how many bytes it has beyond a short row.
pub(super) type Found = (Item, Position, usize);

/// Reads a page. The statement selects at most [`ROWS`].
pub(super) fn read(
    statement: &mut CachedStatement<'_>,
    params: impl Params,
    mut item: impl FnMut(&Row<'_>) -> Result<Found, Fault>,
) -> Result<ItemPage, Fault> {
    let mut page = ItemPage {
        items: Vec::new(),
        next: None,
    };
    let mut bytes = 0;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let (item, position, size) = item(row)?;
        bytes += size;
        page.items.push(item);
        if page.items.len() == PAGE_ITEMS || bytes >= PAGE_BYTES {
            page.next = Some(position);
            break;
        }
    }
    Ok(page)
}

/// A position that is a number of a row.
pub(super) fn at(seq: i64) -> Position {
    Position::new(&[&seq.to_be_bytes()])
}

/// The number in it; before all rows, when there is no position.
pub(super) fn seq(after: Option<&Position>) -> Result<i64, Fault> {
    Ok(split(after)?.0)
}

/// The number at its beginning, and what lies behind.
pub(super) fn split(after: Option<&Position>) -> Result<(i64, &[u8]), Fault> {
    let Some(after) = after else {
        return Ok((i64::MIN, &[]));
    };
    let (seq, rest) = after
        .as_bytes()
        .split_first_chunk()
        .ok_or_else(|| corrupt("the record of the copy is damaged"))?;
    Ok((i64::from_be_bytes(*seq), rest))
}

/// A text behind a number.
pub(super) fn text(rest: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(rest).map_err(corrupt)
}
