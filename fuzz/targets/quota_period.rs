//! Quota periods (APG-27d) of any start at any moment: there is none, or it holds the moment, and the
//! next one begins where it ends.
#![no_main]

use bellwire_core::{
    time::Time,
    usage::{Months, Period, reset_date},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (i64, i64, u64)| {
    let (start, at, months) = (
        Time::from_micros(input.0),
        Time::from_micros(input.1),
        input.2 % 26,
    );
    let Some(months) = Months::new(months) else {
        return;
    };
    assert!(!reset_date(at).is_empty());
    let Some(period) = Period::of(start, months, at) else {
        return;
    };
    assert!(start <= period.start && period.start <= at && at < period.end);
    if let Some(next) = Period::of(start, months, period.end) {
        assert_eq!((next.index, next.start), (period.index + 1, period.end));
    }
});
