//! The pages, one folder for each noun. A handler gathers what its page shows from the use cases,
//! puts it into words, and gives it to the template of the same name.

mod events;
mod home;
mod preferences;
mod shown;
mod sign_in;
mod webhooks;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_web::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(home::root))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/preferences", post(preferences::submit))
        .route("/portal/{org}", get(home::organization))
        .route("/portal/{org}/", get(home::organization))
        .route("/portal/{org}/{*rest}", get(home::nothing))
        .merge(webhooks::router())
        .merge(events::router())
}
