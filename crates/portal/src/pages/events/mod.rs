//! The event log and one event.

mod attempt;
mod cancel;
mod cut;
mod deliveries;
mod list;
mod narrow;
mod resend;
mod show;
mod views;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_web::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/portal/{org}/events", get(list::show))
        .route("/portal/{org}/events/views", post(views::keep))
        .route("/portal/{org}/events/views/forget", post(views::forget))
        .route("/portal/{org}/events/{id}", get(show::show))
        .route(
            "/portal/{org}/events/{id}/cancel",
            get(cancel::ask).post(cancel::submit),
        )
        .route("/portal/{org}/events/{id}/resend", post(resend::submit))
}
