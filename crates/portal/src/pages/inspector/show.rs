//! `GET /portal/{org}/inspector/{id}`: one inspector, live: its URL, what arrived, one request in full.
//!
//! The live part asks again every two seconds and says what it has seen; when there is nothing new the
//! answer is empty, so that nothing is drawn again, nothing that is marked is lost, and nothing is read
//! out twice.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{
    access::Right,
    ids::InspectedId,
    inspector::{Inspected, Inspector, STATUSES},
    service::{Error, FieldError, NewWebhook},
    time::{MINUTE, SECOND, Time},
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use super::arrived::{self, Request, Row};
use crate::{
    frame::Page,
    html,
    moment::Moment,
    navigation::Place,
    pages::{
        note::{Fault, Note},
        shown::Choice,
    },
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 20;
/// For how long a request is young: the attempt that sent it is recorded a moment after it arrived.
const YOUNG: i64 = 10 * SECOND;

#[derive(Template)]
#[template(path = "inspector/show.html")]
pub(crate) struct InspectorPage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) url: String,
    /// Where a webhook is made that calls it.
    pub(crate) webhook_form: String,
    pub(crate) curl: String,
    pub(crate) may_edit: bool,
    /// Why nothing that is sent from here can arrive.
    pub(crate) barred: Vec<Spoken>,
    pub(crate) ends: Moment,
    pub(crate) name: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) delay_s: String,
    pub(crate) name_note: Note,
    pub(crate) delay_note: Note,
    /// Where the live part asks; `None` for a page that stays as it is.
    pub(crate) live: Option<String>,
    /// What is read out when something arrives.
    pub(crate) told: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
    pub(crate) request: Option<Request>,
}

