//! `/portal/{org}/inspector`: the inspectors that somebody has, and one more with one click.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    inspector::{Inspector, UNUSED_US},
    service::NewInspector,
    time::{DAY, Time},
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use crate::{
    frame::Page,
    html,
    moment::Moment,
    navigation::Place,
    pages::shown::Pill,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// An inspector.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) by: String,
    pub(crate) answer: Pill,
    pub(crate) used: Moment,
    pub(crate) ends: Moment,
}

#[derive(Template)]
#[template(path = "inspector/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) may_edit: bool,
    pub(crate) unused: String,
    pub(crate) rows: Vec<Row>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let service = &state.service;
    let found = service.inspectors(visit.slug(), visit.access()).await;
    let found = found.map_err(|error| visit.refuse(Problem::from(error)))?;
    let now = service.now();
    let mut page = visit.page().at(Place::Inspector);
    page.toast = match visit.query.text("done") {
        "removed" => Some(page.t("done-removed")),
        _ => None,
    };
    let days = UNUSED_US / DAY;
    let shown = ListPage {
        may_edit: visit.may(Right::Edit),
        unused: page.text.with("inspector-unused", [("days", days.into())]),
        rows: found.iter().map(|one| row(&visit, one, now)).collect(),
        page: page.clone().titled(page.t("menu-inspector")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn row(visit: &Visit, one: &Inspector, now: Time) -> Row {
    let text = visit.text();
    Row {
        href: super::path(visit, one),
        name: super::name(text, one),
        by: one.created_by.clone(),
        answer: answer(one.answering.status),
        used: Moment::new(text, one.used_at, now),
        ends: Moment::new(text, one.expires_at(), now),
    }
}

/// The status that something is answered with.
pub(super) fn answer(status: u16) -> Pill {
    let kind = if status < 300 { "ok" } else { "warn" };
    Pill::new(kind, status.to_string())
}

pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let made = state
        .service
        .create_inspector(
            visit.slug(),
            NewInspector::default(),
            visit.access(),
            visit.by(),
        )
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    Ok(html::see(&super::path(&visit, &made)))
}
