//! Several runs become one, a few blocks at a time: a few long runs are looked into faster than many
//! short ones.

use rusqlite::Connection;

use super::{
    Key,
    run::{BLOCK, BLOCK_OF, Run, block, block_behind},
};
use crate::fault::Fault;

/// A merge that is going on.
#[derive(Debug)]
pub(super) struct Merge {
    /// The number of the run that they become.
    pub(super) target: i64,
    /// How often what is in that one was merged.
    pub(super) level: i64,
    sources: Vec<Source>,
}

/// Where a run that is merged has got to.
#[derive(Debug)]
struct Source {
    run: i64,
    block: Vec<Key>,
    place: usize,
}

impl Source {
    /// Behind this id, or at the beginning.
    fn at(conn: &Connection, run: i64, last: Option<&Key>) -> Result<Option<Self>, Fault> {
        let found = match last {
            Some(last) => block(conn, BLOCK_OF, run, last)?,
            None => None,
        };
        let (block, place) = match (found, last) {
            (Some(block), Some(last)) => {
                let place = block.partition_point(|key| key <= last);
                (block, place)
            }
            _ => (Vec::new(), 0),
        };
        let mut source = Self { run, block, place };
        let is_there = source.fill(conn, last)?;
        Ok(is_there.then_some(source))
    }

    /// Reads the next block when this one is used up; false at the end.
    fn fill(&mut self, conn: &Connection, last: Option<&Key>) -> Result<bool, Fault> {
        if self.place < self.block.len() {
            return Ok(true);
        }
        let last = self.block.last().or(last).copied();
        let next = block_behind(conn, self.run, last.as_ref())?;
        self.place = 0;
        self.block = next.unwrap_or_default();
        Ok(!self.block.is_empty())
    }

    fn key(&self) -> Key {
        self.block[self.place]
    }
}

impl Merge {
    /// Begins, or goes on behind what the target has.
    pub(super) fn of(conn: &Connection, target: &Run, runs: &[Run]) -> Result<Self, Fault> {
        let last = target.last(conn)?;
        let mut sources = Vec::new();
        for run in runs {
            if run.target == Some(target.number) {
                sources.extend(Source::at(conn, run.number, last.as_ref())?);
            }
        }
        Ok(Self {
            target: target.number,
            level: target.level,
            sources,
        })
    }

    /// The next block; empty at the end.
    pub(super) fn next(&mut self, conn: &Connection) -> Result<Vec<Key>, Fault> {
        let mut keys: Vec<Key> = Vec::with_capacity(BLOCK);
        while keys.len() < BLOCK {
            let least = (0..self.sources.len()).min_by_key(|source| self.sources[*source].key());
            let Some(least) = least else {
                break;
            };
            let source = &mut self.sources[least];
            let key = source.key();
            source.place += 1;
            if keys.last() != Some(&key) {
                keys.push(key);
            }
            if !source.fill(conn, None)? {
                self.sources.swap_remove(least);
            }
        }
        Ok(keys)
    }
}
