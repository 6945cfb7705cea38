//! Rows that cannot be read are set aside: out of the way of the others, into a table where somebody
//! can look at them. Within the transaction that met them; it is logged and counted here.

use bellwire_core::{stored::aside::KEPT_US, time::Time};
use rusqlite::{Connection, params};

use crate::work::Work;

/// Rows that one step removes because they are too old.
const REMOVED: i64 = 100;

/// Keeps what was in a row of a table.
pub(crate) fn put(
    work: &mut Work<'_>,
    source: &'static str,
    why: &str,
    body: &[u8],
    now: Time,
) -> rusqlite::Result<()> {
    tracing::error!(
        table = source,
        why,
        "a row cannot be read and was set aside (`set_aside` keeps it)"
    );
    work.effects.unreadable += 1;
    work.conn
        .prepare_cached("INSERT INTO set_aside (source, at, why, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![source, now.as_micros(), why, body])?;
    Ok(())
}

/// Forgets some that are old; how many.
pub(crate) fn forget(conn: &Connection, now: Time) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "DELETE FROM set_aside
         WHERE seq IN (SELECT seq FROM set_aside WHERE at < ?1 ORDER BY seq LIMIT ?2)",
    )?
    .execute(params![(now - KEPT_US).as_micros(), REMOVED])
}
