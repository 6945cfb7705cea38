//! `/portal/{org}/inspector/{id}/check`: a request is held against a secret that somebody pastes. The
//! secret is kept nowhere.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{ids::InspectedId, service::Error};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use super::{arrived, found, path, show};
use crate::{
    frame::Page,
    html,
    navigation::Place,
    refusal::Refusal,
    spoken::Spoken,
    visit::{Sent, Visit},
};

#[derive(Template)]
#[template(path = "inspector/check.html")]
pub(crate) struct CheckPage {
    pub(crate) page: Page,
    pub(crate) action: String,
    pub(crate) request: String,
    pub(crate) back: String,
    pub(crate) wrong: Option<Spoken>,
}

fn form<R>(visit: &Visit<R>, path: &str, request: &str, wrong: Option<Spoken>) -> CheckPage {
    let page = visit.page().at(Place::Inspector);
    CheckPage {
        action: format!("{path}/check"),
        request: request.to_owned(),
        back: format!("{path}?request={}", html::encoded(request)),
        wrong,
        page: page.clone().titled(page.t("inspector-check")),
    }
}

pub(super) async fn ask(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let inspector = found(&state, &visit).await?;
    let path = path(&visit, &inspector);
    let shown = form(&visit, &path, visit.query.text("request"), None);
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form: sent }: Sent<bellwire_web::auth::Read>,
) -> Result<Response, Refusal> {
    let inspector = found(&state, &visit).await?;
    let path = path(&visit, &inspector);
    let missing = || visit.refuse(Problem::not_found("request"));
    let id: InspectedId = sent.text("request").parse().map_err(|_| missing())?;
    let request = state.service.inspected(&inspector, id).await;
    let (inspected, body) = request.map_err(|error| visit.refuse(Problem::from(error)))?;
    let checked = state
        .service
        .check_inspected((&inspected, &body), sent.text("secret"));
    let report = match checked {
        Ok(report) => report,
        Err(Error::Invalid(errors)) => {
            let said = errors
                .first()
                .map(|error| visit.text().said(&error.message));
            let shown = form(&visit, &path, sent.text("request"), said);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(html::page(&shown, status, &shown.page.embedding));
        }
        Err(error) => return Err(visit.refuse(Problem::from(error))),
    };
    let mut shown = show::gather_at(&state, &visit, &inspector, Some(id)).await?;
    if let Some(request) = &mut shown.request {
        request.verdict = arrived::pasted(visit.text(), report);
    }
    // This page was posted: it stays as it is, and what comes back to it gets it.
    shown.live = None;
    shown.page.here = format!("{path}?request={id}");
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
