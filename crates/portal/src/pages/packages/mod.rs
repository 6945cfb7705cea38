//! Packages: the list with the rate plans of each, "+Notify" beside the published ones (APG-17), and
//! the form.

mod form;
mod list;

use axum::{Router, routing::get};
use bellwire_web::AppState;

use crate::{html, language::Text};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/packages/{id}";
    Router::new()
        .route("/portal/{org}/packages", get(list::show))
        // Not below the list: there could be a package with that id.
        .route(
            "/portal/{org}/new/package",
            get(form::blank).post(form::create),
        )
        .route(&format!("{one}/edit"), get(form::filled).post(form::update))
        .route(
            &format!("{one}/remove"),
            get(form::ask_remove).post(form::remove),
        )
}

/// Where a package is changed (`/edit`) and deleted (`/remove`).
fn path(slug: &str, id: &str) -> String {
    format!("/portal/{slug}/packages/{}", html::encoded(id))
}

/// Where the rate plans of a package are.
pub(super) fn plans_path(slug: &str, id: &str) -> String {
    format!("/portal/{slug}/rate-plans?package={}", html::encoded(id))
}

fn toast(text: &Text, done: &str) -> Option<String> {
    Some(text.t(match done {
        "created" => "package-done-created",
        "saved" => "package-done-saved",
        "removed" => "package-done-removed",
        _ => return None,
    }))
}
