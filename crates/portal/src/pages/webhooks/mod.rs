//! Webhooks: the list, the form, one webhook, and what can be done with it.

mod act;
mod boxes;
mod check;
mod conflict;
mod day;
mod draft;
mod form;
mod list;
mod row;
mod save;
mod secret;
mod show;
mod test;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_web::AppState;

pub(super) use self::{
    boxes::type_names,
    test::{TestPart, Tested, answer, refused},
};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/webhooks/{id}";
    Router::new()
        .route("/portal/{org}/webhooks", get(list::show))
        .route(
            "/portal/{org}/webhooks/new",
            get(form::blank).post(save::create),
        )
        .route("/portal/{org}/webhooks/check", post(check::submit))
        .route("/portal/{org}/webhooks/channels", get(boxes::look))
        .route(one, get(show::show))
        .route(&format!("{one}/edit"), get(form::filled).post(save::update))
        .route(&format!("{one}/enabled"), post(act::enable))
        .route(&format!("{one}/pause"), post(act::pause))
        .route(&format!("{one}/resume"), post(act::resume))
        .route(
            &format!("{one}/rotate"),
            get(act::ask_rotate).post(act::rotate),
        )
        .route(
            &format!("{one}/remove"),
            get(act::ask_remove).post(act::remove),
        )
        .route(&format!("{one}/secret"), post(secret::reveal))
        .route(&format!("{one}/test"), post(test::submit))
}
