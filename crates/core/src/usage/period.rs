//! Quota periods: so many calendar months from a start, in UTC (APG-27d).
//!
//! Every period is counted from the start itself and not from the one before, so that a plan that
//! starts on the 31st ends on the last day of short months and returns to the 31st in long ones.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};

use crate::time::Time;

/// The longest period, in months (APG-27d).
pub const MAX_MONTHS: u8 = 24;

/// The length of a period: 1 to 24 calendar months.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct Months(u8);

impl From<Months> for u64 {
    fn from(months: Months) -> Self {
        Self::from(months.0)
    }
}

impl TryFrom<u64> for Months {
    type Error = String;

    fn try_from(months: u64) -> Result<Self, String> {
        Self::new(months)
            .ok_or_else(|| format!("{months} is not a number of months from 1 to {MAX_MONTHS}"))
    }
}

impl Months {
    /// One month.
    pub const ONE: Self = Self(1);

    /// So many months; `None` outside of 1 to 24.
    #[must_use]
    pub fn new(months: u64) -> Option<Self> {
        let months = u8::try_from(months).ok()?;
        (1..=MAX_MONTHS).contains(&months).then_some(Self(months))
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// One period of a plan: from its start up to, but without, its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// Counts from 0.
    pub index: u32,
    /// Its first moment.
    pub start: Time,
    /// The first moment of the next one.
    pub end: Time,
}

impl Period {
    /// The period of a plan that a moment belongs to; `None` before the plan starts, and at times
    /// that no calendar has.
    #[must_use]
    pub fn of(start: Time, months: Months, at: Time) -> Option<Self> {
        if at < start {
            return None;
        }
        let first = civil(start)?;
        let now = civil(at)?;
        let elapsed = (i64::from(now.year()) - i64::from(first.year())) * 12
            + i64::from(now.month())
            - i64::from(first.month());
        // The month may have begun, and the day of the period's start not yet come.
        let mut index = u32::try_from(elapsed / i64::from(months.0)).ok()?;
        if begin(first, months, index)? > at {
            index = index.checked_sub(1)?;
        }
        let period = Self {
            index,
            start: begin(first, months, index)?,
            end: begin(first, months, index + 1)?,
        };
        debug_assert!(period.start <= at && at < period.end, "{period:?} {at:?}");
        Some(period)
    }
}

/// When the period with this index begins.
fn begin(first: DateTime, months: Months, index: u32) -> Option<Time> {
    let months = i32::try_from(u64::from(index) * u64::from(months.0)).ok()?;
    let span = Span::new().try_months(months).ok()?;
    let timestamp = TimeZone::UTC
        .to_timestamp(first.checked_add(span).ok()?)
        .ok()?;
    Some(Time::from_micros(timestamp.as_microsecond()))
}

fn civil(time: Time) -> Option<DateTime> {
    let timestamp = Timestamp::from_microsecond(time.as_micros()).ok()?;
    Some(TimeZone::UTC.to_datetime(timestamp))
}

/// A moment as APG-15 writes the date at which a quota is reset: `YYYY-MM-DD HH:mm:ss`, UTC.
#[must_use]
pub fn reset_date(time: Time) -> String {
    civil(time).map_or_else(
        || time.to_string(),
        |at| {
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                at.year(),
                at.month(),
                at.day(),
                at.hour(),
                at.minute(),
                at.second()
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::DAY;

    fn at(text: &str) -> Time {
        text.parse().expect("a time")
    }

    fn starts(start: &str, months: u64, count: u32) -> Vec<String> {
        let first = civil(at(start)).expect("a date");
        let months = Months::new(months).expect("months");
        (0..count)
            .map(|index| begin(first, months, index).expect("a time").to_string())
            .collect()
    }

    /// APG-27d: months of the calendar; the 31st; leap days.
    #[test]
    fn apg_27d_periods_are_months_of_the_calendar() {
        assert_eq!(
            starts("2027-01-31T00:00:00Z", 1, 5),
            [
                "2027-01-31T00:00:00Z",
                "2027-02-28T00:00:00Z",
                "2027-03-31T00:00:00Z",
                "2027-04-30T00:00:00Z",
                "2027-05-31T00:00:00Z",
            ]
        );
        assert_eq!(
            starts("2028-02-29T12:30:00Z", 12, 5),
            [
                "2028-02-29T12:30:00Z",
                "2029-02-28T12:30:00Z",
                "2030-02-28T12:30:00Z",
                "2031-02-28T12:30:00Z",
                "2032-02-29T12:30:00Z",
            ]
        );
    }

    #[test]
    fn a_period_begins_with_its_first_moment_and_ends_before_the_next() {
        let start = at("2026-11-30T10:00:00Z");
        let months = Months::new(3).expect("months");
        let period = |text| Period::of(start, months, at(text)).map(|period| period.index);
        assert_eq!(period("2026-11-30T09:59:59.999999Z"), None);
        assert_eq!(period("2026-11-30T10:00:00Z"), Some(0));
        assert_eq!(period("2027-02-28T09:59:59.999999Z"), Some(0));
        assert_eq!(period("2027-02-28T10:00:00Z"), Some(1));
    }

    #[test]
    fn months_are_one_to_twenty_four() {
        assert!(Months::new(0).is_none() && Months::new(25).is_none());
        assert_eq!(Months::new(24).map(Months::get), Some(24));
    }

    /// APG-15: the date at which the quota is reset.
    #[test]
    fn apg_15_a_reset_date_has_no_letters() {
        assert_eq!(
            reset_date(at("2026-12-01T00:00:00Z")),
            "2026-12-01 00:00:00"
        );
    }

    proptest! {
        #[test]
        fn every_moment_belongs_to_one_period(
            start in 0_i64..4_000_000_000, later in 0_i64..800_000_000, months in 1_u64..=24,
        ) {
            let start = Time::from_millis(start * 1000);
            let months = Months::new(months).expect("months");
            let moment = start + later * 1_000_000;
            let period = Period::of(start, months, moment).expect("a period");
            prop_assert!(period.start <= moment && moment < period.end);
            let days = period.end.since(period.start) / DAY;
            let months = i64::from(months.get());
            prop_assert!((28 * months..=31 * months + 1).contains(&days), "{days} days");
            let next = Period::of(start, Months::new(months.unsigned_abs()).expect("months"), period.end);
            prop_assert_eq!(next.map(|next| (next.index, next.start)), Some((period.index + 1, period.end)));
        }
    }
}
