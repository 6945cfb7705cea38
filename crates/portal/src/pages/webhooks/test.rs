//! `POST /portal/{org}/webhooks/{id}/test`: sends a test and shows what came back (EVI-14).

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    delivery::Attempt,
    ids::EventId,
    service::TestEvent,
    time::{SECOND, Time},
    webhook::Webhook,
};
use bellwire_web::{
    AppState,
    problem::{Code, Problem},
};
use http::StatusCode;

use super::show;
use crate::{
    frame::Page,
    html,
    moment::{Part, woven},
    pages::shown::{Pill, pretty, succeeded},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// How long the answer is waited for; what takes longer is in the log.
const WAIT_US: i64 = 10 * SECOND;
/// How often it is looked for.
const LOOK_EVERY_US: i64 = SECOND / 20;

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tested {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    pub(crate) said: String,
    pub(crate) advice: Option<Vec<Part>>,
    pub(crate) body: Option<String>,
    pub(crate) href: Option<String>,
}

#[derive(Template)]
#[template(path = "webhooks/test-part.html")]
pub(crate) struct TestPart {
    pub(crate) page: Page,
    pub(crate) tested: Option<Tested>,
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let event = TestEvent {
        event_type: form.given("type").map(str::to_owned),
        data: None,
        user: visit.principal.user().cloned(),
    };
    let sent = state
        .service
        .test_webhook(visit.slug(), webhook.id, event, visit.by())
        .await;
    let (tested, status) = match sent.map_err(Problem::from) {
        Ok(sent) => (
            answer(&state, &visit, &webhook, sent.event_id).await?,
            StatusCode::OK,
        ),
        Err(problem) if matches!(problem.code, Code::InvalidRequest | Code::ProfileMissing) => {
            let status = problem.code.status();
            (refused(&visit, problem), status)
        }
        Err(problem) => return Err(visit.refuse(problem)),
    };
    if visit.look.part {
        let part = TestPart {
            page: visit.page(),
            tested: Some(tested),
        };
        return Ok(html::page(&part, status, &part.page.embedding));
    }
    let mut whole = show::gather(&state, &visit, &webhook).await?;
    whole.tested = Some(tested);
    // This page was posted; what comes back to it gets it.
    whole.page.here.clone_from(&whole.path);
    Ok(html::page(&whole, status, &whole.page.embedding))
}

pub(in crate::pages) fn refused<R>(visit: &Visit<R>, problem: Problem) -> Tested {
    Tested {
        kind: "bad",
        label: visit.text().t("test-refused"),
        said: String::new(),
        advice: Some(woven(visit.text(), &[&problem.detail], Time::EPOCH)),
        body: None,
        href: None,
    }
}

pub(in crate::pages) async fn answer<R>(
    state: &AppState,
    visit: &Visit<R>,
    webhook: &Webhook,
    event_id: EventId,
) -> Result<Tested, Refusal> {
    let text = visit.text();
    let href = Some(format!("/portal/{}/events/{event_id}", visit.slug()));
    let deadline = state.service.now() + WAIT_US;
    let Some(attempt) = made(state, visit, event_id, deadline).await? else {
        return Ok(Tested {
            kind: "info",
            label: text.t("state-pending"),
            said: text.t("test-waits"),
            advice: None,
            body: None,
            href,
        });
    };
    let route = state.service.snapshot().route(webhook.id);
    let ok = succeeded(route.as_deref(), &attempt);
    let diagnosis = state
        .service
        .diagnose(visit.organization(), &[&attempt])
        .await
        .map_err(|error| visit.refuse(error))?
        .pop()
        .flatten();
    let pill = Pill::answer(text, attempt.answer, ok);
    let took = text.duration(attempt.timing.total_us.into());
    let key = if ok { "test-arrived" } else { "test-failed" };
    Ok(Tested {
        kind: pill.kind,
        label: pill.label,
        said: text.with(key, [("took", took.into())]),
        advice: diagnosis.map(|found| {
            let said = [&found.summary, &found.advice];
            woven(text, &said, state.service.now())
        }),
        body: (!attempt.excerpt.is_empty()).then(|| pretty(&attempt.excerpt)),
        href,
    })
}

/// The only attempt of a test, if it is recorded before the deadline.
async fn made<R>(
    state: &AppState,
    visit: &Visit<R>,
    event_id: EventId,
    deadline: Time,
) -> Result<Option<Attempt>, Refusal> {
    let service = &state.service;
    while service.now() < deadline {
        let detail = service.store().event(visit.organization(), event_id).await;
        let detail = detail.map_err(|error| visit.refuse(error))?;
        let found = detail.and_then(|mut detail| detail.deliveries.pop()?.attempts.pop());
        if found.is_some() {
            return Ok(found);
        }
        let next = deadline.min(service.now() + LOOK_EVERY_US);
        service.clock().sleep_until(next).await;
    }
    Ok(None)
}
