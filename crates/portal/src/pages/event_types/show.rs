//! `GET /portal/{org}/event-types/{name}`: one type with its schema, its example, who listens, a test
//! of it, and its last events. Who came through a link sees no schema: that is the producer's.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    delivery,
    matching::{Verdict, verdict},
    ports::{EventFilter, EventSummary, SEARCH_TIME},
    snapshot::CatalogueType,
    time::Time,
};
use bellwire_web::{AppState, problem::Problem};
use http::StatusCode;

use super::fields::{self, Field};
use crate::{
    frame::{Link, Page},
    html,
    language::Text,
    moment::Moment,
    navigation::Place,
    pages::{
        shown::{Choice, Pill, described, name_of, pretty},
        webhooks::Tested,
    },
    refusal::Refusal,
    visit::Visit,
};

/// Webhooks that are named, and that can be chosen for a test.
const LISTED: usize = 20;
const CHOICES: usize = 200;
/// Events that are shown.
const LAST: usize = 5;

/// An event of this type.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) href: String,
    pub(crate) id: String,
    pub(crate) at: Moment,
    pub(crate) pills: Vec<Pill>,
}

#[derive(Template)]
#[template(path = "event-types/show.html")]
pub(crate) struct TypePage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) log: String,
    pub(crate) description: String,
    pub(crate) own: bool,
    pub(crate) member: bool,
    pub(crate) may_change: bool,
    pub(crate) may_send: bool,
    pub(crate) example: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) listeners: Vec<Link>,
    pub(crate) more_listeners: Option<String>,
    pub(crate) webhooks: Vec<Choice>,
    /// What a test sends, unless it is edited.
    pub(crate) body: String,
    pub(crate) tested: Option<Tested>,
    pub(crate) events: Vec<Event>,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let entry = super::found(&state, &visit)?;
    let mut shown = gather(&state, &visit, &entry).await?;
    shown.page.toast = match visit.query.text("done") {
        "created" => Some(visit.text().t("event-type-created")),
        "saved" => Some(visit.text().t("event-type-saved")),
        _ => None,
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

/// Everything that the page shows, but for what was just asked of it.
pub(super) async fn gather<R>(
    state: &AppState,
    visit: &Visit<R>,
    entry: &CatalogueType,
) -> Result<TypePage, Refusal> {
    let text = visit.text();
    let event_type = &entry.event_type;
    let member = visit.is_member();
    let schema = event_type.schema.as_ref().filter(|_| member);
    let example = event_type
        .example
        .as_ref()
        .map(|example| pretty(example.get().as_bytes()));
    let seen = || {
        let routes = visit.tenant.routes.iter();
        routes.filter(|route| visit.access().sees(&route.webhook))
    };
    let listens = |webhook: &bellwire_core::webhook::Webhook| {
        let verdict = verdict(webhook, &event_type.name, &[], &[]);
        matches!(verdict, Verdict::Matched | Verdict::Channel)
    };
    let label = |webhook: &bellwire_core::webhook::Webhook| {
        name_of(&webhook.settings.name, &webhook.settings.url)
    };
    let mut listeners: Vec<Link> = Vec::new();
    let mut count = 0_usize;
    let mut first = String::new();
    for route in seen().filter(|route| listens(&route.webhook)) {
        count += 1;
        if listeners.len() < LISTED {
            if first.is_empty() {
                first = route.webhook.id.to_string();
            }
            listeners.push(Link {
                label: label(&route.webhook),
                href: format!("/portal/{}/webhooks/{}", visit.slug(), route.webhook.id),
                current: false,
            });
        }
    }
    let more = count - listeners.len();
    let webhooks = seen()
        .filter(|route| !route.held)
        .take(CHOICES)
        .map(|route| Choice::new(&route.webhook.id.to_string(), label(&route.webhook), &first))
        .collect();
    let page = visit.page().at(Place::EventTypes);
    Ok(TypePage {
        path: super::path(visit, &event_type.name),
        log: format!("/portal/{}/events?type={}", visit.slug(), event_type.name),
        description: described(visit.text(), event_type),
        own: super::is_own(entry),
        member,
        may_change: super::may_change(visit, entry),
        may_send: visit.may(Right::Edit),
        fields: schema.map_or_else(Vec::new, |schema| fields::of(schema.get())),
        schema: schema.map(|schema| pretty(schema.get().as_bytes())),
        body: example.clone().unwrap_or_else(|| "{}".to_owned()),
        example,
        listeners,
        more_listeners: (more > 0).then(|| text.with("types-more", [("count", more.into())])),
        webhooks,
        tested: None,
        events: events(state, visit, &event_type.name).await?,
        page: page.titled(event_type.name.clone()),
    })
}

async fn events<R>(state: &AppState, visit: &Visit<R>, name: &str) -> Result<Vec<Event>, Refusal> {
    let service = &state.service;
    let filter = EventFilter {
        event_type: Some(name.to_owned()),
        corner: service.corner(&visit.tenant, visit.access()),
        ..EventFilter::default()
    };
    let found = service
        .store()
        .events(visit.organization(), &filter, None, LAST, SEARCH_TIME)
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    let (text, now) = (visit.text(), service.now());
    let path = format!("/portal/{}/events", visit.slug());
    let items = found.items.into_iter();
    Ok(items
        .map(|summary| event(text, &path, &summary, now))
        .collect())
}

fn event(text: &Text, path: &str, summary: &EventSummary, now: Time) -> Event {
    let pills = delivery::State::ALL
        .into_iter()
        .zip(summary.deliveries)
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| {
            let pill = Pill::state(text, state);
            Pill::new(
                pill.kind,
                format!("{} {}", text.number(count.into()), pill.label),
            )
        });
    Event {
        href: format!("{path}/{}", summary.event.id),
        id: summary.event.id.to_string(),
        at: Moment::new(text, summary.event.created_at, now),
        pills: pills.collect(),
    }
}
