//! Inspectors: a private URL that shows live what arrives there, a customer's first receiver (EVI-16).

mod act;
mod arrived;
mod check;
mod list;
mod show;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_core::inspector::Inspector;
use bellwire_web::{AppState, problem::Problem};

use crate::{language::Text, moment::Moment, refusal::Refusal, visit::Visit};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/inspector/{id}";
    Router::new()
        .route(
            "/portal/{org}/inspector",
            get(list::show).post(list::create),
        )
        .route(one, get(show::show))
        .route(&format!("{one}/settings"), post(act::save))
        .route(
            &format!("{one}/clear"),
            get(act::ask_clear).post(act::clear),
        )
        .route(
            &format!("{one}/remove"),
            get(act::ask_remove).post(act::remove),
        )
        .route(&format!("{one}/check"), get(check::ask).post(check::submit))
}

/// The inspector of the path: one that they see.
async fn found<R>(state: &AppState, visit: &Visit<R>) -> Result<Inspector, Refusal> {
    let id = visit.id("inspector")?;
    let found = state.service.inspector(visit.slug(), id, visit.access());
    let found = found.await;
    found.map_err(|error| visit.refuse(Problem::from(error)))
}

/// Its own page.
fn path<R>(visit: &Visit<R>, inspector: &Inspector) -> String {
    format!("/portal/{}/inspector/{}", visit.slug(), inspector.id)
}

/// What people call it; one without a name is told from others by when it was made.
fn name(text: &Text, inspector: &Inspector) -> String {
    match inspector.name.as_str() {
        "" => {
            let made = Moment::new(text, inspector.created_at, inspector.created_at).exact;
            text.with("inspector-unnamed", [("made", made.into())])
        }
        name => name.to_owned(),
    }
}
