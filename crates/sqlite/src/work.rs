//! What a call has at hand while it runs on the writer thread: the connection inside its
//! transaction, the caches, and a list of what must happen outside the database after the commit.

use std::sync::atomic::{AtomicUsize, Ordering};

use bellwire_core::{
    ids::{DeliveryId, OrganizationId, WebhookId},
    ports::Error,
    stored::standing::Marks,
};
use rusqlite::Connection;

use crate::{
    claims::Claims,
    fault::Fault,
    rows::DeliveryRow,
    state::{OrganizationSlot, State, WebhookSlot},
};

/// What follows from a transaction outside the database.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Deliveries that were stored with a claim; held already.
    pub(crate) held: Vec<DeliveryId>,
    /// Deliveries whose claim ends with the commit.
    pub(crate) ended: Vec<DeliveryId>,
    /// Deliveries that are no longer pending, whose claims (if any) go on.
    pub(crate) changed: Vec<DeliveryId>,
    /// How many pending deliveries there are more (or fewer).
    pub(crate) pending: i64,
    /// Rows that cannot be read and were set aside.
    pub(crate) unreadable: u64,
}

/// A call's view of the writer.
pub(crate) struct Work<'w> {
    pub(crate) conn: &'w Connection,
    pub(crate) state: &'w mut State,
    pub(crate) effects: &'w mut Effects,
    pub(crate) claims: &'w Claims,
    /// How many calls wait that are not in bulk.
    pub(crate) waiting: &'w AtomicUsize,
    /// Such calls have run in this transaction, and wait for its commit.
    pub(crate) shared: bool,
}

impl Work<'_> {
    /// Whether somebody waits for the writer: work in bulk then does not go on for long.
    pub(crate) fn is_awaited(&self) -> bool {
        self.shared || self.waiting.load(Ordering::Relaxed) > 0
    }

    /// A living organization.
    pub(crate) fn organization(&mut self, id: OrganizationId) -> Result<OrganizationSlot, Fault> {
        let found = self.state.organization(self.conn, id)?;
        Ok(found.ok_or(Error::NotFound("organization"))?)
    }

    /// A webhook, tombstones included.
    pub(crate) fn webhook(&mut self, id: WebhookId) -> Result<Option<&mut WebhookSlot>, Fault> {
        Ok(self.state.webhook(self.conn, id)?)
    }

    /// Holds deliveries for the caller, before anybody can see their rows.
    pub(crate) fn hold(&mut self, rows: Vec<DeliveryRow>) {
        self.effects.held.extend(rows.iter().map(|row| row.id));
        self.claims.hold(rows);
    }

    /// A pending delivery ends (or goes away) beside its holder, if it has one.
    pub(crate) fn changed(&mut self, id: DeliveryId) {
        self.claims.unknow(&id);
        self.effects.changed.push(id);
    }
}

impl WebhookSlot {
    pub(crate) fn marks(&self) -> Marks {
        Marks {
            cancelled_up_to: self.cancelled_up_to,
            disabled_up_to: self.disabled_up_to,
            cleared_up_to: self.cleared_up_to,
            deleted_at: self.deleted_at,
            paused: self.paused,
        }
    }
}
