//! Times and stretches of time in words: "5 minutes ago". The exact time is in the element, and a
//! script shows it in the reader's own time zone.

use bellwire_core::time::{DAY, HOUR, MINUTE, SECOND, Time};

use crate::language::Text;

/// A time as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// For programs: RFC 3339.
    pub(crate) iso: String,
    /// For people who point at it: to the second, UTC.
    pub(crate) exact: String,
    /// For people.
    pub(crate) words: String,
}

impl Moment {
    /// A time as seen now.
    pub(crate) fn new(text: &Text, at: Time, now: Time) -> Self {
        let iso = at.to_string();
        let exact = match (iso.get(..10), iso.get(11..19)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => iso.clone(),
        };
        Self {
            words: words(text, at, now, &exact),
            iso,
            exact,
        }
    }
}

fn words(text: &Text, at: Time, now: Time, exact: &str) -> String {
    let ago = now.since(at);
    let count = |unit: i64| ((ago.abs() + unit / 2) / unit).into();
    match (ago >= 0, ago.abs()) {
        (_, 0..SECOND) => text.t("time-now"),
        (true, SECOND..MINUTE) => text.with("time-seconds-ago", [("count", count(SECOND))]),
        (true, MINUTE..HOUR) => text.with("time-minutes-ago", [("count", count(MINUTE))]),
        (true, HOUR..DAY) => text.with("time-hours-ago", [("count", count(HOUR))]),
        (false, SECOND..MINUTE) => text.with("time-in-seconds", [("count", count(SECOND))]),
        (false, MINUTE..HOUR) => text.with("time-in-minutes", [("count", count(MINUTE))]),
        (false, HOUR..DAY) => text.with("time-in-hours", [("count", count(HOUR))]),
        (past, away) if away < 30 * DAY => match past {
            true => text.with("time-days-ago", [("count", count(DAY))]),
            false => text.with("time-in-days", [("count", count(DAY))]),
        },
        _ => exact.get(..10).unwrap_or(exact).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn times_are_told_from_now() {
        let now = Time::from_millis(1_763_714_096_000);
        let told = |language, at| {
            let text = Text {
                language,
                profile: String::new(),
            };
            Moment::new(&text, at, now).words
        };
        let en = |at| told(Language::En, at);
        assert_eq!(en(now), "just now");
        assert_eq!(en(now - MINUTE), "1 minute ago");
        assert_eq!(en(now - 5 * HOUR), "5 hours ago");
        assert_eq!(en(now + 2 * DAY), "in 2 days");
        assert_eq!(en(now - 60 * DAY), "2025-09-22");
        assert_eq!(told(Language::De, now - 2 * HOUR), "vor 2 Stunden");
        assert_eq!(told(Language::It, now - DAY), "1 giorno fa");
        let text = Text {
            language: Language::En,
            profile: String::new(),
        };
        let moment = Moment::new(&text, now, now);
        assert_eq!(moment.exact, "2025-11-21 08:34:56 UTC");
    }
}
