//! Webhooks: made, listed, changed, deleted, tested; their secrets and their attempts.

pub mod answer;
pub mod attempts;
pub mod cancel_pending;
pub mod check_signature;
pub mod create;
pub mod delete;
pub mod get;
pub mod headers;
pub mod history;
pub mod list;
pub mod others;
pub mod overrides;
pub mod pause;
pub mod resume;
pub mod retire_secret;
pub mod rotate_secret;
pub mod secret;
pub mod test;
pub mod update;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of webhooks.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_webhook, list::list_webhooks))
        .routes(routes!(
            get::get_webhook,
            update::update_webhook,
            delete::delete_webhook
        ))
        .routes(routes!(pause::pause_webhook))
        .routes(routes!(resume::resume_webhook))
        .routes(routes!(cancel_pending::cancel_pending))
        .routes(routes!(test::test_webhook))
        .routes(routes!(secret::get_secret))
        .routes(routes!(rotate_secret::rotate_secret))
        .routes(routes!(retire_secret::retire_secret))
        .routes(routes!(attempts::list_attempts))
        .routes(routes!(history::list_history))
        .routes(routes!(check_signature::check_signature))
}
