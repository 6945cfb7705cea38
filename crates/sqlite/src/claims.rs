//! Who holds which delivery: in memory only, because one process owns the database. A crash
//! forgets every claim, which is what makes the rows due again after it.
//!
//! A claim reads candidates from a snapshot that may be older than a record that commits meanwhile;
//! such a candidate must not be given out again. So each claim begins by taking a ticket, and what
//! is recorded, released or cancelled while a ticket is out is remembered with a number: a
//! candidate whose number is not older than the ticket is refused. Deliveries stored with a claim
//! are held before their commit, so no snapshot can see them free.
//!
//! With each hold goes the row as its holder knows it, so that the record that ends it need not
//! read it again. Whatever changes a row beside its holder takes that away: in the transaction, for
//! records behind it in the same one, and after the commit, for a claim that read before it.

use std::collections::{BTreeMap, HashMap, VecDeque, hash_map::Entry};

use bellwire_core::ids::DeliveryId;
use parking_lot::Mutex;

use crate::rows::DeliveryRow;

#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    held: HashMap<DeliveryId, Option<Box<DeliveryRow>>>,
    /// Raised by every end and every ticket.
    now: u64,
    /// Tickets that are out, by number.
    tickets: BTreeMap<u64, u32>,
    /// When each delivery last ended, as far as a ticket that is out may ask.
    ended: HashMap<DeliveryId, u64>,
    /// The same in order, to forget from the front.
    order: VecDeque<(u64, DeliveryId)>,
}

/// Taken before the snapshot of a claim is. Dropping it lets memory go.
#[derive(Debug)]
pub(crate) struct Ticket<'c> {
    claims: &'c Claims,
    number: u64,
}

impl Claims {
    pub(crate) fn ticket(&self) -> Ticket<'_> {
        let mut inner = self.0.lock();
        inner.now += 1;
        let number = inner.now;
        *inner.tickets.entry(number).or_default() += 1;
        Ticket {
            claims: self,
            number,
        }
    }

    /// Holds deliveries that no snapshot can see yet.
    pub(crate) fn hold(&self, rows: Vec<DeliveryRow>) {
        let rows = rows.into_iter().map(|row| (row.id, Some(Box::new(row))));
        self.0.lock().held.extend(rows);
    }

    /// The row of a held delivery, once, if nothing has changed it since it was held.
    pub(crate) fn known(&self, id: &DeliveryId) -> Option<Box<DeliveryRow>> {
        self.0.lock().held.get_mut(id).and_then(Option::take)
    }

    /// The row is not as its holder knows it any more.
    pub(crate) fn unknow(&self, id: &DeliveryId) {
        self.known(id);
    }

    /// Gives up holds of deliveries that were never stored.
    pub(crate) fn forget(&self, ids: &[DeliveryId]) {
        let mut inner = self.0.lock();
        for id in ids {
            inner.held.remove(id);
        }
    }

    /// Ends claims, and tells running ones that what they read of these may be out of date.
    pub(crate) fn end(&self, ids: &[DeliveryId]) {
        let mut inner = self.0.lock();
        let watched = !inner.tickets.is_empty();
        for id in ids {
            inner.held.remove(id);
            if watched {
                inner.touch(*id);
            }
        }
    }

    /// Tells running claims that these rows have changed, and leaves the holds alone.
    pub(crate) fn changed(&self, ids: &[DeliveryId]) {
        let mut inner = self.0.lock();
        let watched = !inner.tickets.is_empty();
        for id in ids {
            if let Some(row) = inner.held.get_mut(id) {
                *row = None;
            }
            if watched {
                inner.touch(*id);
            }
        }
    }

    pub(crate) fn is_held(&self, id: &DeliveryId) -> bool {
        self.0.lock().held.contains_key(id)
    }
}

impl Inner {
    fn touch(&mut self, id: DeliveryId) {
        self.now += 1;
        let now = self.now;
        self.ended.insert(id, now);
        self.order.push_back((now, id));
    }
}

impl Ticket<'_> {
    /// Holds this candidate, if it is still as the ticket's snapshot shows it.
    pub(crate) fn take(&self, row: DeliveryRow) -> bool {
        let mut inner = self.claims.0.lock();
        if inner
            .ended
            .get(&row.id)
            .is_some_and(|end| *end > self.number)
        {
            return false;
        }
        match inner.held.entry(row.id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(Some(Box::new(row)));
                true
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut inner = self.claims.0.lock();
        if let Some(count) = inner.tickets.get_mut(&self.number) {
            *count -= 1;
            if *count == 0 {
                inner.tickets.remove(&self.number);
            }
        }
        let oldest = inner.tickets.keys().next().copied().unwrap_or(u64::MAX);
        while let Some(&(number, id)) = inner.order.front()
            && number < oldest
        {
            inner.order.pop_front();
            if inner.ended.get(&id) == Some(&number) {
                inner.ended.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bellwire_core::{delivery::Kind, time::Time};

    use super::*;

    fn id(byte: u8) -> DeliveryId {
        DeliveryId::from_bytes([byte; 16])
    }

    fn row(byte: u8) -> DeliveryRow {
        DeliveryRow::new(id(byte), 1, Kind::Matched, Time::EPOCH)
    }

    #[test]
    fn what_ended_after_the_ticket_is_refused_and_before_it_is_not() {
        let claims = Claims::default();
        claims.hold(vec![row(1), row(2)]);
        claims.end(&[id(2)]);
        let ticket = claims.ticket();
        assert!(!ticket.take(row(1)), "held");
        claims.end(&[id(1)]);
        assert!(!ticket.take(row(1)), "its row may be out of date");
        assert!(ticket.take(row(2)));
        assert!(
            claims.ticket().take(row(1)),
            "a later snapshot sees it as it is"
        );
    }

    #[test]
    fn a_changed_row_is_refused_to_running_claims_only() {
        let claims = Claims::default();
        let (early, also_early) = (claims.ticket(), claims.ticket());
        claims.changed(&[id(3)]);
        let late = claims.ticket();
        assert!(!early.take(row(3)));
        drop(early);
        assert!(
            !also_early.take(row(3)),
            "remembered while one who may ask is left"
        );
        assert!(late.take(row(3)));
    }

    #[test]
    fn nothing_is_remembered_when_nobody_can_ask() {
        let claims = Claims::default();
        let ticket = claims.ticket();
        for byte in 0..100 {
            claims.end(&[id(byte)]);
        }
        drop(ticket);
        let inner = claims.0.lock();
        assert!(inner.ended.is_empty() && inner.order.is_empty() && inner.tickets.is_empty());
    }

    #[test]
    fn a_row_is_known_until_something_else_changes_it() {
        let claims = Claims::default();
        claims.hold(vec![row(1), row(2), row(3)]);
        assert!(claims.known(&id(1)).is_some());
        assert!(claims.known(&id(1)).is_none(), "once");
        claims.unknow(&id(2));
        claims.changed(&[id(3)]);
        for byte in 2..4 {
            assert!(claims.known(&id(byte)).is_none());
            assert!(claims.is_held(&id(byte)));
        }
    }
}
