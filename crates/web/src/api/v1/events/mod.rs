//! Events: accepted, listed, explained, sent again.

pub mod accept;
pub mod explain;
pub mod get;
pub mod incoming;
pub mod list;
pub mod resend;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of events.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(accept::accept_events, list::list_events))
        .routes(routes!(explain::explain_event))
        .routes(routes!(get::get_event))
        .routes(routes!(explain::explain_stored_event))
        .routes(routes!(resend::resend_event))
}
