//! A run: ids in order, in blocks of about a page. It grows block by block, is whole, and is removed.

use bellwire_core::time::Time;
use rusqlite::{Connection, Row, params};

use super::Key;
use crate::fault::{Fault, corrupt};

/// Ids of a block: as many as fit into a page with what else there is of a row.
pub(super) const BLOCK: usize = 250;

/// The block of a run that an id is in, if it is in the run at all.
pub(crate) const BLOCK_OF: &str =
    "SELECT ids FROM usage_blocks WHERE run = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
/// The first block behind an id.
pub(crate) const BLOCK_BEHIND: &str =
    "SELECT ids FROM usage_blocks WHERE run = ?1 AND first > ?2 ORDER BY first LIMIT 1";
const WHOLE: &str = "SELECT run, up_to FROM usage_runs WHERE state = 1 ORDER BY newest DESC";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Growing,
    Whole,
    Gone,
}

impl State {
    const ALL: [Self; 3] = [Self::Growing, Self::Whole, Self::Gone];

    const fn code(self) -> i64 {
        self as i64
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A row of `usage_runs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) number: i64,
    pub(super) level: i64,
    pub(super) up_to: i64,
    pub(super) newest: Time,
    pub(super) state: State,
    pub(super) target: Option<i64>,
}

impl Run {
    pub(super) fn all(conn: &Connection) -> Result<Vec<Self>, Fault> {
        let mut statement = conn.prepare_cached(
            "SELECT run, level, up_to, newest, state, target FROM usage_runs ORDER BY run",
        )?;
        let mut rows = statement.query([])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(Self::read(row)?);
        }
        Ok(runs)
    }

    fn read(row: &Row<'_>) -> Result<Self, Fault> {
        let code = row.get(4)?;
        Ok(Self {
            number: row.get(0)?,
            level: row.get(1)?,
            up_to: row.get(2)?,
            newest: Time::from_micros(row.get(3)?),
            state: State::from_code(code)
                .ok_or_else(|| corrupt(format!("a run of ids in state {code}")))?,
            target: row.get(5)?,
        })
    }

    /// Writes its row.
    pub(super) fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO usage_runs (run, level, up_to, newest, state, target)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            self.number,
            self.level,
            self.up_to,
            self.newest.as_micros(),
            self.state.code(),
            self.target,
        ])
        .map(drop)
    }

    /// Appends a block; the ids are in order and behind all there are.
    pub(super) fn append(&self, conn: &Connection, keys: &[Key]) -> rusqlite::Result<()> {
        debug_assert!(keys.is_sorted() && keys.len() <= BLOCK);
        let Some(first) = keys.first() else {
            return Ok(());
        };
        conn.prepare_cached("INSERT INTO usage_blocks (run, first, ids) VALUES (?1, ?2, ?3)")?
            .execute(params![self.number, first, keys.as_flattened()])
            .map(drop)
    }

    /// The last id in it.
    pub(super) fn last(&self, conn: &Connection) -> Result<Option<Key>, Fault> {
        let block = block(conn, BLOCK_OF, self.number, &[u8::MAX; 16])?;
        Ok(block.and_then(|keys| keys.last().copied()))
    }

    /// Removes its first blocks; how many there were, and the ids in them.
    pub(super) fn shrink(
        &self,
        conn: &Connection,
        blocks: usize,
    ) -> rusqlite::Result<(usize, usize)> {
        let mut delete = conn.prepare_cached(
            "DELETE FROM usage_blocks WHERE seq IN (
                 SELECT seq FROM usage_blocks WHERE run = ?1 ORDER BY first LIMIT ?2)
             RETURNING length(ids) / 16",
        )?;
        let removed: Vec<i64> = delete
            .query_map(params![self.number, blocks as i64], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let ids: i64 = removed.iter().sum();
        Ok((removed.len(), ids as usize))
    }

    /// Removes its row.
    pub(super) fn end(&self, conn: &Connection) -> rusqlite::Result<()> {
        conn.prepare_cached("DELETE FROM usage_runs WHERE run = ?1")?
            .execute([self.number])
            .map(drop)
    }
}

/// The whole runs, the latest first: an id that is repeated was most likely reported a moment ago.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) runs: Vec<i64>,
    /// The last batch of which all is in them.
    pub(super) up_to: i64,
}

impl Shelf {
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let mut shelf = Self::default();
        let mut statement = conn.prepare_cached(WHOLE)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            shelf.runs.push(row.get(0)?);
            shelf.up_to = shelf.up_to.max(row.get(1)?);
        }
        Ok(shelf)
    }

    /// Those of the runs that are whole.
    pub(super) fn of(runs: &[Run]) -> Self {
        let mut whole: Vec<&Run> = runs
            .iter()
            .filter(|run| run.state == State::Whole)
            .collect();
        whole.sort_by_key(|run| std::cmp::Reverse(run.newest));
        Self {
            runs: whole.iter().map(|run| run.number).collect(),
            up_to: whole.iter().map(|run| run.up_to).max().unwrap_or(0),
        }
    }

    /// Whether an id is in one of them.
    pub(super) fn has(&self, conn: &Connection, key: &Key) -> Result<bool, Fault> {
        let mut statement = conn.prepare_cached(BLOCK_OF)?;
        for run in &self.runs {
            let mut rows = statement.query(params![run, key])?;
            if let Some(row) = rows.next()?
                && keys(row)?.binary_search(key).is_ok()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The ids of a row's block.
fn keys<'r>(row: &'r Row<'_>) -> Result<&'r [Key], Fault> {
    let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
    match bytes.as_chunks() {
        (keys, []) => Ok(keys),
        _ => Err(corrupt("a block of ids is damaged")),
    }
}

/// The block that a query finds by an id.
pub(super) fn block(
    conn: &Connection,
    query: &str,
    run: i64,
    key: &[u8],
) -> Result<Option<Vec<Key>>, Fault> {
    let mut statement = conn.prepare_cached(query)?;
    let mut rows = statement.query(params![run, key])?;
    rows.next()?
        .map(|row| keys(row).map(<[Key]>::to_vec))
        .transpose()
}

/// The block behind an id, or the first one of all.
pub(super) fn block_behind(
    conn: &Connection,
    run: i64,
    last: Option<&Key>,
) -> Result<Option<Vec<Key>>, Fault> {
    // No bytes stand before any.
    block(conn, BLOCK_BEHIND, run, last.map_or(&[][..], Key::as_slice))
}
