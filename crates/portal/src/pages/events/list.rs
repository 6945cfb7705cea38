//! `GET /portal/{org}/events`: the event log (ADV-5 to ADV-7, EVI-13). Everything that is looked at
//! is in the URL, so that it can be kept and sent to somebody.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    delivery,
    ids::WebhookId,
    ports::{EventCursor, EventFilter, EventSummary, SEARCH_TIME},
    time::{DAY, Time},
};
use bellwire_web::{AppState, cursor::Binding, problem::Problem};
use http::StatusCode;

use crate::{
    frame::{Page, Place},
    html,
    moment::Moment,
    pages::shown::{Choice, Pill, name_of},
    refusal::Refusal,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 30;
/// The longest text that is looked for, in characters: as in the API.
const MAX_TEXT: usize = 200;

/// A choice that narrows the list.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

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
    pub(crate) live: bool,
    pub(crate) live_href: String,
    pub(crate) here: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) searched: String,
    pub(crate) filtered: bool,
    pub(crate) wrong: Option<String>,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) searched_back_to: Option<Moment>,
}

/// How far back (ADV-7).
const PERIODS: [(&str, &str, i64); 3] = [
    ("24h", "period-day", 1),
    ("7d", "period-week", 7),
    ("30d", "period-month", 30),
];

/// The states that can be looked for.
const STATES: [delivery::State; 5] = [
    delivery::State::Pending,
    delivery::State::Delivered,
    delivery::State::Failed,
    delivery::State::Cancelled,
    delivery::State::Held,
];

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let service = &state.service;
    let (now, query) = (service.now(), &visit.query);
    let searched = query.given("q").unwrap_or_default().to_owned();
    let mut filter = filter(&visit, &searched, now);
    // The beginning of a period moves; a cursor of it has to stay one of it.
    let of_query = Binding::of(&["log", visit.slug(), &without(&visit, &["cursor", "live"])]);
    let mut wrong = None;
    let cursor = match query.given("cursor").map(|text| of_query.decode(text)) {
        None => None,
        Some(Ok(bytes)) => <[u8; 32]>::try_from(bytes)
            .ok()
            .map(EventCursor::from_bytes),
        Some(Err(problem)) => {
            wrong = Some(problem.detail);
            None
        }
    };
    filter.corner = service.corner(&visit.tenant, visit.access());
    let found = service
        .store()
        .events(visit.organization(), &filter, cursor, ROWS, SEARCH_TIME)
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    let live = query.checked("live");
    let base = without(&visit, &["cursor", "live"]);
    let path = format!("/portal/{}/events", visit.slug());
    let rows = found
        .items
        .into_iter()
        .map(|summary| row(&visit, &path, summary, now))
        .collect();
    let page = visit.page().at(Place::Events);
    let shown = LogPage {
        live,
        live_href: match live {
            true => format!("{path}?{base}"),
            false => format!("{path}?{base}&live=1"),
        },
        here: visit.look.here.clone(),
        filters: filters(&state, &visit),
        filtered: !base.is_empty(),
        wrong,
        rows,
        next: found
            .next
            .map(|next| format!("{path}?{base}&cursor={}", of_query.encode(&next.to_bytes()))),
        searched_back_to: found
            .searched_back_to
            .map(|at| Moment::new(visit.text(), at.min(now), now)),
        searched,
        page: page.clone().titled(page.t("word-log")),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn filter(visit: &Visit, searched: &str, now: Time) -> EventFilter {
    let query = &visit.query;
    let since = PERIODS
        .iter()
        .find(|(name, ..)| *name == query.text("period"))
        .map(|(.., days)| now - days * DAY);
    // An id is looked for as one; any other text, in the data.
    let is_id = searched.parse::<WebhookId>().is_ok();
    let text: String = searched.chars().take(MAX_TEXT).collect();
    EventFilter {
        event_type: query.given("type").map(str::to_owned),
        updated_since: since,
        states: delivery::State::parse(query.text("state"))
            .into_iter()
            .collect(),
        webhook: query.given("webhook").and_then(|id| id.parse().ok()),
        id: is_id.then(|| searched.to_owned()),
        text: (!is_id && !text.is_empty()).then_some(text),
        ..EventFilter::default()
    }
}

/// The query without these names and without what is empty.
fn without<R>(visit: &Visit<R>, names: &[&str]) -> String {
    ["type", "period", "state", "webhook", "q"]
        .iter()
        .filter(|name| !names.contains(name))
        .filter_map(|name| {
            let value = visit.query.given(name)?;
            Some(format!("{name}={}", html::encoded(value)))
        })
        .collect::<Vec<String>>()
        .join("&")
}

fn filters(state: &AppState, visit: &Visit) -> Vec<Filter> {
    let (text, query) = (visit.text(), &visit.query);
    let chosen = |name| query.given(name).unwrap_or_default().to_owned();
    let all = |label: String, chosen: &str| Choice::new("", label, chosen);
    let (of_type, period) = (chosen("type"), chosen("period"));
    let (of_state, webhook) = (chosen("state"), chosen("webhook"));
    let mut types = vec![all(text.t("filter-all-types"), &of_type)];
    let mut names: Vec<String> = crate::pages::webhooks::type_names(state, visit)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    if !of_type.is_empty() && !names.contains(&of_type) {
        names.push(of_type.clone());
    }
    types.extend(
        names
            .iter()
            .map(|name| Choice::new(name, name.clone(), &of_type)),
    );
    let mut periods = vec![all(text.t("filter-all-time"), &period)];
    periods.extend(
        PERIODS
            .iter()
            .map(|(name, key, _)| Choice::new(name, text.t(key), &period)),
    );
    let mut states = vec![all(text.t("filter-all-states"), &of_state)];
    states.extend(STATES.into_iter().map(|state| {
        let label = Pill::state(text, state).label;
        Choice::new(state.as_str(), label, &of_state)
    }));
    let mut webhooks = vec![all(text.t("filter-all-webhooks"), &webhook)];
    webhooks.extend(
        visit
            .tenant
            .routes
            .iter()
            .map(|route| &route.webhook)
            .filter(|webhook| visit.access().sees(webhook))
            .take(200)
            .map(|one| {
                let name = name_of(&one.settings.name, &one.settings.url);
                Choice::new(&one.id.to_string(), name, &webhook)
            }),
    );
    vec![
        filter_of("type", text.t("filter-type"), types),
        filter_of("period", text.t("filter-period"), periods),
        filter_of("state", text.t("filter-state"), states),
        filter_of("webhook", text.t("word-webhook"), webhooks),
    ]
}

fn filter_of(name: &'static str, label: String, choices: Vec<Choice>) -> Filter {
    Filter {
        name,
        label,
        choices,
    }
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
