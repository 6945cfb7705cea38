//! `GET /portal/{org}/jobs/{id}`: how far a job is, live while it runs.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    ids::JobId,
    job::{self, Job},
};
use bellwire_web::AppState;
use http::StatusCode;

use super::words;
use crate::{
    frame::Page,
    html,
    language::Text,
    moment::Moment,
    navigation::Place,
    pages::shown::{Choice, Pill},
    refusal::Refusal,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "jobs/show.html")]
pub(crate) struct JobPage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) may_edit: bool,
    pub(crate) running: bool,
    pub(crate) over: bool,
    pub(crate) state: Pill,
    pub(crate) sentence: String,
    /// Done and all, when all is known.
    pub(crate) progress: Option<(u64, u64)>,
    pub(crate) said: String,
    pub(crate) ends: Option<Moment>,
    pub(crate) numbers: Vec<(String, String)>,
    pub(crate) left_out: Vec<(String, String)>,
    pub(crate) rates: Vec<Choice>,
    pub(crate) webhook: String,
    pub(crate) webhook_href: Option<String>,
    pub(crate) about: Vec<(String, String)>,
    pub(crate) since: Option<Moment>,
    pub(crate) until: Option<Moment>,
    pub(crate) created: Moment,
    pub(crate) created_by: String,
    pub(crate) log: String,
}

/// How far it is in a few words.
pub(super) fn progress(text: &Text, job: &Job) -> (Option<(u64, u64)>, String) {
    let gone = job.done + job.skipped.total();
    // More than was counted when it was made: what is known is what was done.
    let total = job.total.max(gone);
    if !job.total_complete && !job.state.is_over() {
        let said = text.with("job-progress-open", [("done", text.number(gone).into())]);
        return (None, said);
    }
    let said = text.with(
        "job-progress",
        [
            ("done", text.number(gone).into()),
            ("total", text.number(total).into()),
        ],
    );
    (Some((gone, total.max(1))), said)
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let id: JobId = visit.id("job")?;
    let found = state.service.job(visit.slug(), id, visit.access()).await;
    let job = found.map_err(|error| visit.refuse(error))?;
    let now = state.service.now();
    let mut page = visit.page().at(Place::Events);
    let text = page.text.clone();
    page.toast = match visit.query.text("done") {
        "started" => Some(text.t("done-job-started")),
        "paused" => Some(text.t("done-job-paused")),
        "resumed" => Some(text.t("done-job-resumed")),
        "cancelled" => Some(text.t("done-job-cancelled")),
        "rate" => Some(text.t("done-job-rate")),
        "over" => Some(text.t("done-job-over")),
        _ => None,
    };
    let moment = |at| Moment::new(&text, at, now);
    let (progress, said) = progress(&text, &job);
    let left = job.total.saturating_sub(job.done + job.skipped.total());
    let mut numbers = vec![
        (text.t("job-sent"), text.number(job.done)),
        (text.t("job-left-out"), text.number(job.skipped.total())),
    ];
    if job.total_complete && !job.state.is_over() {
        numbers.push((text.t("job-to-go"), text.number(left)));
    }
    let filter = &job.filter;
    let route = filter.webhook.and_then(|id| visit.tenant.route(id));
    let slug = visit.slug();
    let over = job.state.is_over();
    let shown = JobPage {
        path: format!("/portal/{slug}/jobs/{id}"),
        may_edit: visit.may(Right::Edit) && !over,
        running: job.state == job::State::Running,
        over,
        state: words::state(&text, job.state),
        sentence: words::sentence(&text, &job),
        progress,
        said,
        ends: job.estimated_end(now).map(moment),
        numbers,
        left_out: words::left_out(&text, &job.skipped),
        rates: words::rates(&text, job.per_second, job.total_complete.then_some(left)),
        webhook: words::webhook_name(&visit, filter.webhook),
        webhook_href: route.map(|route| format!("/portal/{slug}/webhooks/{}", route.webhook.id)),
        about: words::about_job(&text, &job),
        since: filter.since.map(moment),
        until: filter.until.map(moment),
        created: moment(job.created_at),
        created_by: job.created_by.clone(),
        log: match filter.webhook {
            Some(id) => format!("/portal/{slug}/events?webhook={id}&period=24h"),
            None => format!("/portal/{slug}/events?period=24h"),
        },
        page: page.clone().titled(page.t("job-title")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}
