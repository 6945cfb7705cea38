//! The pages, one folder for each noun. A handler gathers what its page shows from the use cases,
//! puts it into words, and gives it to the template of the same name.

mod answers;
mod ask;
mod developers;
mod event_types;
mod events;
mod failures;
mod home;
mod inspector;
mod jobs;
pub(crate) mod note;
mod notifications;
mod organizations;
mod overview;
mod packages;
mod period;
mod pick;
mod preferences;
mod rate_plans;
pub(crate) mod seen;
pub(crate) mod settings;
mod sheet;
mod shown;
pub(crate) mod sign_in;
mod skip;
mod webhooks;
mod whole;

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
        .route("/look-as", post(preferences::look_as))
        .route("/portal/{org}", get(home::organization))
        .route("/portal/{org}/", get(home::organization))
        .route("/portal/{org}/{*rest}", get(home::nothing))
        .merge(webhooks::router())
        .merge(events::router())
        .merge(failures::router())
        .merge(jobs::router())
        .merge(event_types::router())
        .merge(overview::router())
        .merge(inspector::router())
        .merge(settings::router())
        .merge(organizations::router())
        .merge(rate_plans::router())
        .merge(notifications::router())
        .merge(packages::router())
        .merge(developers::router())
}
