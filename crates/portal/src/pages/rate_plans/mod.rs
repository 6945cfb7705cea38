//! Rate plans: the list with "+Notify" on the published ones (APG-16), one plan with its notifications
//! and how much of it is used, the form, publishing. Notifications themselves are `notifications`.

mod act;
mod form;
mod list;
mod show;
mod steps;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_core::{service::Kept, usage::RatePlan};
use bellwire_web::AppState;

pub(super) use self::{
    list::PlanRow,
    show::said,
    steps::{Step, steps},
};
use crate::{html, language::Text, refusal::Refusal, visit::Visit};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/rate-plans/{id}";
    Router::new()
        .route("/portal/{org}/rate-plans", get(list::show))
        // Not below the list: there could be a plan with that id.
        .route(
            "/portal/{org}/new/rate-plan",
            get(form::blank).post(form::create),
        )
        .route(one, get(show::show))
        .route(&format!("{one}/edit"), get(form::filled).post(form::update))
        .route(&format!("{one}/published"), post(act::publish))
        .route(
            &format!("{one}/remove"),
            get(act::ask_remove).post(act::remove),
        )
}

/// The path of a plan's page.
pub(super) fn path(slug: &str, id: &str) -> String {
    format!("/portal/{slug}/rate-plans/{}", html::encoded(id))
}

/// The plan of the path.
pub(super) async fn plan_of<R>(
    state: &AppState,
    visit: &Visit<R>,
) -> Result<Kept<RatePlan>, Refusal> {
    let found = state.service.rate_plan(visit.slug(), &visit.id).await;
    found.map_err(|error| visit.refuse(error))
}

/// What was just done to a plan, or to what belongs to it.
pub(super) fn toast(text: &Text, done: &str) -> Option<String> {
    Some(text.t(match done {
        "created" => "plan-done-created",
        "saved" => "plan-done-saved",
        "published" => "plan-done-published",
        "draft" => "plan-done-draft",
        "removed" => "plan-done-removed",
        "notified" => "notify-done-created",
        "notification-saved" => "notify-done-saved",
        "notification-removed" => "notify-done-removed",
        "bought" => "bought-done-created",
        "bought-saved" => "bought-done-saved",
        "bought-removed" => "bought-done-removed",
        _ => return None,
    }))
}

/// How long periods are, in words.
pub(super) fn period(text: &Text, plan: &RatePlan) -> String {
    text.with("plan-months", [("count", plan.months.get().into())])
}