impl InspectorPage {
    /// What is wrong with what was typed.
    pub(super) fn wrong(&mut self, errors: &[FieldError]) {
        let faults = Fault::all(&self.page.text, errors);
        self.name_note = Note::of("name", &faults);
        self.delay_note = Note {
            field: "delay_s",
            ..Note::of("answer", &faults)
        };
    }
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let inspector = super::found(&state, &visit).await?;
    let asked = visit.query.given("request").and_then(|id| id.parse().ok());
    if visit.look.part && visit.query.given("seen").is_some() {
        let newest = list(&state, &visit, &inspector, None, 1).await?.0.pop();
        let seen = seen(newest.as_ref(), state.service.now());
        if visit.query.text("seen") == seen {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    }
    let mut shown = gather_at(&state, &visit, &inspector, asked).await?;
    shown.page.toast = match visit.query.text("done") {
        "saved" => Some(shown.page.t("inspector-saved")),
        "cleared" => Some(shown.page.t("inspector-cleared")),
        _ => None,
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// What is new when it differs: the newest request, and as times are told, the minute; while the newest
/// is young, each second.
fn seen(newest: Option<&Inspected>, now: Time) -> String {
    let step = match newest {
        Some(one) if now.since(one.at) < YOUNG => SECOND,
        _ => MINUTE,
    };
    let id = newest.map(|one| one.id.to_string()).unwrap_or_default();
    format!("{id}.{}", now.as_micros() / step)
}

async fn list<R>(
    state: &AppState,
    visit: &Visit<R>,
    inspector: &Inspector,
    before: Option<InspectedId>,
    limit: usize,
) -> Result<(Vec<Inspected>, Option<InspectedId>), Refusal> {
    let page = state.service.list_inspected(inspector, before, limit).await;
    let page = page.map_err(|error| visit.refuse(Problem::from(error)))?;
    Ok((page.items, page.next))
}

/// The page with the newest request.
pub(super) async fn gather<R>(
    state: &AppState,
    visit: &Visit<R>,
    inspector: &Inspector,
) -> Result<InspectorPage, Refusal> {
    gather_at(state, visit, inspector, None).await
}

/// The page with this request in full; the newest, when none was asked for.
pub(super) async fn gather_at<R>(
    state: &AppState,
    visit: &Visit<R>,
    inspector: &Inspector,
    asked: Option<InspectedId>,
) -> Result<InspectorPage, Refusal> {
    let (text, now) = (visit.text(), state.service.now());
    let path = super::path(visit, inspector);
    let before: Option<InspectedId> = visit.query.given("before").and_then(|id| id.parse().ok());
    let (found, next) = list(state, visit, inspector, before, ROWS).await?;
    let newest = match before {
        None => found.first().cloned(),
        Some(_) => list(state, visit, inspector, None, 1).await?.0.pop(),
    };
    let chosen = asked.or_else(|| found.first().map(|one| one.id));
    let request = match chosen {
        None => None,
        Some(id) => match state.service.inspected(inspector, id).await {
            Ok(found) => Some(arrived::request(state, visit, inspector, found).await?),
            // It was pushed out meanwhile: the list shows what there is.
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(visit.refuse(Problem::from(error))),
        },
    };
    let kept = |id: InspectedId| format!("{path}?before={id}");
    let url = state.inspector_url(inspector.id);
    let mut query = format!("seen={}", seen(newest.as_ref(), now));
    for (name, id) in [("request", asked), ("before", before)] {
        if let Some(id) = id {
            query.push_str(&format!("&{name}={id}"));
        }
    }
    let page = visit.page().at(Place::Inspector);
    let mut barred = unaccepted(state, visit, &url);
    let guard = state.service.refused_by_guard(&url).await;
    barred.extend(guard.map(|why| text.said(&why)));
    Ok(InspectorPage {
        webhook_form: format!(
            "/portal/{}/webhooks/new?url={}",
            visit.slug(),
            html::encoded(&url)
        ),
        curl: format!("curl --json '{{\"hello\": \"inspector\"}}' {url}"),
        may_edit: visit.may(Right::Edit),
        barred,
        ends: Moment::new(text, inspector.expires_at(), now),
        name: inspector.name.clone(),
        statuses: STATUSES
            .into_iter()
            .map(|status| {
                let label = text.t(words(status));
                Choice::new(
                    &status.to_string(),
                    label,
                    &inspector.answering.status.to_string(),
                )
            })
            .collect(),
        delay_s: inspector.answering.delay_s.to_string(),
        name_note: Note {
            field: "name",
            ..Note::default()
        },
        delay_note: Note {
            field: "delay_s",
            ..Note::default()
        },
        live: Some(format!("{path}?{query}")),
        told: newest.as_ref().map_or_else(String::new, |one| {
            let request = format!("{} {}", one.method, one.path);
            let at = Moment::new(text, one.at, now).exact;
            text.with(
                "inspector-told",
                [("request", request.into()), ("at", at.into())],
            )
        }),
        rows: found
            .iter()
            .map(|one| arrived::row(text, &path, one, now, Some(one.id) == chosen))
            .collect(),
        newer: before.is_some().then(|| path.clone()),
        older: next.map(kept),
        request,
        page: page.clone().titled(super::name(text, inspector)),
        path,
        url,
    })
}

/// What a status means to whoever sends.
const fn words(status: u16) -> &'static str {
    match status {
        204 => "inspector-answer-204",
        410 => "inspector-answer-410",
        500 => "inspector-answer-500",
        503 => "inspector-answer-503",
        _ => "inspector-answer-200",
    }
}

/// Why no webhook can be made with this URL.
fn unaccepted<R>(state: &AppState, visit: &Visit<R>, url: &str) -> Vec<Spoken> {
    let new = NewWebhook {
        name: Some("inspector".to_owned()),
        url: Some(url.to_owned()),
        ..NewWebhook::default()
    };
    match state.service.check_webhook(visit.slug(), new) {
        Err(Error::Invalid(errors)) => errors
            .into_iter()
            .filter(|error| error.field == "url")
            .map(|error| visit.text().said(&error.message))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_new_is_the_same_until_the_minute_is_over() {
        let now = Time::from_millis(1_763_712_000_000);
        assert_eq!(seen(None, now), seen(None, now + 59 * SECOND));
        assert_ne!(seen(None, now), seen(None, now + 60 * SECOND));
    }
}
