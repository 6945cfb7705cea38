//! Developers: who uses what is sold, and what they have bought with which target. `list`, `show` and
//! `form` are about developers, `bought` and `purchase` about a developer's rate plan.

mod bought;
mod form;
mod list;
mod purchase;
mod show;

use axum::{Router, routing::get};
use bellwire_core::{ids::DeveloperPlanId, usage::Developer};
use bellwire_web::AppState;

use crate::{html, language::Text, refusal::Refusal, visit::Visit};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/developers/{id}";
    let bought = "/portal/{org}/developer-rate-plans/{id}";
    Router::new()
        .route("/portal/{org}/developers", get(list::show))
        .route(
            "/portal/{org}/new/developer",
            get(form::blank).post(form::create),
        )
        .route(one, get(show::show))
        .route(&format!("{one}/edit"), get(form::filled).post(form::update))
        .route(
            &format!("{one}/remove"),
            get(form::ask_remove).post(form::remove),
        )
        .route(
            "/portal/{org}/new/developer-rate-plan",
            get(purchase::blank).post(purchase::create),
        )
        .route(bought, get(bought::show))
        .route(
            &format!("{bought}/edit"),
            get(purchase::filled).post(purchase::update),
        )
        .route(
            &format!("{bought}/remove"),
            get(bought::ask_remove).post(bought::remove),
        )
}

/// The path of a developer.
pub(super) fn path(slug: &str, email: &str) -> String {
    format!("/portal/{slug}/developers/{}", html::encoded(email))
}

/// The path of what a developer has bought.
pub(super) fn bought_path(slug: &str, id: DeveloperPlanId) -> String {
    format!("/portal/{slug}/developer-rate-plans/{id}")
}

/// The developer of the path.
async fn developer_of<R>(state: &AppState, visit: &Visit<R>) -> Result<Developer, Refusal> {
    let found = state.service.developer(visit.slug(), &visit.id).await;
    Ok(found.map_err(|error| visit.refuse(error))?.document)
}

/// What people call a developer: the name, and without one the address.
fn name(developer: &Developer) -> String {
    let name = format!("{} {}", developer.first_name, developer.last_name);
    match name.trim() {
        "" => developer.email.clone(),
        name => name.to_owned(),
    }
}

fn toast(text: &Text, done: &str) -> Option<String> {
    Some(text.t(match done {
        "created" => "developer-done-created",
        "saved" => "developer-done-saved",
        "removed" => "developer-done-removed",
        "bought" => "bought-done-created",
        "bought-saved" => "bought-done-saved",
        "bought-removed" => "bought-done-removed",
        _ => return None,
    }))
}
