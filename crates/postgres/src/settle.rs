//! What a batch of records comes to, decided in memory from what was read: no I/O here.
//!
//! Records are folded in order, each on what those before it have made of its delivery and its
//! webhook, exactly as if they had been committed one after the other.

use std::collections::{BTreeMap, BTreeSet};

use bellwire_core::{
    delivery::State,
    ids::{DeliveryId, OrganizationId, WebhookId},
    own_event::{self, Kind, Notice},
    policy::{Counters, DisableReason, Next},
    ports::{Record, Recorded},
    statistics,
    stored::{audit::Ids, standing::Marks},
    time::Time,
};

use crate::rows::DeliveryRow;

/// A webhook, as far as records need it.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) organization: OrganizationId,
    pub(crate) marks: Marks,
    pub(crate) disabled: bool,
    pub(crate) counters: Counters,
    /// The newest delivery it has, if it may be disabled.
    pub(crate) newest: Time,
    /// It reaches a threshold in this batch.
    pub(crate) disables: Option<Disables>,
}

/// A webhook that disables itself.
#[derive(Debug, Clone)]
pub(crate) struct Disables {
    pub(crate) organization: OrganizationId,
    pub(crate) reason: DisableReason,
    pub(crate) at: Time,
    pub(crate) mark: Time,
}

/// A webhook's counters, to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) webhook: WebhookId,
    pub(crate) counters: Counters,
}

/// An attempt to be kept.
pub(crate) struct Kept<'r> {
    pub(crate) record: &'r Record,
    pub(crate) retry_at: Option<Time>,
}

/// A batch of records.
pub(crate) struct Batch<'r> {
    /// As they were read, and as they are now.
    deliveries: BTreeMap<DeliveryId, (DeliveryRow, DeliveryRow)>,
    hooks: BTreeMap<WebhookId, Hook>,
    before: BTreeMap<WebhookId, Counters>,
    pub(crate) attempts: Vec<Kept<'r>>,
    /// What is counted of the attempts that are kept.
    pub(crate) statistics: statistics::Batch,
    /// Deliveries that are no longer pending.
    pub(crate) ended: usize,
    /// What is to be told.
    pub(crate) notices: Vec<Notice>,
    ids: &'r Ids,
}

impl<'r> Batch<'r> {
    pub(crate) fn new(
        rows: Vec<DeliveryRow>,
        hooks: BTreeMap<WebhookId, Hook>,
        ids: &'r Ids,
    ) -> Self {
        Self {
            deliveries: rows
                .into_iter()
                .map(|row| (row.id, (row.clone(), row)))
                .collect(),
            before: hooks
                .iter()
                .map(|(id, hook)| (*id, hook.counters))
                .collect(),
            hooks,
            attempts: Vec::new(),
            statistics: statistics::Batch::default(),
            ended: 0,
            notices: Vec::new(),
            ids,
        }
    }

    /// Folds the records of one call.
    pub(crate) fn fold(&mut self, records: &'r [Record]) -> Recorded {
        let mut recorded = Recorded::default();
        for record in records {
            self.one(record, &mut recorded);
        }
        recorded
    }

    fn one(&mut self, record: &'r Record, recorded: &mut Recorded) {
        let attempt = &record.attempt;
        // A row that is gone went with its organization. An attempt that is known already was
        // written by a commit whose answer got lost, or by a node that was taken for dead.
        let Some((_, row)) = self.deliveries.get_mut(&attempt.delivery_id) else {
            return;
        };
        if attempt.number <= row.attempts {
            return;
        }
        let Some(hook) = self.hooks.get_mut(&attempt.webhook_id) else {
            return;
        };
        let before = hook.marks;
        let mut folded = (hook.counters, hook.counters);
        let mut tells = Vec::new();
        if let Some(tally) = &record.tally
            && hook.marks.deleted_at.is_none()
        {
            let former = hook.counters;
            let (counters, reason) =
                tally
                    .rule
                    .fold(former, tally.class, attempt.answer, record.now);
            let turn = own_event::turn(
                &former,
                counters,
                tally.class,
                record.listened,
                record.is_own,
                record.now,
            );
            hook.counters = turn.counters;
            folded = (former, turn.counters);
            // A paused webhook stays paused: what was under way when it was paused decides nothing.
            if let Some(reason) = reason.filter(|_| !hook.disabled && !hook.marks.paused) {
                hook.disable(reason.clone(), record.now);
                if record.listened.has(Kind::Disabled) {
                    tells.push((Kind::Disabled, Some(reason.clone())));
                }
                recorded.disabled.push((attempt.webhook_id, reason));
            }
            tells.extend(turn.tells.map(|kind| (kind, None)));
        }
        let settled = row.standing().settle(record.next, &before, &hook.marks);
        let retry_at = match (settled.state, record.next) {
            (State::Pending, Next::RetryAt(at)) => Some(at),
            _ => None,
        };
        if row.state == State::Pending && settled.state != State::Pending {
            self.ended += 1;
        }
        if own_event::exhausted(record, row.state, settled.state) {
            tells.push((Kind::Exhausted, None));
        }
        recorded.notices += tells.len();
        for (kind, reason) in tells {
            let id = self.ids.next(record.now);
            let counters = (&folded.0, &folded.1);
            let notice = Notice::of_record(id, kind, record, counters, reason.as_ref());
            self.notices.push(notice);
        }
        let exhausted = row.state == State::Pending && settled.state == State::Failed;
        self.statistics.add(record, exhausted);
        row.state = settled.state;
        row.reason = settled.reason;
        row.due_at = settled.due_at;
        row.attempts = attempt.number;
        row.updated_at = Some(record.now.max(row.created_at));
        self.attempts.push(Kept { record, retry_at });
    }

    /// Deliveries that are different now: before and after, in the order of ids.
    pub(crate) fn moved(&self) -> impl Iterator<Item = &(DeliveryRow, DeliveryRow)> {
        self.deliveries
            .values()
            .filter(|(before, after)| before.attempts != after.attempts)
    }

    /// Counters that are different now, in the order of webhooks.
    pub(crate) fn counted(&self) -> Vec<Counted> {
        self.hooks
            .iter()
            .filter(|(id, hook)| self.before.get(id) != Some(&hook.counters))
            .map(|(id, hook)| Counted {
                webhook: *id,
                counters: hook.counters,
            })
            .collect()
    }

    /// Webhooks that disable themselves.
    pub(crate) fn disables(&self) -> impl Iterator<Item = (WebhookId, &Disables)> {
        self.hooks
            .iter()
            .filter_map(|(id, hook)| Some((*id, hook.disables.as_ref()?)))
    }

    /// Their organizations.
    pub(crate) fn disabling(&self) -> BTreeSet<OrganizationId> {
        self.disables()
            .map(|(_, disables)| disables.organization)
            .collect()
    }
}

impl Hook {
    fn disable(&mut self, reason: DisableReason, at: Time) {
        let mark = self.mark(at);
        self.disabled = true;
        self.marks.cancelled_up_to = Some(mark);
        self.marks.disabled_up_to = Some(mark);
        self.disables = Some(Disables {
            organization: self.organization,
            reason,
            at,
            mark,
        });
    }

    fn mark(&self, now: Time) -> Time {
        mark(now, self.marks.cancelled_up_to, self.newest)
    }
}

/// Up to when a disable now cancels: everything there is. Deliveries made while the clock was behind
/// an earlier mark were made right after that one.
pub(crate) fn mark(now: Time, former: Option<Time>, newest: Time) -> Time {
    now.max(newest)
        .max(former.map_or(Time::default(), |former| former + 1))
}
