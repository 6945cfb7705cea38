//! How far back a page looks: chosen in a filter, kept in the URL (ADV-7).

use bellwire_core::time::{DAY, Time};

use crate::{language::Text, pages::shown::Choice};

/// Name in the URL, message, days.
const PERIODS: [(&str, &str, i64); 3] = [
    ("24h", "period-day", 1),
    ("7d", "period-week", 7),
    ("30d", "period-month", 30),
];

/// Where a period of this name begins; `None` for all time.
pub(crate) fn since(name: &str, now: Time) -> Option<Time> {
    PERIODS
        .iter()
        .find(|(other, ..)| *other == name)
        .map(|(.., days)| now - days * DAY)
}

/// The periods that can be chosen.
pub(crate) fn choices(text: &Text, chosen: &str) -> Vec<Choice> {
    PERIODS
        .iter()
        .map(|(name, key, _)| Choice::new(name, text.t(key), chosen))
        .collect()
}
