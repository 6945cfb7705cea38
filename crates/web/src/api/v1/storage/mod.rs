//! Storage: what takes how much space, and how long it is kept. For the platform.

pub mod get;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of storage.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get::get_storage))
}
