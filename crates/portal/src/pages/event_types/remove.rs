//! `/portal/{org}/event-types/{name}/remove`: asks first, then takes a type out of the catalogue.

use axum::{extract::State, response::Response};
use bellwire_web::{AppState, auth::Produce};
use http::StatusCode;

use crate::{
    html,
    navigation::Place,
    pages::ask::AskPage,
    refusal::Refusal,
    visit::{Sent, Visit},
};

pub(super) async fn ask(
    State(state): State<AppState>,
    visit: Visit<Produce>,
) -> Result<Response, Refusal> {
    let entry = super::own(&state, &visit)?;
    let name = &entry.event_type.name;
    let page = visit.page().at(Place::EventTypes);
    let path = super::path(&visit, name);
    let asked = AskPage {
        action: format!("{path}/remove"),
        said: page
            .text
            .with("event-type-remove-lead", [("name", name.as_str().into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("ok"),
        back: path,
        page: page.clone().titled(page.t("event-type-remove-title")),
    };
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent<Produce>,
) -> Result<Response, Refusal> {
    let entry = super::own(&state, &visit)?;
    let name = &entry.event_type.name;
    let removed = state
        .service
        .delete_event_type(Some(visit.slug()), name, visit.by())
        .await;
    removed.map_err(|error| visit.refuse(error))?;
    let list = format!("/portal/{}/event-types?done=removed", visit.slug());
    Ok(html::see(&list))
}
