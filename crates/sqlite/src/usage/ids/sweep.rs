//! Forgetting what is old, or was a deleted organization's.

use bellwire_core::{ids::OrganizationId, ports::RECORD_IDS_US, time::Time};
use rusqlite::{OptionalExtension as _, params};

use super::key;
use crate::{fault::Fault, work::Work};

/// What is forgotten in one call, at most; and batches that are, at least, while somebody waits.
const BATCHES: usize = 256;
const IDS: usize = 8_000;
const AT_LEAST: usize = 16;
/// Blocks that are removed in one call.
const BLOCKS: usize = 64;
/// About how many rows that is.
pub(in super::super) const SWEPT_ROWS: usize = 2 * BATCHES;

/// The batch that is forgotten next.
pub(crate) const OLDEST: &str = "\
SELECT b.seq, o.id, b.ids FROM usage_batches b LEFT JOIN organizations o ON o.seq = b.organization
WHERE b.at <= ?1 ORDER BY b.at LIMIT 1";

/// Forgets the oldest ids; how many. When there are none, removes some of what is in no use any more.
///
/// A run goes only after all batches of it: until then what is in it is known, and counts nothing. So
/// nobody forgets an id in memory that was counted anew meanwhile.
pub(in super::super) fn sweep(work: &mut Work<'_>, now: Time) -> Result<u64, Fault> {
    let conn = work.conn;
    let cutoff = now - RECORD_IDS_US;
    let mut count = 0;
    for batches in 0..BATCHES {
        if count >= IDS || batches >= AT_LEAST && work.is_awaited() {
            break;
        }
        let found: Option<(i64, Option<[u8; 16]>, Vec<u8>)> = conn
            .prepare_cached(OLDEST)?
            .query_row([cutoff.as_micros()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((seq, organization, bytes)) = found else {
            break;
        };
        let (gone, _) = bytes.as_chunks();
        let ids = work.state.usage.ids(conn)?;
        if let Some(organization) = organization {
            let organization = OrganizationId::from_bytes(organization);
            gone.iter()
                .for_each(|id| ids.forget(&key(organization, id)));
        }
        conn.prepare_cached("DELETE FROM usage_batches WHERE seq = ?1")?
            .execute([seq])?;
        // An empty one counts too, or nobody would get past it.
        count += gone.len().max(1);
    }
    let oldest: Option<i64> = conn
        .prepare_cached("SELECT min(at) FROM usage_batches")?
        .query_row([], |row| row.get(0))?;
    let ids = work.state.usage.ids(conn)?;
    ids.expire(
        conn,
        oldest.map_or(cutoff, |at| cutoff.min(Time::from_micros(at) - 1)),
    )?;
    if count == 0 {
        count = ids.remove(conn, BLOCKS)?;
    }
    Ok(count as u64)
}

/// Forgets some of the batches of a deleted organization; false when none is left. Nobody can tell what
/// is left in runs, and it goes with them.
pub(in super::super) fn forget(
    work: &Work<'_>,
    organization: i64,
    rows: usize,
) -> Result<bool, Fault> {
    // A batch has a few pages of its own.
    let batches = (rows / 8).max(1);
    let removed = work
        .conn
        .prepare_cached(
            "DELETE FROM usage_batches WHERE seq IN (
                 SELECT seq FROM usage_batches WHERE organization = ?1 LIMIT ?2)",
        )?
        .execute(params![organization, batches as i64])?;
    Ok(removed == batches)
}

#[cfg(test)]
mod tests;
