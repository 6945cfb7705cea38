//! What the writer keeps in memory so that the hot path asks the database for little: generations,
//! webhooks' marks and counters, the last excerpts.
//!
//! All of it is a cache of rows (or of what this transaction is about to make of them): after a
//! rollback it is thrown away and fills again from the database. Only the writer thread touches it.

use std::collections::{HashMap, VecDeque};

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    policy::Counters,
    statistics::Batch,
    time::Time,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    rows::{RowExt as _, time},
    statistics,
    usage::Memory,
};

/// Entries in a cache before it is emptied: a bound on memory, far above what is in use at a time.
const ENTRIES: usize = 20_000;
/// Excerpts remembered for each webhook: an endpoint that answers one of a few texts in turn.
const EXCERPTS: usize = 4;

/// An organization, as far as the writer needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrganizationSlot {
    pub(crate) seq: i64,
    pub(crate) generation: u64,
}

/// A webhook, as far as the writer needs it.
#[derive(Debug, Clone)]
pub(crate) struct WebhookSlot {
    pub(crate) seq: i64,
    pub(crate) organization: i64,
    pub(crate) disabled: bool,
    pub(crate) deleted_at: Option<Time>,
    pub(crate) cancelled_up_to: Option<Time>,
    pub(crate) disabled_up_to: Option<Time>,
    pub(crate) cleared_up_to: Option<Time>,
    pub(crate) paused: bool,
    pub(crate) counters: Counters,
}

/// An excerpt that need not be stored again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredExcerpt {
    sha256: [u8; 32],
    seq: i64,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    organizations: HashMap<OrganizationId, OrganizationSlot>,
    webhooks: HashMap<WebhookId, WebhookSlot>,
    /// Webhooks whose counters this transaction has changed.
    dirty: Vec<WebhookId>,
    /// What this transaction has counted.
    pub(crate) counted: Batch,
    excerpts: HashMap<i64, VecDeque<StoredExcerpt>>,
    last_excerpt: Option<i64>,
    /// The newest `created_at` of any delivery. Never goes back, not even on a rollback.
    pub(crate) newest: Time,
    /// Where the sweep of cancelled deliveries stands: webhook, due time, delivery.
    pub(crate) swept: Option<(i64, i64, [u8; 16])>,
    pub(crate) usage: Memory,
}

const WEBHOOK: &str = "\
SELECT w.seq, w.organization, w.disabled IS NOT NULL, w.deleted_at, w.cancelled_up_to,
       w.disabled_up_to, h.redirects, h.client_errors, h.server_errors, h.failures, h.failing_since,
       w.cleared_up_to, w.paused IS NOT NULL, h.told_at
FROM webhooks w LEFT JOIN health h ON h.webhook = w.seq WHERE w.id = ?1";

impl State {
    /// Forgets everything that a rollback may have made untrue.
    pub(crate) fn undo(&mut self) {
        self.clear();
        self.usage.undo();
    }

    /// Forgets everything that is only a cache of rows.
    pub(crate) fn clear(&mut self) {
        let mut usage = std::mem::take(&mut self.usage);
        usage.clear();
        *self = Self {
            newest: self.newest,
            usage,
            ..Self::default()
        };
    }

    /// A living organization.
    pub(crate) fn organization(
        &mut self,
        conn: &Connection,
        id: OrganizationId,
    ) -> rusqlite::Result<Option<OrganizationSlot>> {
        if let Some(slot) = self.organizations.get(&id) {
            return Ok(Some(*slot));
        }
        let slot = conn
            .prepare_cached(
                "SELECT seq, generation FROM organizations WHERE id = ?1 AND deleted_at IS NULL",
            )?
            .query_row([id.as_bytes()], |row| {
                Ok(OrganizationSlot {
                    seq: row.get(0)?,
                    generation: row.get::<_, i64>(1)?.unsigned_abs(),
                })
            })
            .optional()?;
        if let Some(slot) = slot {
            if self.organizations.len() >= ENTRIES {
                self.organizations.clear();
            }
            self.organizations.insert(id, slot);
        }
        Ok(slot)
    }

    /// Raises the generation of an organization's catalogue.
    pub(crate) fn raise(&mut self, conn: &Connection, seq: i64) -> rusqlite::Result<()> {
        conn.prepare_cached("UPDATE organizations SET generation = generation + 1 WHERE seq = ?1")?
            .execute([seq])?;
        for slot in self
            .organizations
            .values_mut()
            .filter(|slot| slot.seq == seq)
        {
            slot.generation += 1;
        }
        Ok(())
    }

