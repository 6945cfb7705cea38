//! When there is something to tell: pure rules, asked by both stores within the transaction that
//! records an attempt.

use super::{Kind, Kinds};
use crate::{
    delivery::State,
    policy::{Class, Counters},
    ports::Record,
    time::Time,
};

/// Failures in a row after which a webhook is told as failing. Fewer are every endpoint's restart;
/// with the standard profile's delays, five are half an hour of nothing but failures for a lone
/// delivery, and seconds for a busy webhook.
pub const FAILING_AFTER: u32 = 5;

/// What an attempt makes of a webhook, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The counters, with the mark that says whether it was told as failing.
    pub counters: Counters,
    /// What is to be told.
    pub tells: Option<Kind>,
}

/// The turn that an attempt brings. `before` and `after` are the counters before it and as the
/// thresholds have folded them; `listened` what somebody listens to and may follow from it.
#[must_use]
pub fn turn(
    before: &Counters,
    after: Counters,
    class: Class,
    listened: Kinds,
    is_own: bool,
    now: Time,
) -> Turn {
    let keep = |told_at| Counters { told_at, ..after };
    if is_own {
        // Neither begins nor ends anything: the next ordinary attempt does.
        return Turn {
            counters: keep(before.told_at),
            tells: None,
        };
    }
    match (class == Class::Success, before.told_at) {
        (true, None) => Turn {
            counters: keep(None),
            tells: None,
        },
        (true, Some(_)) => Turn {
            counters: keep(None),
            tells: listened.has(Kind::Recovered).then_some(Kind::Recovered),
        },
        (false, None) if after.failures >= FAILING_AFTER && listened.has(Kind::Failing) => Turn {
            counters: keep(Some(now)),
            tells: Some(Kind::Failing),
        },
        (false, told_at) => Turn {
            counters: keep(told_at),
            tells: None,
        },
    }
}

/// Whether this record is the end of a delivery that is to be told.
#[must_use]
pub fn exhausted(record: &Record, before: State, after: State) -> bool {
    record.listened.has(Kind::Exhausted)
        && !record.is_own
        && record.tally.is_some()
        && before == State::Pending
        && after == State::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_763_700_000_000);

    fn failed(times: u32, told_at: Option<Time>) -> Counters {
        Counters {
            failures: times,
            server_errors: times,
            failing_since: (times > 0).then_some(NOW),
            told_at,
            ..Counters::default()
        }
    }

    fn failing(before: Counters, listened: Kinds, is_own: bool) -> Turn {
        let after = failed(before.failures + 1, before.told_at);
        turn(&before, after, Class::ServerError, listened, is_own, NOW)
    }

    #[test]
    fn the_fifth_failure_is_told_once_until_a_success() {
        let mut counters = Counters::default();
        let mut told = Vec::new();
        for number in 1..=20 {
            let turn = failing(counters, Kinds::ALL, false);
            counters = turn.counters;
            told.extend(turn.tells.map(|kind| (number, kind)));
        }
        assert_eq!(told, [(FAILING_AFTER, Kind::Failing)]);
        let success = |counters| {
            let after = Counters::default();
            turn(&counters, after, Class::Success, Kinds::ALL, false, NOW)
        };
        let recovered = success(counters);
        assert_eq!(recovered.tells, Some(Kind::Recovered));
        assert_eq!(recovered.counters, Counters::default());
        assert_eq!(success(recovered.counters).tells, None);
    }

    #[test]
    fn nobody_listens_and_nothing_is_marked() {
        let turn = failing(failed(10, None), Kinds::NONE, false);
        assert_eq!((turn.tells, turn.counters.told_at), (None, None));
        // Somebody begins to: the next failure tells.
        let turn = failing(turn.counters, Kinds::ALL, false);
        assert_eq!(turn.tells, Some(Kind::Failing));
    }

    #[test]
    fn own_events_begin_and_end_nothing() {
        let turn_of_own = failing(failed(10, None), Kinds::ALL, true);
        assert_eq!(
            (turn_of_own.tells, turn_of_own.counters.told_at),
            (None, None)
        );
        let told = failed(10, Some(NOW));
        let after = Counters::default();
        let success = turn(&told, after, Class::Success, Kinds::ALL, true, NOW);
        assert_eq!((success.tells, success.counters.told_at), (None, Some(NOW)));
        assert_eq!(success.counters.failures, 0);
    }
}
