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
use tokio::sync::{Semaphore, SemaphorePermit};

/// One at a time looks at everything: what many ask for every few seconds must not stand before
/// deliveries at the store.
static TURN: Semaphore = Semaphore::const_new(1);

/// A turn. None for a part of a page while somebody else has it: that part is asked for again soon.
async fn turn(part: bool) -> Option<SemaphorePermit<'static>> {
    match part {
        true => TURN.try_acquire().ok(),
        false => TURN.acquire().await.ok(),
    }
}

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/overview", get(platform::show))
        .route("/portal/{org}/overview", get(organization::show))
}