    /// Forgets an organization and its webhooks.
    pub(crate) fn forget_organization(&mut self, id: OrganizationId, seq: i64) {
        self.organizations.remove(&id);
        self.webhooks.retain(|_, slot| slot.organization != seq);
        self.excerpts.clear();
        self.usage.clear();
    }

    /// A webhook, tombstones included, into the cache.
    pub(crate) fn webhook(
        &mut self,
        conn: &Connection,
        id: WebhookId,
    ) -> rusqlite::Result<Option<&mut WebhookSlot>> {
        if !self.webhooks.contains_key(&id) {
            let slot = conn
                .prepare_cached(WEBHOOK)?
                .query_row([id.as_bytes()], |row| {
                    Ok(WebhookSlot {
                        seq: row.get(0)?,
                        organization: row.get(1)?,
                        disabled: row.get(2)?,
                        deleted_at: row.time(3)?,
                        cancelled_up_to: row.time(4)?,
                        disabled_up_to: row.time(5)?,
                        cleared_up_to: row.time(11)?,
                        paused: row.get(12)?,
                        counters: Counters {
                            redirects: row.get::<_, Option<u32>>(6)?.unwrap_or(0),
                            client_errors: row.get::<_, Option<u32>>(7)?.unwrap_or(0),
                            server_errors: row.get::<_, Option<u32>>(8)?.unwrap_or(0),
                            failures: row.get::<_, Option<u32>>(9)?.unwrap_or(0),
                            failing_since: row.time(10)?,
                            told_at: row.time(13)?,
                        },
                    })
                })
                .optional()?;
            let Some(slot) = slot else { return Ok(None) };
            if self.webhooks.len() >= ENTRIES {
                self.flush(conn)?;
                self.webhooks.clear();
                self.excerpts.clear();
            }
            self.webhooks.insert(id, slot);
        }
        Ok(self.webhooks.get_mut(&id))
    }

    /// Reads a webhook anew when it is needed next.
    pub(crate) fn forget_webhook(&mut self, id: WebhookId) {
        self.webhooks.remove(&id);
    }

    /// Sets counters, to be written before the commit: one write for each webhook in it.
    pub(crate) fn count(&mut self, id: WebhookId, counters: Counters) {
        if let Some(slot) = self.webhooks.get_mut(&id)
            && slot.counters != counters
        {
            slot.counters = counters;
            self.dirty.push(id);
        }
    }

    /// Writes the counters that changed, in the order of the webhooks, and what was counted: one
    /// row for the transaction.
    pub(crate) fn flush(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        if !self.counted.is_empty() {
            statistics::write(conn, &std::mem::take(&mut self.counted))?;
        }
        if self.dirty.is_empty() {
            return Ok(());
        }
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty.dedup();
        let mut statement = conn.prepare_cached(
            "INSERT OR REPLACE INTO health
                 (webhook, redirects, client_errors, server_errors, failures, failing_since,
                  told_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for slot in dirty.iter().filter_map(|id| self.webhooks.get(id)) {
            let counters = slot.counters;
            statement.execute(params![
                slot.seq,
                counters.redirects,
                counters.client_errors,
                counters.server_errors,
                counters.failures,
                time(counters.failing_since),
                time(counters.told_at),
            ])?;
        }
        Ok(())
    }

    /// Where this excerpt of this webhook is stored already, if it is of today.
    pub(crate) fn excerpt(&self, webhook: i64, sha256: &[u8; 32], day: i64) -> Option<i64> {
        let seen = self.excerpts.get(&webhook)?;
        let found = seen.iter().find(|seen| seen.sha256 == *sha256)?;
        (found.seq >> 32 == day).then_some(found.seq)
    }

    /// The place for the next excerpt of a day.
    pub(crate) fn next_excerpt(&mut self, conn: &Connection, day: i64) -> rusqlite::Result<i64> {
        let floor = day << 32;
        let last = match self.last_excerpt {
            Some(last) if last >= floor && last < floor + (1 << 32) => last,
            _ => conn
                .prepare_cached("SELECT max(seq) FROM excerpts WHERE seq >= ?1 AND seq < ?2")?
                .query_row([floor, floor + (1 << 32)], |row| {
                    row.get::<_, Option<i64>>(0)
                })?
                .unwrap_or(floor),
        };
        self.last_excerpt = Some(last + 1);
        Ok(last + 1)
    }

    /// Remembers where an excerpt is stored.
    pub(crate) fn remember_excerpt(&mut self, webhook: i64, sha256: [u8; 32], seq: i64) {
        let seen = self.excerpts.entry(webhook).or_default();
        seen.retain(|seen| seen.sha256 != sha256);
        seen.truncate(EXCERPTS - 1);
        seen.push_front(StoredExcerpt { sha256, seq });
    }
}
