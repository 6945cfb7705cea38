//! What statistics must agree with: every attempt, counted one by one.

use bellwire_core::{ids::WebhookId, outcome::Answer, statistics::Cell, time::Time};

/// An attempt as a full count sees it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) webhook: WebhookId,
    pub(super) event_type: String,
    pub(super) answer: Answer,
    pub(super) success: bool,
    pub(super) exhausted: bool,
    pub(super) at: Time,
    pub(super) total_us: u32,
}

/// A full count.
pub(super) fn count<'s>(seen: impl Iterator<Item = &'s Seen>) -> Cell {
    let mut cell = Cell::default();
    for one in seen {
        match one.success {
            true => cell.delivered += 1,
            false => cell.failed += 1,
        }
        cell.exhausted += u64::from(one.exhausted);
        cell.total_us += u64::from(one.total_us);
        cell.max_us = cell.max_us.max(one.total_us);
        cell.latency.add(one.total_us);
        cell.first_at = Some(cell.first_at.map_or(one.at, |at| at.min(one.at)));
    }
    cell
}
