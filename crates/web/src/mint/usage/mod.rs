//! Usage: what was used is reported and shown (APG-27d). The original took it from its gateway, so
//! that these routes are ours, in the manner of its others.

pub mod incoming;
pub mod list;
pub mod report;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of usage.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_mint_usage, report::report_mint_usage))
}
