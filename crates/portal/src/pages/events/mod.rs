//! The event log and one event.

mod attempt;
mod list;
mod resend;
mod show;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_web::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/portal/{org}/events", get(list::show))
        .route("/portal/{org}/events/{id}", get(show::show))
        .route("/portal/{org}/events/{id}/resend", post(resend::submit))
}
