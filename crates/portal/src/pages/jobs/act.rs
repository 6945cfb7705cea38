//! What a button does to a job: halt it, let it go on, set its rate, end it, which asks first.

use axum::{extract::State, response::Response};
use bellwire_core::{ids::JobId, job::Change};
use bellwire_web::{
    AppState,
    auth::Edit,
    problem::{Code, Problem},
};
use http::StatusCode;

use crate::{
    html,
    navigation::Place,
    pages::ask::AskPage,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// Changes a job and goes back to it. That it has ended in between is told there.
async fn change(
    state: &AppState,
    visit: &Visit<Edit>,
    change: Change,
    done: &str,
) -> Result<Response, Refusal> {
    let id: JobId = visit.id("job")?;
    let changed = state
        .service
        .change_job(visit.slug(), id, change, visit.access(), visit.by())
        .await
        .map_err(Problem::from);
    let path = format!("/portal/{}/jobs/{id}", visit.slug());
    match changed {
        Ok(_) => Ok(html::see(&format!("{path}?done={done}"))),
        Err(problem) if problem.code == Code::JobOver => {
            Ok(html::see(&format!("{path}?done=over")))
        }
        Err(problem) => Err(visit.refuse(problem)),
    }
}

pub(super) async fn pause(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    change(&state, &visit, Change::Pause, "paused").await
}

pub(super) async fn resume(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    change(&state, &visit, Change::Resume, "resumed").await
}

pub(super) async fn rate(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let rate = form.text("per_second").parse().unwrap_or(0);
    change(&state, &visit, Change::Rate(rate), "rate").await
}

pub(super) async fn cancel(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    change(&state, &visit, Change::Cancel, "cancelled").await
}

pub(super) async fn ask_cancel(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let id: JobId = visit.id("job")?;
    let found = state.service.job(visit.slug(), id, visit.access()).await;
    found.map_err(|error| visit.refuse(error))?;
    let page = visit.page().at(Place::Events);
    let path = format!("/portal/{}/jobs/{id}", visit.slug());
    let asked = AskPage {
        action: format!("{path}/cancel"),
        said: page.t("job-cancel-lead"),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("job-cancel"),
        back: path,
        page: page.clone().titled(page.t("job-cancel-title")),
    };
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}
