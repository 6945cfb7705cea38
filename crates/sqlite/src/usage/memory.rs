//! What the writer keeps in memory of usage, so that counting asks the database for little.
//!
//! Plans and counters are a cache like the rest of the writer's state: after a rollback they are read
//! again. The ids are what the database has not sorted in yet ([`Ids`]); a rollback throws them away
//! too, and the next report reads them.

use std::{collections::HashMap, sync::Arc};

use bellwire_core::{
    ids::DeveloperPlanId,
    time::Time,
    usage::{Counter, DeveloperPlan, Document as _, Noun},
};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    count,
    ids::{Ids, Sieve},
    items,
};
use crate::fault::Fault;

/// Entries in a cache before it is emptied: about 10 MB, and as many developers as are busy at a time.
const ENTRIES: usize = 100_000;

/// A developer's plan, as far as counting needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlanSlot {
    pub(super) seq: i64,
    pub(super) target: u64,
    pub(super) start: Time,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    plans: HashMap<(i64, DeveloperPlanId), PlanSlot>,
    counters: HashMap<(i64, i64), Counter>,
    ids: Option<Ids>,
    sieve: Arc<Sieve>,
}

impl Memory {
    /// Forgets what is only a cache of rows.
    pub(crate) fn clear(&mut self) {
        self.plans.clear();
        self.counters.clear();
    }

    /// Forgets all that a rollback may have made untrue.
    pub(crate) fn undo(&mut self) {
        *self = Self {
            sieve: Arc::clone(&self.sieve),
            ..Self::default()
        };
    }

    /// What says quickly that an id was not counted.
    pub(crate) const fn sieve(&self) -> &Arc<Sieve> {
        &self.sieve
    }

    /// The ids that are not sorted in, read at the first need.
    pub(crate) fn ids(&mut self, conn: &Connection) -> Result<&mut Ids, Fault> {
        if self.ids.is_none() {
            self.ids = Some(Ids::load(conn, &self.sieve)?);
        }
        self.loaded()
            .ok_or_else(|| crate::fault::corrupt("ids that were read are not there"))
    }

    /// The ids, if somebody has needed them.
    pub(super) const fn loaded(&mut self) -> Option<&mut Ids> {
        self.ids.as_mut()
    }

    /// A developer's plan; `None` when there is none.
    pub(super) fn plan(
        &mut self,
        conn: &Connection,
        organization: i64,
        id: DeveloperPlanId,
    ) -> Result<Option<PlanSlot>, Fault> {
        if let Some(slot) = self.plans.get(&(organization, id)) {
            return Ok(Some(*slot));
        }
        let key = id.to_string();
        let Some((seq, plan)) = items::read::<DeveloperPlan>(conn, organization, &key)? else {
            return Ok(None);
        };
        let slot = PlanSlot {
            seq,
            target: plan.quota_target,
            start: plan.start,
        };
        if self.plans.len() >= ENTRIES {
            self.plans.clear();
        }
        self.plans.insert((organization, id), slot);
        Ok(Some(slot))
    }

    /// A counter; at nothing, when there is no row of it.
    pub(super) fn counter(
        &mut self,
        conn: &Connection,
        key: (i64, i64),
    ) -> rusqlite::Result<Counter> {
        if let Some(counter) = self.counters.get(&key) {
            return Ok(*counter);
        }
        let found = conn
            .prepare_cached(count::COUNTER)?
            .query_row(params![key.0, key.1], |row| {
                Ok(Counter {
                    count: row.get::<_, i64>(0)?.unsigned_abs(),
                    level: row.get::<_, i64>(1)?.unsigned_abs(),
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Notes what a counter was set to.
    pub(super) fn set(&mut self, key: (i64, i64), counter: Counter) {
        if self.counters.len() >= ENTRIES {
            self.counters.clear();
        }
        self.counters.insert(key, counter);
    }

    /// A document is not what it was.
    pub(super) fn changed(&mut self, noun: Noun) {
        if noun == DeveloperPlan::NOUN || noun == Noun::Developer {
            self.clear();
        }
    }
}
