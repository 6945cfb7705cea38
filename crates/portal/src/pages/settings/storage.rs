//! Storage: what takes how much space, and how long things are kept. For those with a role on the
//! platform, like `GET /api/v1/storage`; changed in the configuration only.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    ports::{Storage, Stored},
    say,
    time::{DAY, DurationUs, HOUR, Time},
};
use bellwire_web::problem::{Code, Problem};
use http::StatusCode;

use super::{Server, Tab, framed};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    refusal::Refusal,
    spark,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "settings/storage.html")]
pub(crate) struct StoragePage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) numbers: Vec<(String, String)>,
    pub(crate) rows: Vec<Row>,
    pub(crate) retention: Vec<(String, String, &'static str)>,
}

/// What one kind of thing takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) chart: String,
    pub(crate) size: String,
    pub(crate) count: String,
}

pub(super) async fn show(State(state): Server, visit: Visit) -> Result<Response, Refusal> {
    if visit.access().platform.is_none() {
        return Err(visit.refuse(Problem::new(
            Code::Forbidden,
            say!(
                "page-storage",
                "This needs a role on the platform: what is stored is of all organizations."
            ),
        )));
    }
    let storage = state.service.store().storage().await;
    let storage = storage.map_err(|error| visit.refuse(error))?;
    let (page, tabs) = framed(&visit, Tab::Storage);
    let text = &page.text;
    let kept = state.options.retention;
    let for_ever = text.t("retention-for-ever");
    let as_event = text.t("retention-as-event");
    let how_long = |limit: Option<DurationUs>, otherwise: &str| match limit {
        Some(limit) => span(text, limit),
        None => otherwise.to_owned(),
    };
    let retention = vec![
        (
            text.t("stored-events"),
            how_long(kept.events, &for_ever),
            "retention.events",
        ),
        (
            text.t("stored-payloads"),
            how_long(kept.payloads, &as_event),
            "retention.payloads",
        ),
        (
            text.t("stored-attempts"),
            how_long(kept.attempts, &as_event),
            "retention.attempts",
        ),
        (
            text.t("settings-audit"),
            how_long(kept.audit, &for_ever),
            "retention.audit",
        ),
    ];
    let shown = StoragePage {
        numbers: numbers(text, &storage),
        rows: rows(text, &storage),
        retention,
        tabs,
        page,
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn numbers(text: &Text, storage: &Storage) -> Vec<(String, String)> {
    let day = |day: Option<i64>| day.map_or_else(|| text.t("never"), date);
    vec![
        (text.t("storage-total"), size(text, storage.total_bytes())),
        (
            text.t("storage-store"),
            match storage.store {
                "sqlite" => "SQLite".to_owned(),
                "postgresql" => "PostgreSQL".to_owned(),
                other => other.to_owned(),
            },
        ),
        (text.t("storage-oldest"), day(storage.oldest_day)),
        (text.t("storage-newest"), day(storage.newest_day)),
    ]
}

fn rows(text: &Text, storage: &Storage) -> Vec<Row> {
    let total = storage.total_bytes().max(1);
    storage
        .lines
        .iter()
        .map(|line| {
            let what = text.t(match line.what {
                Stored::Events => "stored-events",
                Stored::Payloads => "stored-payloads",
                Stored::Deliveries => "stored-deliveries",
                Stored::Attempts => "stored-attempts",
                Stored::Indexes => "stored-indexes",
                Stored::Free => "stored-free",
            });
            let percent = text.tenth(line.bytes as f64 * 100.0 / total as f64);
            let share = [("bar-share", line.bytes), ("bar-rest", total - line.bytes)];
            Row {
                chart: spark::parts(&share, &format!("{what}: {percent} %")),
                what,
                size: size(text, line.bytes),
                count: line
                    .count
                    .map_or_else(|| text.t("never"), |count| text.number(count)),
            }
        })
        .collect()
}

/// Bytes as people write them: `3.2 GB`.
fn size(text: &Text, bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{} {}", text.tenth(size), UNITS[unit])
}

/// `90 days`, `12 hours`.
fn span(text: &Text, limit: DurationUs) -> String {
    match limit >= DAY {
        true => text.with("time-days", [("count", (limit / DAY).into())]),
        false => text.with("time-hours", [("count", (limit / HOUR).max(1).into())]),
    }
}

/// `2026-11-21`, of the number of days since 1970.
fn date(day: i64) -> String {
    let mut text = Time::from_micros(day.saturating_mul(DAY)).to_string();
    text.truncate(10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        let text = |language| Text {
            language,
            profile: String::new(),
        };
        let en = text(Language::En);
        assert_eq!(size(&en, 999), "999 B");
        assert_eq!(size(&en, 1_000), "1.0 kB");
        assert_eq!(size(&en, 999_999), "1.0 MB");
        assert_eq!(size(&text(Language::De), 3_240_000_000), "3,2 GB");
        assert_eq!(date(20_413), "2025-11-21");
    }
}
