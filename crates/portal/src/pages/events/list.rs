//! `GET /portal/{org}/events`: the event log (ADV-5 to ADV-7, EVI-13). Everything that is looked at
//! is in the URL, so that it can be kept and sent to somebody.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    delivery,
    ports::{EventCursor, EventFilter, EventPage, EventSummary, SEARCH_TIME},
    time::Time,
};
use bellwire_web::{AppState, cursor::Binding, problem::Problem};
use http::{HeaderMap, StatusCode};

use super::{
    narrow::{self, Filter},
    views::{self, Views},
};
use crate::{
    frame::Page,
    html,
    moment::Moment,
    navigation::Place,
    pages::{
        jobs,
        pick::{Picker, pick},
        shown::Pill,
    },
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 30;

/// An event.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) id: String,
    pub(crate) event_type: String,
    pub(crate) test: bool,
    pub(crate) pills: Vec<Pill>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

#[derive(Template)]
#[template(path = "events/list.html")]
pub(crate) struct LogPage {
    pub(crate) page: Page,
    pub(crate) views: Views,
    pub(crate) base: String,
    pub(crate) live: bool,
    pub(crate) live_href: String,
    pub(crate) again: Option<String>,
    pub(crate) here: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) picker: Picker,
    pub(crate) test: bool,
    pub(crate) searched: String,
    pub(crate) as_text: Option<String>,
    pub(crate) filtered: bool,
    pub(crate) wrong: Option<Spoken>,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) searched_back_to: Option<Moment>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, Refusal> {
    let now = state.service.now();
    let query = &visit.query;
    let path = format!("/portal/{}/events", visit.slug());
    let base = narrow::without(query, &[]);
    let link = |query: &str| match query.is_empty() {
        true => path.clone(),
        false => format!("{path}?{query}"),
    };
    let picker = pick(&state, &visit, &link(&narrow::without(query, &["webhook"])));
    // The beginning of a period moves; a cursor of it has to stay one of it.
    let of_query = Binding::of(&["log", visit.slug(), &base]);
    let mut wrong = None;
    let cursor = match query.given("cursor").map(|text| of_query.decode(text)) {
        None => None,
        Some(Ok(bytes)) => <[u8; 32]>::try_from(bytes)
            .ok()
            .map(EventCursor::from_bytes),
        Some(Err(problem)) => {
            wrong = Some(visit.text().said(&problem.detail));
            None
        }
    };
    let (found, by_id) = match picker.unclear {
        true => (nothing(), false),
        false => find(&state, &visit, narrow::filter(&visit, &picker, now), cursor).await?,
    };
    let live = query.checked("live");
    let sign = if base.is_empty() { "" } else { "&" };
    let rows = found
        .items
        .into_iter()
        .map(|summary| row(&visit, &path, summary, now))
        .collect();
    let mut page = visit.page().at(Place::Events);
    page.toast = views::toast(visit.text(), query.text("done"));
    let as_text = narrow::without(query, &["in"]);
    let shown = LogPage {
        views: views::views(visit.text(), &path, &base, &headers),
        live,
        live_href: match live {
            true => link(&base),
            false => format!("{path}?{base}{sign}live=1"),
        },
        again: visit
            .may(Right::Edit)
            .then(|| jobs::of_log(&visit, &picker))
            .flatten(),
        here: visit.look.here.clone(),
        filters: narrow::filters(&state, &visit),
        test: query.checked("test"),
        searched: query.given("q").unwrap_or_default().to_owned(),
        as_text: by_id.then(|| format!("{path}?{as_text}&in=text")),
        filtered: !base.is_empty(),
        wrong,
        rows,
        next: found.next.map(|next| {
            let cursor = of_query.encode(&next.to_bytes());
            format!("{path}?{base}{sign}cursor={cursor}")
        }),
        searched_back_to: found
            .searched_back_to
            .map(|at| Moment::new(visit.text(), at.min(now), now)),
        picker,
        base,
        page: page.clone().titled(page.t("word-log")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

const fn nothing() -> EventPage {
    EventPage {
        items: Vec::new(),
        next: None,
        searched_back_to: None,
    }
}

/// The events of a page, and whether they were found by an id: ours, that of a delivery, or the
/// producer's own. What is no id of anything is looked for as a text.
async fn find(
    state: &AppState,
    visit: &Visit,
    mut filter: EventFilter,
    cursor: Option<EventCursor>,
) -> Result<(EventPage, bool), Refusal> {
    let service = &state.service;
    filter.corner = service.corner(&visit.tenant, visit.access());
    let (id, text) = narrow::searched(&visit.query);
    let store = service.store();
    let organization = visit.organization();
    if let Some(id) = id.filter(|_| cursor.is_none()) {
        let named = EventFilter {
            id: Some(id),
            ..filter.clone()
        };
        let found = store
            .events(organization, &named, None, ROWS, SEARCH_TIME)
            .await
            .map_err(|error| visit.refuse(Problem::from(error)))?;
        if !found.items.is_empty() {
            return Ok((found, true));
        }
    }
    filter.text = text;
    let found = store
        .events(organization, &filter, cursor, ROWS, SEARCH_TIME)
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    Ok((found, false))
}

fn row(visit: &Visit, path: &str, summary: EventSummary, now: Time) -> Row {
    let text = visit.text();
    let event = summary.event;
    let pills = delivery::State::ALL
        .into_iter()
        .zip(summary.deliveries)
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| {
            let pill = Pill::state(text, state);
            let label = format!("{} {}", text.number(count.into()), pill.label);
            Pill { label, ..pill }
        })
        .collect();
    Row {
        href: format!("{path}/{}", event.id),
        id: event.id.to_string(),
        event_type: event.event_type,
        test: event.test,
        pills,
        created: Moment::new(text, event.created_at, now),
        updated: Moment::new(text, summary.updated_at, now),
    }
}
