//! What a delivery's row says, and what its webhook's marks make of that.

use crate::{
    delivery::{CancelReason, Delivery, Kind, State},
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    policy::Next,
    time::Time,
};

/// What a webhook does to its pending deliveries, whatever their rows say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// What was made up to then is cancelled: the last disable, deletion or clearing.
    pub cancelled_up_to: Option<Time>,
    /// What was made up to then is cancelled by a disable.
    pub disabled_up_to: Option<Time>,
    /// What was made up to then was cancelled by hand, all of it at once.
    pub cleared_up_to: Option<Time>,
    /// When the webhook was deleted.
    pub deleted_at: Option<Time>,
    /// The webhook is paused: what is pending is held, but for tests.
    pub paused: bool,
}

impl Marks {
    /// Why and when a pending delivery was cancelled by its webhook, if it was: the earliest mark
    /// that covers it says. Tests go to disabled webhooks too, and no clearing means them; a deleted
    /// webhook gets nothing.
    #[must_use]
    pub fn cancel(&self, kind: Kind, created_at: Time) -> Option<(CancelReason, Time)> {
        let covers =
            |mark: Option<Time>| mark.filter(|mark| kind != Kind::Test && created_at <= *mark);
        [
            covers(self.disabled_up_to).map(|at| (CancelReason::WebhookDisabled, at)),
            covers(self.cleared_up_to).map(|at| (CancelReason::Manual, at)),
            self.deleted_at.map(|at| (CancelReason::WebhookDeleted, at)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(_, at)| *at)
        .or_else(|| covers(self.cancelled_up_to).map(|at| (CancelReason::WebhookDisabled, at)))
    }

    /// Whether a pending delivery of this kind waits for its webhook to be resumed.
    #[must_use]
    pub fn holds(&self, kind: Kind) -> bool {
        self.paused && kind != Kind::Test
    }
}

/// A delivery as its row has it: what a disable or a deletion made of it meanwhile is not in it.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// Why it was made.
    pub kind: Kind,
    /// Why it was cancelled.
    pub reason: Option<CancelReason>,
    /// Attempts made so far.
    pub attempts: u32,
    /// When it was made.
    pub created_at: Time,
    /// When the next attempt is due.
    pub due_at: Option<Time>,
    /// When it changed last; `None` until it does.
    pub updated_at: Option<Time>,
}

/// Whose delivery it is.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// Its id.
    pub id: DeliveryId,
    /// What it sends.
    pub event_id: EventId,
    /// Where to.
    pub webhook_id: WebhookId,
    /// The tenant.
    pub organization_id: OrganizationId,
}

/// What an attempt makes of its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Its state from now on.
    pub state: State,
    /// Why it is cancelled.
    pub reason: Option<CancelReason>,
    /// When it is due again.
    pub due_at: Option<Time>,
}

impl Standing {
    /// Whether it is cancelled, by its row or by its webhook's marks, or has ended otherwise.
    #[must_use]
    pub fn is_over(&self, marks: &Marks) -> bool {
        self.state != State::Pending || marks.cancel(self.kind, self.created_at).is_some()
    }

    /// The delivery as everybody is to see it.
    #[must_use]
    pub fn seen(&self, named: Named, marks: &Marks) -> Delivery {
        let cancelled = (self.state == State::Pending)
            .then(|| marks.cancel(self.kind, self.created_at))
            .flatten();
        let updated_at = self.updated_at.unwrap_or(self.created_at);
        Delivery {
            id: named.id,
            event_id: named.event_id,
            webhook_id: named.webhook_id,
            organization_id: named.organization_id,
            state: match self.state {
                State::Pending if cancelled.is_some() => State::Cancelled,
                State::Pending if marks.holds(self.kind) => State::Held,
                state => state,
            },
            kind: self.kind,
            cancel_reason: cancelled.map(|(reason, _)| reason).or(self.reason),
            attempts: self.attempts,
            due_at: self.due_at.unwrap_or(updated_at),
            created_at: self.created_at,
            updated_at: cancelled.map_or(updated_at, |(_, at)| at.max(updated_at)),
        }
    }

