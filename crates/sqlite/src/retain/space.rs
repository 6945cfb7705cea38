//! Free pages back to the file system, when there are so many that what comes will not need them
//! soon: after a limit was shortened, or a large organization was deleted.

use rusqlite::Connection;

use super::{Done, Found, Item, Look};
use crate::{fault::Fault, work::Work};

/// Below so many free pages (16 MiB) the file stays as it is.
const MANY: i64 = 4096;
/// More than one page in so many is free.
const PART: i64 = 4;
/// Rows that a page counts for: it is moved, and what points to it is changed.
const ROWS_PER_PAGE: usize = 4;

pub(super) fn find(conn: &Connection, look: Look) -> Result<Found, Fault> {
    let free: i64 = conn.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0))?;
    // 2 is incremental: a file that another program has rebuilt may not be.
    let mode: i64 = conn.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    let many = mode == 2 && free > MANY && free > pages / PART;
    Ok(Found {
        items: if many {
            vec![Item::new((look.rows / ROWS_PER_PAGE) as i64)]
        } else {
            Vec::new()
        },
        after: 0,
        end: !many,
    })
}

/// Moves pages from the end of the file into free ones and cuts the file.
pub(super) fn give_back(work: &mut Work<'_>, found: &Found) -> Result<Done, Fault> {
    for item in &found.items {
        let sql = format!("PRAGMA incremental_vacuum({})", item.seq);
        let mut statement = work.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        // Each row is one page.
        while rows.next()?.is_some() {}
    }
    Ok(Done::default())
}
