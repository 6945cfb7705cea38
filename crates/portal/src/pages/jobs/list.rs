//! `GET /portal/{org}/jobs`: what was sent again in bulk, newest first.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{access::Right, ids::JobId};
use bellwire_web::AppState;
use http::StatusCode;

use super::{show::progress, words};
use crate::{
    frame::Page, html, moment::Moment, navigation::Place, pages::shown::Pill, refusal::Refusal,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 25;

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) webhook: String,
    pub(crate) about: String,
    pub(crate) state: Pill,
    pub(crate) progress: Option<(u64, u64)>,
    pub(crate) said: String,
    pub(crate) created: Moment,
    pub(crate) created_by: String,
}

#[derive(Template)]
#[template(path = "jobs/list.html")]
pub(crate) struct ListPage {
    pub(crate) page: Page,
    pub(crate) may_edit: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let before: Option<JobId> = visit.query.given("before").and_then(|id| id.parse().ok());
    let found = state
        .service
        .jobs(visit.slug(), visit.access(), before, ROWS)
        .await
        .map_err(|error| visit.refuse(error))?;
    let (text, now) = (visit.text(), state.service.now());
    let path = format!("/portal/{}/jobs", visit.slug());
    let rows = found
        .items
        .iter()
        .map(|job| {
            let (progress, said) = progress(text, job);
            let about = words::about_job(text, job);
            let about: Vec<String> = about.into_iter().map(|(_, value)| value).collect();
            Row {
                href: format!("{path}/{}", job.id),
                webhook: words::webhook_name(&visit, job.filter.webhook),
                about: about.join(" · "),
                state: words::state(text, job.state),
                progress,
                said,
                created: Moment::new(text, job.created_at, now),
                created_by: job.created_by.clone(),
            }
        })
        .collect();
    let page = visit.page().at(Place::Events);
    let shown = ListPage {
        may_edit: visit.may(Right::Edit),
        rows,
        next: found.next.map(|id| format!("{path}?before={id}")),
        page: page.clone().titled(page.t("jobs")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
