//! Usage: what was used is reported, counted against targets, and shown.

pub mod incoming;
pub mod list;
pub mod report;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of usage.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(report::report_usage, list::list_usage))
}
