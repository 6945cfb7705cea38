//! `GET /storage`

use axum::{Json, extract::State};
use bellwire_core::{
    ports::{self, StorageLine, Stored},
    time::{DAY, DurationUs, SECOND, Time},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::OfPlatform,
    problem::{Problem, docs::PlatformProblems},
};

/// What takes how much space.
#[derive(Debug, Serialize, ToSchema)]
pub struct Storage {
    /// What kind of store it is: `sqlite` or `postgresql`.
    #[schema(example = "sqlite")]
    store: &'static str,
    /// All of it, in bytes.
    total_bytes: u64,
    /// One entry for each kind, together all of it. Estimates, but for `free`.
    lines: Vec<Line>,
    /// The day of the oldest event, in UTC; null when there is no event.
    #[schema(required, format = Date, example = "2026-08-24")]
    oldest_day: Option<String>,
    /// The day of the newest event.
    #[schema(required, format = Date, example = "2026-11-21")]
    newest_day: Option<String>,
    /// How long things are kept.
    retention: Retention,
}

/// What one kind of thing takes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StorageLine)]
pub struct Line {
    /// `events` (without their data), `payloads` (their data), `deliveries`, `attempts` (with the
    /// beginnings of answers), `indexes` (and all that is none of these), `free`.
    #[schema(example = "payloads")]
    what: &'static str,
    /// About how many bytes.
    bytes: u64,
    /// About how many there are; null where they are not counted.
    #[schema(required)]
    count: Option<u64>,
}

/// How long things are kept, in seconds; null is no limit of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retention {
    /// Events, with everything that came of them.
    #[schema(required, example = 7_776_000)]
    events_s: Option<DurationUs>,
    /// Their data.
    #[schema(required)]
    payloads_s: Option<DurationUs>,
    /// Attempts.
    #[schema(required)]
    attempts_s: Option<DurationUs>,
    /// Entries of the audit log.
    #[schema(required)]
    audit_s: Option<DurationUs>,
}

impl From<ports::Retention> for Retention {
    fn from(limits: ports::Retention) -> Self {
        let seconds = |limit: Option<DurationUs>| limit.map(|limit| limit / SECOND);
        Self {
            events_s: seconds(limits.events),
            payloads_s: seconds(limits.payloads),
            attempts_s: seconds(limits.attempts),
            audit_s: seconds(limits.audit),
        }
    }
}

/// Tells what takes how much space, and how long it is kept. An exact answer would read everything,
/// so this one estimates.
#[utoipa::path(
    get,
    path = "/storage",
    tag = "operations",
    extensions(("x-required-right" = json!("platform_read"))),
    responses(
        (status = 200, description = "What takes how much space.", body = Storage),
        PlatformProblems
    )
)]
pub async fn get_storage(
    State(state): State<AppState>,
    _: OfPlatform,
) -> Result<Json<Storage>, Problem> {
    let storage = state.service.store().storage().await?;
    let total_bytes = storage.total_bytes();
    let line = |line: StorageLine| Line {
        what: Stored::as_str(line.what),
        bytes: line.bytes,
        count: line.count,
    };
    Ok(Json(Storage {
        store: storage.store,
        total_bytes,
        lines: storage.lines.into_iter().map(line).collect(),
        oldest_day: storage.oldest_day.map(date),
        newest_day: storage.newest_day.map(date),
        retention: state.options.retention.into(),
    }))
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

    #[test]
    fn a_day_is_a_date() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(20_413), "2025-11-21");
    }
}
