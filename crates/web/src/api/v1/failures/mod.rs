//! Failures: failed attempts by webhook and result.

pub mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of failures.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_failures))
}