    /// What an attempt that ends with `next` makes of it. `before` and `after` are the webhook's
    /// marks before this attempt was counted and after it.
    #[must_use]
    pub fn settle(&self, next: Next, before: &Marks, after: &Marks) -> Settled {
        let marked = |marks: &Marks| {
            marks
                .cancel(self.kind, self.created_at)
                .map(|(reason, _)| reason)
        };
        let settled = |state, reason, due_at| Settled {
            state,
            reason,
            due_at,
        };
        let over = self.is_over(before);
        match next {
            // It did arrive, whatever was decided meanwhile.
            Next::Deliver => settled(State::Delivered, None, None),
            _ if over && self.state == State::Pending => {
                settled(State::Cancelled, marked(before), None)
            }
            _ if over => settled(self.state, self.reason, None),
            Next::Fail => settled(State::Failed, None, None),
            Next::RetryAt(at) => match marked(after) {
                Some(reason) => settled(State::Cancelled, Some(reason), None),
                None => settled(State::Pending, None, Some(at.max(self.created_at))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> Time = Time::from_micros;

    fn made(at: i64) -> Standing {
        Standing {
            state: State::Pending,
            kind: Kind::Matched,
            reason: None,
            attempts: 0,
            created_at: AT(at),
            due_at: Some(AT(at)),
            updated_at: None,
        }
    }

    fn disabled(at: i64) -> Marks {
        Marks {
            cancelled_up_to: Some(AT(at)),
            disabled_up_to: Some(AT(at)),
            ..Marks::default()
        }
    }

    fn seen(standing: Standing, marks: &Marks) -> Delivery {
        let named = Named {
            id: DeliveryId::from_bytes([1; 16]),
            event_id: EventId::from_bytes([2; 16]),
            webhook_id: WebhookId::from_bytes([3; 16]),
            organization_id: OrganizationId::from_bytes([4; 16]),
        };
        standing.seen(named, marks)
    }

    #[test]
    fn what_is_pending_while_its_webhook_is_paused_is_held_but_no_test() {
        let paused = Marks {
            paused: true,
            ..Marks::default()
        };
        assert_eq!(seen(made(5), &paused).state, State::Held);
        let test = Standing {
            kind: Kind::Test,
            ..made(5)
        };
        assert_eq!(seen(test, &paused).state, State::Pending);
        let over = Standing {
            state: State::Failed,
            ..made(5)
        };
        assert_eq!(seen(over, &paused).state, State::Failed);
        let cleared = Marks {
            cleared_up_to: Some(AT(5)),
            ..paused
        };
        assert_eq!(seen(made(5), &cleared).state, State::Cancelled);
        assert_eq!(seen(made(6), &cleared).state, State::Held);
    }

    #[test]
    fn the_earliest_mark_that_covers_a_delivery_says_why_it_was_cancelled() {
        let marks = Marks {
            cancelled_up_to: Some(AT(30)),
            disabled_up_to: Some(AT(20)),
            cleared_up_to: Some(AT(30)),
            ..Marks::default()
        };
        let why = |marks: &Marks, at| marks.cancel(Kind::Matched, AT(at));
        assert_eq!(
            why(&marks, 20),
            Some((CancelReason::WebhookDisabled, AT(20)))
        );
        assert_eq!(why(&marks, 21), Some((CancelReason::Manual, AT(30))));
        assert_eq!(why(&marks, 31), None);
        assert_eq!(marks.cancel(Kind::Test, AT(5)), None);
        let deleted = Marks {
            deleted_at: Some(AT(40)),
            ..marks
        };
        assert_eq!(why(&deleted, 25), Some((CancelReason::Manual, AT(30))));
        assert_eq!(
            why(&deleted, 35),
            Some((CancelReason::WebhookDeleted, AT(40)))
        );
    }

    #[test]
    fn a_disable_covers_what_was_made_before_it_but_no_test() {
        let marks = disabled(10);
        assert!(made(10).is_over(&marks));
        assert!(!made(11).is_over(&marks));
        let test = Standing {
            kind: Kind::Test,
            ..made(5)
        };
        assert!(!test.is_over(&marks));
        let deleted = Marks {
            deleted_at: Some(AT(20)),
            ..marks
        };
        assert_eq!(
            deleted.cancel(Kind::Test, AT(5)),
            Some((CancelReason::WebhookDeleted, AT(20)))
        );
    }

    #[test]
    fn what_arrived_is_delivered_whatever_was_decided() {
        let settled = made(5).settle(Next::Deliver, &disabled(10), &disabled(10));
        assert_eq!(settled.state, State::Delivered);
    }

    #[test]
    fn a_retry_of_a_webhook_that_this_attempt_disables_is_cancelled() {
        let none = Marks::default();
        let settled = made(5).settle(Next::RetryAt(AT(50)), &none, &disabled(40));
        let expected = Settled {
            state: State::Cancelled,
            reason: Some(CancelReason::WebhookDisabled),
            due_at: None,
        };
        assert_eq!(settled, expected);
        let settled = made(5).settle(Next::RetryAt(AT(2)), &none, &none);
        assert_eq!(
            (settled.state, settled.due_at),
            (State::Pending, Some(AT(5)))
        );
    }

    #[test]
    fn what_has_ended_stays_as_it_is() {
        let ended = Standing {
            state: State::Cancelled,
            reason: Some(CancelReason::Manual),
            ..made(5)
        };
        let none = Marks::default();
        let settled = ended.settle(Next::Fail, &none, &none);
        assert_eq!(settled.reason, Some(CancelReason::Manual));
        assert_eq!(settled.state, State::Cancelled);
    }
}
