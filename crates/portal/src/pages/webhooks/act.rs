//! What a button does to a webhook: on and off, pause and resume, a new secret, removing it. What
//! cannot be taken back asks first, on a page of its own that a script shows as a dialog.

use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    service::{DEFAULT_GRACE_US, WebhookPatch},
    webhook::Webhook,
};
use bellwire_web::{
    AppState,
    api::v1::webhooks::others,
    auth::Edit,
    problem::{Code, Problem},
    stays_here,
};
use http::StatusCode;

use super::list::{self, RowPart};
use crate::{
    html,
    navigation::Place,
    pages::{
        ask::{AskPage, Asked},
        shown::name_of,
    },
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The path of a webhook's page.
pub(super) fn path<R>(visit: &Visit<R>, webhook: &Webhook) -> String {
    format!("/portal/{}/webhooks/{}", visit.slug(), webhook.id)
}

/// Back to where the button was, with what was done.
fn done(back: &str, otherwise: &str, what: &str) -> Response {
    let back = match stays_here(back) {
        true => back,
        false => otherwise,
    };
    let sign = if back.contains('?') { '&' } else { '?' };
    html::see(&format!("{back}{sign}done={what}"))
}

/// The switch.
pub(super) async fn enable(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let enabled = form.checked("enabled");
    let patch = WebhookPatch {
        enabled: Some(enabled),
        ..WebhookPatch::default()
    };
    state
        .service
        .update_webhook(visit.slug(), webhook.id, patch, visit.access(), visit.by())
        .await
        .map_err(|error| visit.refuse(others::refusal(error, visit.access())))?;
    if visit.look.part {
        let route = state.service.snapshot().route(webhook.id);
        let route = route.ok_or_else(|| visit.refuse(Problem::not_found("webhook")))?;
        let rows = list::rows(&state, &visit, &[&route]).await?;
        if let Some(row) = rows.into_iter().next() {
            let part = RowPart {
                page: visit.page(),
                may_edit: visit.may(Right::Edit),
                row,
            };
            return Ok(html::page(&part, StatusCode::OK, &part.page.embedding));
        }
    }
    let what = if enabled { "enabled" } else { "disabled" };
    Ok(done(form.text("return_to"), &path(&visit, &webhook), what))
}

pub(super) async fn pause(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    state
        .service
        .pause_webhook(visit.slug(), webhook.id, visit.access(), visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    let back = path(&visit, &webhook);
    Ok(done(form.text("return_to"), &back, "paused"))
}

pub(super) async fn resume(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    state
        .service
        .resume_webhook(visit.slug(), webhook.id, None, visit.access(), visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    let back = path(&visit, &webhook);
    Ok(done(form.text("return_to"), &back, "resumed"))
}

fn rotate_page<R>(visit: &Visit<R>, webhook: &Webhook) -> AskPage {
    let page = visit.page().at(Place::Webhooks);
    let path = path(visit, webhook);
    AskPage {
        action: format!("{path}/rotate"),
        said: page.t("rotate-lead"),
        wrong: None,
        choice: Some(Asked {
            name: "at_once",
            label: page.t("rotate-at-once"),
            hint: page.t("rotate-at-once-hint"),
        }),
        danger: false,
        confirm: page.t("action-rotate"),
        back: path,
        page: page.clone().titled(page.t("rotate-title")),
    }
}

pub(super) async fn ask_rotate(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let asked = rotate_page(&visit, &webhook);
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn rotate(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let grace = match form.checked("at_once") {
        true => 0,
        false => DEFAULT_GRACE_US,
    };
    let rotated = state
        .service
        .rotate_secret(
            visit.slug(),
            webhook.id,
            (grace, None),
            visit.access(),
            visit.by(),
        )
        .await;
    let path = path(&visit, &webhook);
    match rotated.map_err(Problem::from) {
        Ok(_) => Ok(html::see(&format!("{path}?done=rotated#secret"))),
        Err(problem) if problem.code == Code::TooManySecrets => {
            let mut asked = rotate_page(&visit, &webhook);
            asked.wrong = Some(asked.page.t("rotate-too-many"));
            let status = problem.code.status();
            Ok(html::page(&asked, status, &asked.page.embedding))
        }
        Err(problem) => Err(visit.refuse(problem)),
    }
}

fn remove_page<R>(visit: &Visit<R>, webhook: &Webhook) -> AskPage {
    let page = visit.page().at(Place::Webhooks);
    let name = name_of(&webhook.settings.name, &webhook.settings.url);
    AskPage {
        action: format!("{}/remove", path(visit, webhook)),
        said: page.text.with("remove-lead", [("name", name.into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("ok"),
        back: format!("/portal/{}/webhooks", visit.slug()),
        page: page.clone().titled(page.t("word-remove-title")),
    }
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let asked = remove_page(&visit, &webhook);
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let force = form.checked("force");
    let removed = state
        .service
        .delete_webhook(visit.slug(), webhook.id, force, visit.by())
        .await;
    match removed.map_err(Problem::from) {
        Ok(()) => Ok(done(
            "",
            &format!("/portal/{}/webhooks", visit.slug()),
            "removed",
        )),
        // Something still waits to be sent: that it is lost is asked for by itself.
        Err(problem) if problem.code == Code::PendingDeliveries => {
            let mut asked = remove_page(&visit, &webhook);
            asked.wrong = Some(asked.page.t("remove-pending"));
            asked.choice = Some(Asked {
                name: "force",
                label: asked.page.t("remove-force"),
                hint: asked.page.t("remove-force-hint"),
            });
            let status = problem.code.status();
            Ok(html::page(&asked, status, &asked.page.embedding))
        }
        Err(problem) => Err(visit.refuse(problem)),
    }
}
