//! The catalogue of event types: what can happen, what its data look like, who listens, and a test of
//! it. Who may produce makes, changes and removes the organization's own.

mod fields;
mod form;
mod list;
mod remove;
mod send;
mod show;
mod wrong;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use bellwire_core::{access::Right, own_event, snapshot::CatalogueType};
use bellwire_web::{AppState, problem::Problem};

use crate::{refusal::Refusal, visit::Visit};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/event-types/{id}";
    Router::new()
        .route("/portal/{org}/event-types", get(list::show))
        // Not below `event-types`: a type may be called `new`.
        .route(
            "/portal/{org}/new-event-type",
            get(form::blank).post(form::create),
        )
        .route(one, get(show::show))
        .route(&format!("{one}/edit"), get(form::filled).post(form::update))
        .route(
            &format!("{one}/remove"),
            get(remove::ask).post(remove::submit),
        )
        .route(&format!("{one}/test"), post(send::submit))
}

/// The event type of the path.
fn found<R>(state: &AppState, visit: &Visit<R>) -> Result<Arc<CatalogueType>, Refusal> {
    let found = state.service.event_type(Some(visit.slug()), &visit.id);
    found.map_err(|error| visit.refuse(error))
}

/// The event type of the path, one that is the organization's own and not Bellwire's.
fn own<R>(state: &AppState, visit: &Visit<R>) -> Result<Arc<CatalogueType>, Refusal> {
    let entry = found(state, visit)?;
    match is_own(&entry) {
        true => Ok(entry),
        false => Err(visit.refuse(Problem::not_found("event type of this organization's own"))),
    }
}

fn is_own(entry: &CatalogueType) -> bool {
    let event_type = &entry.event_type;
    event_type.organization_id.is_some() && !own_event::is_reserved(&event_type.name)
}

fn may_change<R>(visit: &Visit<R>, entry: &CatalogueType) -> bool {
    visit.may(Right::Produce) && is_own(entry)
}

/// The path of the page of an event type. A name has only letters that stand for themselves.
fn path<R>(visit: &Visit<R>, name: &str) -> String {
    format!("/portal/{}/event-types/{name}", visit.slug())
}
