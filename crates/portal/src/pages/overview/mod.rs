//! How everything fares: of one organization for its members, and of all of them for those who run
//! the server. Counts are those that the store adds up as it writes; nothing here looks at old rows.

mod backlog;
mod chart;
mod figures;
mod organization;
mod period;
mod platform;

use axum::{Router, routing::get};
use bellwire_web::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/overview", get(platform::show))
        .route("/portal/{org}/overview", get(organization::show))
}
