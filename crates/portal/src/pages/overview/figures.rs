//! The figures on top: throughput, success, latency, backlog. Each is one large number, and below it
//! what it is made of.

use bellwire_core::{
    service::Series,
    statistics::Cell,
    time::{DurationUs, MINUTE, Time},
};

use crate::language::Text;

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) detail: String,
    /// `ok`, `warn`, `bad`, or nothing.
    pub(crate) kind: &'static str,
}

/// What waits, in words.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    pub(super) pending: u64,
    /// `None`, where nobody counts it.
    pub(super) held: Option<u64>,
    pub(super) or_more: bool,
    pub(super) oldest_us: Option<DurationUs>,
}

/// From here on a delivery that is due is late: what is healthy is sent within a second.
const LATE_US: DurationUs = MINUTE;

/// The four figures. `events` is how many a minute come in, where that is known.
pub(super) fn all(
    text: &Text,
    series: &Series,
    events: Option<f64>,
    waiting: &Waiting,
    now: Time,
) -> Vec<Figure> {
    vec![
        throughput(text, series, events, now),
        success(text, &series.all),
        latency(text, &series.all),
        backlog(text, waiting),
    ]
}

fn throughput(text: &Text, series: &Series, events: Option<f64>, now: Time) -> Figure {
    let minutes = (now.since(series.since) as f64 / MINUTE as f64).max(1.0);
    let rate = |count: u64| text.rate(count as f64 / minutes);
    let attempts = rate(series.all.attempts());
    let detail = match events {
        Some(events) => text.with(
            "overview-throughput-events",
            [
                ("events", text.rate(events).into()),
                ("attempts", attempts.into()),
            ],
        ),
        None => text.with(
            "overview-throughput-attempts",
            [("attempts", attempts.into())],
        ),
    };
    Figure {
        label: text.t("overview-throughput"),
        value: text.with(
            "overview-per-minute",
            [("rate", rate(series.all.delivered).into())],
        ),
        detail,
        kind: "",
    }
}

fn success(text: &Text, all: &Cell) -> Figure {
    let rate = all.success_rate();
    Figure {
        label: text.t("number-rate"),
        value: percent(text, rate),
        detail: text.with(
            "overview-failed-of",
            [
                ("failed", text.number(all.failed).into()),
                ("attempts", text.number(all.attempts()).into()),
            ],
        ),
        kind: match rate {
            Some(rate) if rate < 0.9 => "bad",
            Some(rate) if rate < 0.99 => "warn",
            Some(_) => "ok",
            None => "",
        },
    }
}

fn latency(text: &Text, all: &Cell) -> Figure {
    let at = |part| quantile(text, all, part);
    Figure {
        label: text.t("overview-latency"),
        value: at(0.5),
        detail: text.with(
            "overview-latency-tail",
            [("p95", at(0.95).into()), ("p99", at(0.99).into())],
        ),
        kind: "",
    }
}

fn backlog(text: &Text, waiting: &Waiting) -> Figure {
    let more = |number: u64| match waiting.or_more {
        true => format!("{}+", text.number(number)),
        false => text.number(number),
    };
    let mut details = Vec::new();
    if let Some(held) = waiting.held {
        let held = text.number(held);
        details.push(text.with("overview-held", [("count", held.into())]));
    }
    details.push(match waiting.oldest_us {
        Some(late) => text.with("overview-oldest", [("late", span(text, late).into())]),
        None => text.t("overview-on-time"),
    });
    Figure {
        label: text.t("overview-backlog"),
        value: more(waiting.pending),
        detail: details.join(" · "),
        kind: match waiting.oldest_us {
            Some(late) if late > LATE_US => "warn",
            _ => "",
        },
    }
}

/// A part of all, as per cent.
pub(super) fn percent(text: &Text, part: Option<f64>) -> String {
    part.map_or_else(
        || text.t("never"),
        |part| format!("{} %", text.tenth(part * 100.0)),
    )
}

/// How long a part of the attempts took at most.
pub(super) fn quantile(text: &Text, cell: &Cell, part: f64) -> String {
    cell.latency
        .quantile(part)
        .map_or_else(|| text.t("never"), |micros| text.duration(micros))
}

/// How long something has been late, in the largest unit that fits.
pub(super) fn span(text: &Text, length: DurationUs) -> String {
    let seconds = length / 1_000_000;
    let (key, count) = match seconds {
        0..=119 => return text.duration(seconds.max(1).cast_unsigned() * 1_000_000),
        120..=7_199 => ("span-minutes", seconds / 60),
        _ => ("span-hours", seconds / 3600),
    };
    text.with(key, [("count", count.into())])
}
