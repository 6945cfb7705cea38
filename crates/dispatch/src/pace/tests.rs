//! The bucket: never more than it allows, and not less either.

use proptest::prelude::*;

use super::*;

fn rate(per_second: u32, burst: u32) -> Rate {
    Rate {
        limit: RateLimit {
            per_second,
            burst: Some(burst),
        },
        lease: Some(1),
    }
}

fn at(us: i64) -> Time {
    Time::EPOCH + us
}

/// Starts and sends as many as may be.
fn send_all(pace: &mut Pace, now: Time) -> usize {
    let count = pace.free(now);
    for _ in 0..count {
        let promise = pace.promise(1);
        assert!(pace.pay(promise, now));
    }
    count
}

#[test]
fn a_bucket_begins_empty_and_fills_to_its_burst() {
    let mut pace = Pace::new(rate(10, 3), at(0), 1);
    assert_eq!(pace.free(at(0)), 0);
    assert_eq!(pace.next_at(at(0)), Some(at(100_000)));
    assert_eq!(pace.free(at(99_999)), 0);
    assert_eq!(send_all(&mut pace, at(100_000)), 1);
    assert_eq!(send_all(&mut pace, at(100_000_000)), 3, "and no more");
}

#[test]
fn the_next_token_is_told_to_the_microsecond_and_never_too_early() {
    let mut pace = Pace::new(rate(3, 1), at(0), 1);
    let next = pace.next_at(at(0)).expect("there is room for one");
    assert_eq!(next, at(333_334));
    assert_eq!(pace.free(next - 1), 0);
    assert_eq!(pace.free(next), 1);
}

#[test]
fn what_waits_for_a_permit_spends_its_token_when_it_goes_out() {
    let mut pace = Pace::new(rate(10, 2), at(0), 1);
    assert_eq!(pace.free(at(10 * SECOND)), 2);
    let promise = pace.promise(2);
    assert_eq!(pace.free(at(20 * SECOND)), 0, "both are promised");
    assert_eq!(pace.next_at(at(20 * SECOND)), None, "and no more fit");
    assert!(pace.pay(promise, at(20 * SECOND)) && pace.pay(promise, at(20 * SECOND)));
    assert_eq!(
        pace.free(at(20 * SECOND)),
        0,
        "the wait has saved nothing up"
    );
    assert_eq!(
        pace.next_at(at(20 * SECOND)),
        Some(at(20 * SECOND + 100_000))
    );
}

#[test]
fn without_a_promise_nobody_takes_what_others_were_promised() {
    let mut pace = Pace::new(rate(10, 1), at(0), 2);
    assert_eq!(pace.free(at(SECOND)), 1);
    let promise = pace.promise(1);
    assert!(!pace.pay(None, at(SECOND)));
    assert!(!pace.pay(Some(1), at(SECOND)), "of another bucket");
    assert!(pace.pay(promise, at(SECOND)));
    pace.give_back(promise);
    assert_eq!(pace.free(at(2 * SECOND)), 1);
}

#[test]
fn a_smaller_limit_holds_at_once() {
    let mut pace = Pace::new(rate(100, 100), at(0), 1);
    assert_eq!(pace.free(at(10 * SECOND)), 100);
    let promise = pace.promise(3);
    pace.adjust(rate(1, 2), at(10 * SECOND));
    let paid: Vec<bool> = (0..3).map(|_| pace.pay(promise, at(10 * SECOND))).collect();
    assert_eq!(paid, [true, true, false]);
}

proptest! {
    /// In no window are there more than the burst and what the rate brings in it, whoever asks when;
    /// and whoever always asks at the time that he was told gets the whole rate.
    #[test]
    fn never_more_than_burst_and_rate_and_never_less_than_the_rate(
        per_second in 1_u32..=10_000,
        burst in 1_u32..=50,
        waits in proptest::collection::vec((0_i64..400_000, any::<bool>()), 1..150),
    ) {
        let mut pace = Pace::new(rate(per_second, burst), at(0), 1);
        let mut now = at(0);
        let mut sent: Vec<Time> = Vec::new();
        for (wait, told) in waits {
            now = match pace.next_at(now) {
                Some(next) if told => next,
                _ => now + wait,
            };
            let count = send_all(&mut pace, now);
            prop_assert!(!told || count > 0);
            sent.extend(std::iter::repeat_n(now, count));
        }
        for (first, begin) in sent.iter().enumerate().step_by(7) {
            for (last, end) in sent.iter().enumerate().skip(first) {
                let count = (last - first + 1) as i64;
                let most = i64::from(burst) * SECOND + end.since(*begin) * i64::from(per_second);
                prop_assert!(count * SECOND <= most, "{count} in {}", end.since(*begin));
            }
        }
        // From empty, busy for ten seconds. A token may come up to a microsecond late, because
        // the next one is told in whole microseconds and never too early.
        let per_second = per_second.min(500);
        let expected = 10 * per_second as usize;
        let end = at(10 * SECOND + i64::from(10 * per_second));
        let mut pace = Pace::new(rate(per_second, burst), at(0), 1);
        let (mut now, mut count) = (at(0), 0);
        while let Some(next) = pace.next_at(now).filter(|next| *next <= end) {
            now = next;
            count += send_all(&mut pace, now);
        }
        prop_assert!(count >= expected, "{count} of {expected}");
    }
}
