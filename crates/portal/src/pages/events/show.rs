//! `GET /portal/{org}/events/{id}`: one event, every webhook it went to with every attempt, and why
//! each other one did not get it (ADV-8 to ADV-10).

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Right,
    delivery::{self, CancelReason},
    event::Event,
    explain,
    ids::{EventId, WebhookId},
    ports::DeliveryView,
    service::SentRequest,
    time::Time,
    webhook::Webhook,
};
use bellwire_web::{AppState, api::v1::shape::own_channels, problem::Problem};
use http::StatusCode;

use super::attempt::{Attempt, id_of};
use crate::{
    frame::{Page, Place},
    html,
    moment::Moment,
    pages::shown::{Pill, name_of, pretty},
    refusal::Refusal,
    visit::Visit,
};

/// Deliveries that a page shows; the API has all of them.
const MAX_DELIVERIES: usize = 50;
/// Requests whose body is made again for a page: the last one of so many deliveries.
const MAX_BODIES: usize = 5;
/// Attempts of a delivery that a page shows, the newest; the API has all of them.
const MAX_ATTEMPTS: usize = 20;
/// Webhooks that are told why they did not get it.
const MAX_OTHERS: usize = 50;

/// One webhook that it went to.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) webhook: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) href: Option<String>,
    pub(crate) state: Pill,
    pub(crate) sentence: String,
    pub(crate) next: Option<Moment>,
    pub(crate) can_resend: bool,
    pub(crate) attempts: Vec<Attempt>,
}

/// One that it did not go to.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) sentence: String,
}

#[derive(Template)]
#[template(path = "events/show.html")]
pub(crate) struct EventPage {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) may_edit: bool,
    pub(crate) payload: String,
    pub(crate) payload_removed: bool,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) others: Vec<Other>,
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
    let deliveries = deliveries(&state, &visit, detail.deliveries).await?;
    let mut page = visit.page().at(Place::Events);
    if visit.query.text("done") == "resent" {
        page.toast = Some(page.t("done-resent"));
    }
    let removed = event.is_payload_removed();
    let shown = EventPage {
        path: format!("/portal/{}/events/{id}", visit.slug()),
        may_edit: visit.may(Right::Edit),
        payload: pretty(&event.data),
        payload_removed: removed,
        facts: facts(&visit, &event, state.service.now()),
        others: others(&visit, &event, &got),
        deliveries,
        page: page.clone().titled(event.event_type.clone()),
    };
    Ok(html::page(&shown, StatusCode::OK, &shown.page.embedding))
}

fn facts(visit: &Visit, event: &Event, now: Time) -> Vec<(String, String)> {
    let text = visit.text();
    let exact = |at| {
        let moment = Moment::new(text, at, now);
        format!("{} · {}", moment.words, moment.exact)
    };
    let mut facts = vec![
        (text.t("column-type"), event.event_type.clone()),
        (text.t("word-id"), event.id.to_string()),
        (text.t("word-date-created"), exact(event.created_at)),
    ];
    if event.time != event.created_at {
        facts.push((text.t("fact-happened"), exact(event.time)));
    }
    if let Some(id) = &event.external_id {
        facts.push((text.t("fact-external-id"), id.clone()));
    }
    if !event.channels.is_empty() {
        facts.push((text.t("word-channels"), event.channels.join(", ")));
    }
    if event.test {
        facts.push((text.t("event-test"), text.t("event-test-hint")));
    }
    facts
}

