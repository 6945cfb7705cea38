//! The form was sent: a webhook is made or changed, and is live at once (WNK-9). What is wrong comes
//! back in the form, each fault at its field.

use axum::{extract::State, response::Response};
use bellwire_core::{
    service::{Created, Error, FieldError, WEBHOOK_CHANGED, check_channels},
    webhook::{Settings, Webhook},
};
use bellwire_web::{
    AppState,
    api::v1::webhooks::others,
    auth::Edit,
    problem::{Code, Problem},
};
use http::StatusCode;

use super::{act, conflict::Conflict, draft::Draft, form};
use crate::{
    html,
    moment::Moment,
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// What the rules say, field by field; anything else is a refusal.
fn faults(problem: Problem) -> Result<Vec<FieldError>, Problem> {
    match problem.code {
        Code::InvalidRequest => Ok(problem
            .errors
            .into_iter()
            .map(|error| FieldError::new(error.field, error.message))
            .collect()),
        Code::UrlTaken => Ok(vec![FieldError::new("url", problem.detail)]),
        _ => Err(problem),
    }
}

fn again(
    state: &AppState,
    visit: &Visit<Edit>,
    draft: Draft,
    former: Option<&Webhook>,
    errors: &[FieldError],
) -> Response {
    let shown = form::lay_out(state, visit, draft, former, errors);
    html::page(&shown, Code::InvalidRequest.status(), &shown.page.embedding)
}

/// `POST …/webhooks/new`
pub(super) async fn create(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let draft = Draft::sent(&form);
    let (wanted, mut errors) = draft.wanted(None);
    let new = wanted.new_webhook();
    let channels = new.channels.clone().unwrap_or_default();
    if let Err(Error::Invalid(found)) = check_channels(visit.access(), &channels) {
        errors.extend(found);
    }
    if !errors.is_empty() {
        // Everything else that is wrong is told at the same time.
        if let Err(Error::Invalid(found)) = state.service.check_webhook(visit.slug(), new) {
            errors.extend(found);
        }
        return Ok(again(&state, &visit, draft, None, &errors));
    }
    let made = state
        .service
        .create_webhook(visit.slug(), new, visit.by())
        .await
        .map_err(Problem::from)
        .and_then(|(webhook, created)| match visit.access().sees(&webhook) {
            true => Ok((webhook, created)),
            false => Err(others::url_taken()),
        });
    match made {
        Ok((_, Created::New)) => Ok(html::see(&format!(
            "/portal/{}/webhooks?done=created",
            visit.slug()
        ))),
        Ok((webhook, Created::Existing)) => {
            let path = act::path(&visit, &webhook);
            Ok(html::see(&format!("{path}?done=existing")))
        }
        Err(problem) => {
            let errors = faults(problem).map_err(|problem| visit.refuse(problem))?;
            Ok(again(&state, &visit, draft, None, &errors))
        }
    }
}

/// `POST …/webhooks/{id}/edit`
pub(super) async fn update(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let draft = Draft::sent(&form);
    if let Some(former) = changed_since(&state, &visit, &draft, &webhook).await? {
        return Ok(conflict(&state, &visit, draft, former.as_ref(), &webhook));
    }
    let (wanted, mut errors) = draft.wanted(Some(&webhook));
    if let Err(Error::Invalid(found)) = check_channels(visit.access(), &wanted.channels) {
        errors.extend(found);
    }
    if !errors.is_empty() {
        return Ok(again(&state, &visit, draft, Some(&webhook), &errors));
    }
    let patch = wanted.patch(&webhook);
    let saved = state
        .service
        .update_webhook(visit.slug(), webhook.id, patch, visit.access(), visit.by())
        .await;
    match saved {
        Ok(_) => Ok(html::see(&format!(
            "/portal/{}/webhooks?done=saved",
            visit.slug()
        ))),
        // Somebody was faster by a moment.
        Err(Error::Conflict { code, .. }) if code == WEBHOOK_CHANGED => {
            let now = visit.webhook(&state).await?;
            let former = Some(&webhook.settings);
            Ok(conflict(&state, &visit, draft, former, &now))
        }
        Err(error) => {
            let problem = others::refusal(error, visit.access());
            let errors = faults(problem).map_err(|problem| visit.refuse(problem))?;
            Ok(again(&state, &visit, draft, Some(&webhook), &errors))
        }
    }
}

/// Whether the settings are others than those that the form was opened with; what they were, as far
/// as that is known. That it was paused, or switched off, or got another secret meanwhile is none of
/// the form's business.
async fn changed_since(
    state: &AppState,
    visit: &Visit<Edit>,
    draft: &Draft,
    webhook: &Webhook,
) -> Result<Option<Option<Settings>>, Refusal> {
    let Some(opened) = draft.revision.filter(|opened| *opened != webhook.revision) else {
        return Ok(None);
    };
    let former = state
        .service
        .store()
        .webhook_revision(visit.organization(), webhook.id, opened)
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?
        .map(|revision| revision.settings);
    let same = former.as_ref() == Some(&webhook.settings);
    Ok((!same).then_some(former))
}

/// The form again, with what was typed and what the other one did. Sending it once more is meant.
fn conflict(
    state: &AppState,
    visit: &Visit<Edit>,
    draft: Draft,
    former: Option<&Settings>,
    webhook: &Webhook,
) -> Response {
    let draft = Draft {
        revision: Some(webhook.revision),
        ..draft
    };
    let at = Moment::new(visit.text(), webhook.updated_at, state.service.now());
    let mut shown = form::lay_out(state, visit, draft, Some(webhook), &[]);
    shown.conflict = Some(Conflict::new(visit.text(), former, webhook, at));
    html::page(&shown, StatusCode::CONFLICT, &shown.page.embedding)
}
