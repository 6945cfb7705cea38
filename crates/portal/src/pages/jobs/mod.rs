//! Sending again in bulk: counted first, then a job with its progress, which can be halted, let go on
//! and ended.

mod act;
mod asked;
mod list;
mod new;
mod show;
mod words;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_web::AppState;

pub(super) use self::asked::{of_group, of_log, of_webhook};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/jobs/{id}";
    Router::new()
        .route("/portal/{org}/jobs", get(list::show))
        .route("/portal/{org}/jobs/new", get(new::show).post(new::submit))
        .route(one, get(show::show))
        .route(&format!("{one}/pause"), post(act::pause))
        .route(&format!("{one}/resume"), post(act::resume))
        .route(&format!("{one}/rate"), post(act::rate))
        .route(
            &format!("{one}/cancel"),
            get(act::ask_cancel).post(act::cancel),
        )
}