/// The deliveries that whoever asks sees, each with its attempts, newest attempt first.
async fn deliveries(
    state: &AppState,
    visit: &Visit,
    views: Vec<DeliveryView>,
) -> Result<Vec<Delivery>, Refusal> {
    let webhooks = webhooks(state, visit, &views).await?;
    let access = visit.access();
    let views: Vec<DeliveryView> = views
        .into_iter()
        // What nobody knows any more is shown to those who see everything.
        .filter(|view| {
            webhooks
                .get(&view.delivery.webhook_id)
                .map_or(access.touches(&[]), |webhook| access.sees(webhook))
        })
        .take(MAX_DELIVERIES)
        .map(|mut view| {
            let older = view.attempts.len().saturating_sub(MAX_ATTEMPTS);
            view.attempts.drain(..older);
            view
        })
        .collect();
    let attempts: Vec<&delivery::Attempt> = views.iter().flat_map(|view| &view.attempts).collect();
    let mut diagnoses = state
        .service
        .diagnose(visit.organization(), &attempts)
        .await
        .map_err(|error| visit.refuse(error))?
        .into_iter();
    let sent = bodies(state, visit, &views).await?;
    let (text, now) = (visit.text(), state.service.now());
    let mut shown = Vec::with_capacity(views.len());
    for view in &views {
        let delivery = &view.delivery;
        let route = visit.tenant.route(delivery.webhook_id);
        let webhook = webhooks.get(&delivery.webhook_id);
        let mut attempts: Vec<Attempt> = view
            .attempts
            .iter()
            .zip(diagnoses.by_ref())
            .map(|(attempt, diagnosis)| {
                let sent = sent.get(&id_of(attempt));
                let route = route.map(|route| &**route);
                Attempt::new(text, route, attempt, diagnosis, sent, now)
            })
            .collect();
        attempts.reverse();
        let pending = delivery.state == delivery::State::Pending;
        shown.push(Delivery {
            webhook: delivery.webhook_id.to_string(),
            name: webhook.map_or_else(
                || text.t("event-webhook-gone"),
                |webhook| name_of(&webhook.settings.name, &webhook.settings.url),
            ),
            url: webhook.map_or_else(String::new, |webhook| webhook.settings.url.clone()),
            href: route
                .map(|_| format!("/portal/{}/webhooks/{}", visit.slug(), delivery.webhook_id)),
            state: Pill::state(text, delivery.state),
            sentence: sentence(visit, delivery),
            next: pending.then(|| Moment::new(text, delivery.due_at, now)),
            can_resend: route.is_some_and(|route| route.webhook.is_enabled()),
            attempts,
        });
    }
    Ok(shown)
}

/// What became of a delivery, in a sentence.
fn sentence(visit: &Visit, delivery: &delivery::Delivery) -> String {
    let text = visit.text();
    let count = || [("count", u64::from(delivery.attempts).into())];
    match delivery.state {
        delivery::State::Pending if delivery.attempts == 0 => text.t("delivery-first"),
        delivery::State::Pending => text.with("delivery-pending", count()),
        delivery::State::Delivered => text.with("delivery-delivered", count()),
        delivery::State::Failed => text.with("delivery-failed", count()),
        delivery::State::Held => text.t("delivery-held"),
        delivery::State::Filtered => text.t("delivery-filtered"),
        delivery::State::Cancelled => match delivery.cancel_reason {
            Some(CancelReason::WebhookDisabled) => text.t("delivery-disabled"),
            Some(CancelReason::WebhookDeleted) => text.t("delivery-deleted"),
            Some(CancelReason::Manual) | None => text.t("delivery-cancelled"),
        },
    }
}

/// The webhooks of deliveries, deleted ones too: the catalogue in memory has those that live.
async fn webhooks(
    state: &AppState,
    visit: &Visit,
    views: &[DeliveryView],
) -> Result<HashMap<WebhookId, Webhook>, Refusal> {
    let mut found = HashMap::new();
    for view in views {
        let id = view.delivery.webhook_id;
        if found.contains_key(&id) {
            continue;
        }
        if let Some(route) = visit.tenant.route(id) {
            found.insert(id, route.webhook.clone());
            continue;
        }
        let stored = state
            .service
            .store()
            .webhook(visit.organization(), id)
            .await;
        let stored = stored.map_err(|error| visit.refuse(Problem::from(error)))?;
        found.extend(stored.map(|webhook| (id, webhook)));
    }
    Ok(found)
}

/// The requests whose body is shown: the one that was asked for, and the last ones.
async fn bodies(
    state: &AppState,
    visit: &Visit,
    views: &[DeliveryView],
) -> Result<HashMap<String, SentRequest>, Refusal> {
    let asked = visit.query.text("attempt");
    let attempts = views.iter().flat_map(|view| &view.attempts);
    let chosen = attempts.filter(|attempt| id_of(attempt) == asked);
    let last = views.iter().filter_map(|view| view.attempts.last());
    let mut found = HashMap::new();
    for attempt in chosen.chain(last.take(MAX_BODIES)) {
        let sent = state
            .service
            .sent_request(
                &visit.tenant,
                attempt.delivery_id,
                attempt.number,
                visit.access(),
            )
            .await
            .map_err(|error| visit.refuse(error))?;
        found.insert(id_of(attempt), sent);
    }
    Ok(found)
}

/// Webhooks that did not get it. Those that did may be more than a page shows.
fn others(visit: &Visit, event: &Event, got: &HashSet<WebhookId>) -> Vec<Other> {
    visit
        .tenant
        .routes
        .iter()
        .map(|route| &route.webhook)
        .filter(|webhook| visit.access().sees(webhook))
        .filter(|webhook| !got.contains(&webhook.id))
        .take(MAX_OTHERS)
        .map(|webhook| Other {
            href: format!("/portal/{}/webhooks/{}", visit.slug(), webhook.id),
            name: name_of(&webhook.settings.name, &webhook.settings.url),
            sentence: explain::not_sent(webhook, event).sentence,
        })
        .collect()
}
