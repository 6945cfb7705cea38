//! `/portal-organizations`: all organizations that somebody can reach, searched and by pages, and
//! making one.

mod create;
mod list;

use axum::{Router, routing::get};
use bellwire_web::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/portal-organizations", get(list::show))
        .route(
            "/portal-organizations/new",
            get(create::show).post(create::submit),
        )
}
