//! Jobs: deliveries sent again in bulk, counted first, at a rate, with progress.

pub mod answer;
pub mod cancel;
pub mod count;
pub mod create;
pub mod filter;
pub mod get;
pub mod list;
pub mod pause;
pub mod resend_failed;
pub mod resume;
pub mod update;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of jobs.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::start_job, list::list_jobs))
        .routes(routes!(count::count_job))
        .routes(routes!(get::get_job, update::update_job))
        .routes(routes!(pause::pause_job))
        .routes(routes!(resume::resume_job))
        .routes(routes!(cancel::cancel_job))
        .routes(routes!(resend_failed::resend_failed))
}
