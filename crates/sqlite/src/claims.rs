//! Who holds which delivery: in memory only, because one process owns the database. A crash
//! forgets every claim, which is what makes the rows due again after it.
//!
//! A claim reads candidates from a snapshot that may be older than a record that commits meanwhile;
//! such a candidate must not be given out again. So each claim begins by taking a ticket, and what
//! is recorded, released or cancelled while a ticket is out is remembered with a number: a
//! candidate whose number is not older than the ticket is refused. Deliveries stored with a claim
//! are held before their commit, so no snapshot can see them free.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use bellwire_core::ids::DeliveryId;
use parking_lot::Mutex;

#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    held: HashSet<DeliveryId>,
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
    pub(crate) fn hold(&self, ids: &[DeliveryId]) {
        self.0.lock().held.extend(ids);
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
        if !inner.tickets.is_empty() {
            for id in ids {
                inner.touch(*id);
            }
        }
    }

    pub(crate) fn is_held(&self, id: &DeliveryId) -> bool {
        self.0.lock().held.contains(id)
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
    pub(crate) fn take(&self, id: DeliveryId) -> bool {
        let mut inner = self.claims.0.lock();
        if inner.ended.get(&id).is_some_and(|end| *end > self.number) {
            return false;
        }
        inner.held.insert(id)
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
    use super::*;

    fn id(byte: u8) -> DeliveryId {
        DeliveryId::from_bytes([byte; 16])
    }

    #[test]
    fn what_ended_after_the_ticket_is_refused_and_before_it_is_not() {
        let claims = Claims::default();
        claims.hold(&[id(1), id(2)]);
        claims.end(&[id(2)]);
        let ticket = claims.ticket();
        assert!(!ticket.take(id(1)), "held");
        claims.end(&[id(1)]);
        assert!(!ticket.take(id(1)), "its row may be out of date");
        assert!(ticket.take(id(2)));
        assert!(claims.ticket().take(id(1)), "a later snapshot sees it as it is");
    }

    #[test]
    fn a_changed_row_is_refused_to_running_claims_only() {
        let claims = Claims::default();
        let (early, also_early) = (claims.ticket(), claims.ticket());
        claims.changed(&[id(3)]);
        let late = claims.ticket();
        assert!(!early.take(id(3)));
        drop(early);
        assert!(!also_early.take(id(3)), "remembered while one who may ask is left");
        assert!(late.take(id(3)));
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
}
