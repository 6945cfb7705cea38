//! `GET /portal/{org}/events/{id}`: one event, every webhook it went to with every attempt, and why
//! each other one did not get it (ADV-8 to ADV-10).

use std::collections::HashSet;

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    event::Event,
    explain,
    ids::{EventId, WebhookId},
    time::Time,
};
use bellwire_web::{AppState, api::v1::shape::own_channels, problem::Problem};
use http::StatusCode;

use super::{
    cut::Cut,
    deliveries::{Deliveries, deliveries},
};
use crate::{
    frame::Page,
    html,
    moment::{Moment, Part, woven},
    navigation::Place,
    pages::shown::{name_of, pretty},
    refusal::Refusal,
    visit::Visit,
};

/// Webhooks that a page tells why they did not get it.
const MAX_OTHERS: usize = 50;

/// One that it did not go to.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) sentence: Vec<Part>,
}

/// What is known of an event: a text or a time.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) at: Option<Moment>,
}

#[derive(Template)]
#[template(path = "events/show.html")]
pub(crate) struct EventPage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) may_edit: bool,
    pub(crate) payload: String,
    pub(crate) payload_removed: bool,
    pub(crate) facts: Vec<Fact>,
    pub(crate) deliveries: Deliveries,
    pub(crate) others: Vec<Other>,
    pub(crate) others_cut: Cut,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Refusal> {
    let id: EventId = visit.id("event")?;
    let store = state.service.store();
    let found = store.event(visit.organization(), id).await;
    let mut detail = found
        .map_err(|error| visit.refuse(Problem::from(error)))?
        .filter(|detail| {
            let event = &detail.event;
            visit.access().shows(&event.event_type, &event.channels)
        })
        .ok_or_else(|| visit.refuse(Problem::not_found("event")))?;
    detail.event.channels = own_channels(detail.event.channels, visit.access());
    let event = detail.event;
    let got: HashSet<WebhookId> = detail
        .deliveries
        .iter()
        .map(|view| view.delivery.webhook_id)
        .collect();
    let deliveries = deliveries(&state, &visit, id, detail.deliveries).await?;
    let mut page = visit.page().at(Place::Events);
    page.toast = match visit.query.text("done") {
        "resent" => Some(page.t("done-resent")),
        "cancelled" => Some(page.t("done-cancelled")),
        "not-pending" => Some(page.t("done-not-pending")),
        _ => None,
    };
    let removed = event.is_payload_removed();
    let now = state.service.now();
    let path = format!("/portal/{}/events/{id}", visit.slug());
    let (others, others_cut) = match deliveries.only {
        true => (Vec::new(), Cut::default()),
        false => others(&visit, &path, &event, &got, now),
    };
    let shown = EventPage {
        path,
        may_edit: visit.may(Right::Edit),
        payload: pretty(&event.data),
        payload_removed: removed,
        facts: facts(&visit, &event, now),
        others,
        others_cut,
        deliveries,
        page: page.clone().titled(event.event_type.clone()),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn facts(visit: &Visit, event: &Event, now: Time) -> Vec<Fact> {
    let text = visit.text();
    let fact = |key: &str, value: String| Fact {
        label: text.t(key),
        value,
        at: None,
    };
    let exact = |key: &str, at| Fact {
        at: Some(Moment::new(text, at, now)),
        ..fact(key, String::new())
    };
    let mut facts = vec![
        fact("column-type", event.event_type.clone()),
        fact("word-id", event.id.to_string()),
        exact("word-date-created", event.created_at),
    ];
    if event.time != event.created_at {
        facts.push(exact("fact-happened", event.time));
    }
    if let Some(id) = &event.external_id {
        facts.push(fact("fact-external-id", id.clone()));
    }
    if !event.channels.is_empty() {
        facts.push(fact("word-channels", event.channels.join(", ")));
    }
    if event.test {
        facts.push(fact("event-test", text.t("event-test-hint")));
    }
    facts
}

/// Webhooks that did not get it. Those that did may be more than a page shows.
fn others(
    visit: &Visit,
    path: &str,
    event: &Event,
    got: &HashSet<WebhookId>,
    now: Time,
) -> (Vec<Other>, Cut) {
    let left = || {
        visit
            .tenant
            .routes
            .iter()
            .map(|route| &route.webhook)
            .filter(|webhook| visit.access().sees(webhook))
            .filter(|webhook| !got.contains(&webhook.id))
    };
    let from: usize = visit.query.text("others").parse().unwrap_or(0);
    let size = (from, MAX_OTHERS, left().count());
    let cut = Cut::new(visit.text(), size, false, |from| {
        format!("{path}?others={from}#others")
    });
    let others = left()
        .skip(cut.from)
        .take(MAX_OTHERS)
        .map(|webhook| Other {
            href: format!("/portal/{}/webhooks/{}", visit.slug(), webhook.id),
            name: name_of(&webhook.settings.name, &webhook.settings.url),
            sentence: woven(
                visit.text(),
                &[&explain::not_sent(webhook, event).sentence],
                now,
            ),
        })
        .collect();
    (others, cut)
}
