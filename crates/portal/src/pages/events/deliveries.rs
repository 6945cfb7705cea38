//! What an event became at each webhook that it went to, attempt by attempt (ADV-9, ADV-10).

use std::collections::HashMap;

use bellwire_core::{
    delivery::{self, CancelReason},
    ids::{EventId, WebhookId},
    ports::DeliveryView,
    service::SentRequest,
    webhook::Webhook,
};
use bellwire_web::{AppState, problem::Problem};

use super::{
    attempt::{Attempt, id_of},
    cut::Cut,
};
use crate::{
    moment::Moment,
    pages::shown::{Pill, name_of},
    refusal::Refusal,
    visit::Visit,
};

/// Deliveries that a page shows.
const MAX_DELIVERIES: usize = 50;
/// What a store gives of an event: there may be more.
const MAX_STORED: usize = 1000;
/// Attempts of a delivery that the page of all shows, the newest.
const MAX_ATTEMPTS: usize = 20;
/// Attempts that the page of one delivery shows.
const MAX_OF_ONE: usize = 100;
/// Requests whose body is made again for a page: the last one of so many deliveries.
const MAX_BODIES: usize = 5;

/// One webhook that it went to.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) webhook: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) href: Option<String>,
    pub(crate) state: Pill,
    pub(crate) sentence: String,
    pub(crate) next: Option<Moment>,
    pub(crate) can_resend: bool,
    pub(crate) can_cancel: bool,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) cut: Cut,
}

/// A page of them.
#[derive(Debug, Clone)]
pub(crate) struct Deliveries {
    pub(crate) shown: Vec<Delivery>,
    pub(crate) cut: Cut,
    /// Only one is looked at.
    pub(crate) only: bool,
}

/// The deliveries that whoever asks sees, each with its attempts, newest attempt first.
pub(super) async fn deliveries(
    state: &AppState,
    visit: &Visit,
    event: EventId,
    views: Vec<DeliveryView>,
) -> Result<Deliveries, Refusal> {
    let text = visit.text();
    let open = views.len() >= MAX_STORED;
    let path = format!("/portal/{}/events/{event}", visit.slug());
    let webhooks = webhooks(state, visit, &views).await?;
    let access = visit.access();
    let mut views: Vec<DeliveryView> = views
        .into_iter()
        // What nobody knows any more is shown to those who see everything.
        .filter(|view| {
            webhooks
                .get(&view.delivery.webhook_id)
                .map_or(access.touches(&[]), |webhook| access.sees(webhook))
        })
        .collect();
    let from: usize = visit.query.text("from").parse().unwrap_or(0);
    let wanted = visit.query.text("delivery");
    let only = views
        .iter()
        .any(|view| view.delivery.id.to_string() == wanted);
    let cut = match only {
        true => {
            views.retain(|view| view.delivery.id.to_string() == wanted);
            Cut::default()
        }
        false => {
            let size = (from, MAX_DELIVERIES, views.len());
            let cut = Cut::new(text, size, open, |from| format!("{path}?from={from}"));
            views.drain(..cut.from);
            views.truncate(MAX_DELIVERIES);
            cut
        }
    };
    let cuts: Vec<Cut> = views
        .iter_mut()
        .map(|view| attempts_of(visit, &path, view, only, from))
        .collect();
    let attempts: Vec<&delivery::Attempt> = views.iter().flat_map(|view| &view.attempts).collect();
    let diagnoses = state
        .service
        .diagnose(visit.organization(), &attempts)
        .await
        .map_err(|error| visit.refuse(error))?;
    let mut diagnoses = diagnoses.into_iter();
    let sent = bodies(state, visit, &views).await?;
    let now = state.service.now();
    let mut shown = Vec::with_capacity(views.len());
    for (view, cut) in views.iter().zip(cuts) {
        let delivery = &view.delivery;
        let route = visit.tenant.route(delivery.webhook_id);
        let webhook = webhooks.get(&delivery.webhook_id);
        let attempts: Vec<Attempt> = view
            .attempts
            .iter()
            .zip(diagnoses.by_ref())
            .map(|(attempt, diagnosis)| {
                let sent = sent.get(&id_of(attempt));
                let route = route.map(|route| &**route);
                Attempt::new(text, route, attempt, diagnosis, sent, now)
            })
            .collect();
        let waits = matches!(
            delivery.state,
            delivery::State::Pending | delivery::State::Held
        );
        shown.push(Delivery {
            id: delivery.id.to_string(),
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
            next: (delivery.state == delivery::State::Pending)
                .then(|| Moment::new(text, delivery.due_at, now)),
            can_resend: route.is_some_and(|route| route.webhook.is_enabled()),
            can_cancel: waits,
            attempts,
            cut,
        });
    }
    Ok(Deliveries { shown, cut, only })
}

/// Leaves the attempts of a delivery that a page shows, newest first.
fn attempts_of(visit: &Visit, path: &str, view: &mut DeliveryView, only: bool, from: usize) -> Cut {
    view.attempts.reverse();
    let total = view.attempts.len();
    let asked = visit.query.text("attempt");
    let named = view
        .attempts
        .iter()
        .position(|attempt| id_of(attempt) == asked);
    let id = view.delivery.id;
    let href = |from| format!("{path}?delivery={id}&from={from}");
    let size = match only {
        true => MAX_OF_ONE,
        false => MAX_ATTEMPTS,
    };
    let from = match (only, named) {
        (true, Some(at)) => at / size * size,
        (true, None) => from,
        (false, _) => 0,
    };
    let cut = Cut::new(visit.text(), (from, size, total), false, href);
    view.attempts.drain(..cut.from);
    view.attempts.truncate(size);
    cut
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
    let last = views.iter().filter_map(|view| view.attempts.first());
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
