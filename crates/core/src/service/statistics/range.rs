//! Which steps a time is told in, and which times cannot be told of.

use super::StatisticsQuery;
use crate::{
    service::{Error, FieldError},
    statistics::{Range, Span},
    time::{DAY, DurationUs, HOUR, Time},
};

/// Steps of an answer, at most: a day by minutes, two months by hours.
pub const MAX_STEPS: i64 = 1500;
/// How long a time is that has neither beginning nor end.
const DEFAULT: DurationUs = DAY;

/// Beginning and end of what is asked for.
///
/// # Errors
/// [`Error::Invalid`] when the end is not after the beginning.
pub(super) fn bounds(
    since: Option<Time>,
    until: Option<Time>,
    now: Time,
) -> Result<(Time, Time), Error> {
    let end = until.unwrap_or_else(|| now.max(since.map_or(now, |since| since + 1)));
    let begin = since.unwrap_or(end - DEFAULT);
    if begin >= end {
        return Err(invalid(
            "until",
            format!("`{end}` is not after `since`, which is `{begin}`; take a later time"),
        ));
    }
    if begin < Time::EPOCH {
        return Err(invalid("since", "a time after 1970 is expected".to_owned()));
    }
    Ok((begin, end))
}

/// The shortest steps that are kept for a time, of which there are at most so many.
pub(super) fn finest(since: Time, until: Time, most: i64, now: Time) -> Span {
    let suits = |span: &Span| count(*span, since, until) <= most && is_kept(*span, since, now);
    Span::ALL.into_iter().find(suits).unwrap_or(Span::Day)
}

pub(super) fn of_steps(query: &StatisticsQuery, now: Time) -> Result<(Span, Range), Error> {
    let (since, until) = bounds(query.since, query.until, now)?;
    // An hour by minutes, a week by hours: as much as is looked at in one picture.
    let span = query
        .step
        .unwrap_or_else(|| finest(since, until, 14 * DAY / HOUR, now));
    let steps = count(span, since, until);
    let name = span.as_str();
    if steps > MAX_STEPS {
        return Err(invalid(
            "step",
            format!(
                "from `{since}` to `{until}` there are {steps} steps of a {name}, and {MAX_STEPS} \
                 are the most; take longer steps or a shorter time"
            ),
        ));
    }
    if !is_kept(span, since, now) {
        let longer = match span {
            Span::Minute => "; take a later time, or `step=hour`",
            Span::Hour => "; take a later time, or `step=day`",
            Span::Day => "; take a later time",
        };
        return Err(invalid(
            "since",
            format!("counts by {name} are kept for {}{longer}", span.kept()),
        ));
    }
    Ok((span, Range::new(span, since, until)))
}

/// Whether all of a time from here on is still counted by this span.
pub(super) fn is_kept(span: Span, since: Time, now: Time) -> bool {
    span.floor(since) >= span.floor(now - span.kept_us())
}

fn count(span: Span, since: Time, until: Time) -> i64 {
    let range = Range::new(span, since, until);
    range.until.since(range.since) / span.length_us()
}

pub(super) fn invalid(field: &str, message: String) -> Error {
    Error::Invalid(vec![FieldError::new(field, message)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    fn now() -> Time {
        Time::from_millis(1_763_714_096_120)
    }

    fn asked(since: DurationUs, until: DurationUs, step: Option<Span>) -> StatisticsQuery {
        StatisticsQuery {
            since: Some(now() - since),
            until: Some(now() - until),
            step,
            ..StatisticsQuery::default()
        }
    }

    fn field(query: &StatisticsQuery) -> (String, String) {
        match of_steps(query, now()) {
            Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].message.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_anything_it_is_the_last_day_by_hours() {
        let (span, range) = of_steps(&StatisticsQuery::default(), now()).unwrap();
        assert_eq!(span, Span::Hour);
        assert_eq!(range.since, Span::Hour.floor(now() - DAY));
        assert_eq!(range.until, Span::Hour.ceil(now()));
    }

    #[test]
    fn steps_suit_the_time() {
        for (since, expected) in [
            (2 * HOUR, Span::Minute),
            (2 * DAY, Span::Hour),
            (13 * DAY, Span::Hour),
            (40 * DAY, Span::Day),
        ] {
            assert_eq!(of_steps(&asked(since, 0, None), now()).unwrap().0, expected);
        }
        // An hour of last week is not kept by minutes.
        let last_week = asked(7 * DAY, 7 * DAY - HOUR, None);
        assert_eq!(of_steps(&last_week, now()).unwrap().0, Span::Hour);
    }

    #[test]
    fn what_is_no_range_is_told_with_its_field() {
        assert_eq!(field(&asked(0, 0, None)).0, "until");
        assert_eq!(field(&asked(0, HOUR, None)).0, "until");
        let (name, message) = field(&asked(2 * DAY, 0, Some(Span::Minute)));
        assert_eq!(name, "step");
        assert!(
            message.contains("288") && message.contains("1500"),
            "{message}"
        );
        let (name, message) = field(&asked(3 * DAY, 3 * DAY - MINUTE, Some(Span::Minute)));
        assert_eq!(name, "since");
        assert!(message.contains("step=hour"), "{message}");
        let before = StatisticsQuery {
            since: Some(Time::from_micros(-1)),
            ..StatisticsQuery::default()
        };
        assert_eq!(field(&before).0, "since");
    }
}
