//! Pages of items. A page that has rows has a next one: only one without any is the last.

use bellwire_core::{
    copied::Item,
    ports::{ItemPage, PAGE_BYTES, PAGE_ITEMS, Position},
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::fault::{Fault, corrupt};

/// Whether a row is there, looked up by its key. An `EXISTS` would leave the planner the choice of
/// reading a whole table instead, and a join that of reading it for each row; it takes them where a
/// table is new to it.
macro_rules! is_there {
    ($row:literal) => {
        concat!("(SELECT true FROM ", $row, " LIMIT 1) IS NOT NULL")
    };
}
pub(super) use is_there;

/// What `LIMIT` is bound to.
pub(super) const ROWS: i64 = PAGE_ITEMS as i64;
/// What the bytes before a row are compared with.
pub(super) const BYTES: i64 = PAGE_BYTES as i64;

/// Reads a page. `None` in place of an item is one that belongs to nothing that is there any more.
pub(super) fn read(
    rows: &[Row],
    mut item: impl FnMut(&Row) -> Result<(Option<Item>, Position), Fault>,
) -> Result<ItemPage, Fault> {
    let mut page = ItemPage {
        items: Vec::with_capacity(rows.len()),
        next: None,
    };
    for row in rows {
        let (item, position) = item(row)?;
        page.items.extend(item);
        page.next = Some(position);
    }
    Ok(page)
}

/// A position that is an id.
pub(super) fn at(id: Uuid) -> Position {
    Position::new(&[id.as_bytes()])
}

/// The id in it; before all ids, when there is no position.
pub(super) fn id(after: Option<&Position>) -> Result<Uuid, Fault> {
    Ok(split(after)?.0)
}

/// The id at its beginning, and what lies behind.
pub(super) fn split(after: Option<&Position>) -> Result<(Uuid, &[u8]), Fault> {
    let Some(after) = after else {
        return Ok((Uuid::nil(), &[]));
    };
    let (id, rest) = after
        .as_bytes()
        .split_first_chunk()
        .ok_or_else(|| corrupt("the record of the copy is damaged"))?;
    Ok((Uuid::from_bytes(*id), rest))
}

/// A number behind an id; before all, when there is none.
pub(super) fn number(rest: &[u8]) -> i32 {
    rest.try_into().map_or(i32::MIN, i32::from_be_bytes)
}
