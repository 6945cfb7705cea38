//! What fails, grouped.

mod list;

use axum::{Router, routing::get};
use bellwire_web::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/portal/{org}/failures", get(list::show))
}
