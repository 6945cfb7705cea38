//! `/portal/{org}/events/{id}/cancel`: takes back one delivery that still waits. It asks first.

use axum::{extract::State, response::Response};
use bellwire_core::{
    delivery::Delivery,
    ids::{DeliveryId, EventId},
    service::Error,
};
use bellwire_web::{AppState, auth::Edit, problem::Problem};
use http::StatusCode;

use crate::{
    form::Form,
    html,
    navigation::Place,
    pages::{ask::AskPage, shown::name_of},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The delivery that is named: one of this event, to a webhook that they see.
async fn named(
    state: &AppState,
    visit: &Visit<Edit>,
    form: &Form,
) -> Result<(EventId, Delivery), Refusal> {
    let event: EventId = visit.id("event")?;
    let missing = || visit.refuse(Problem::not_found("delivery"));
    let id: DeliveryId = form.text("delivery").parse().map_err(|_| missing())?;
    let service = &state.service;
    service
        .check_delivery(&visit.tenant, id, visit.access())
        .await
        .map_err(|error| visit.refuse(error))?;
    let found = service.store().delivery(visit.organization(), id).await;
    let found = found.map_err(|error| visit.refuse(Problem::from(error)))?;
    let delivery = found.filter(|delivery| delivery.event_id == event);
    Ok((event, delivery.ok_or_else(missing)?))
}

pub(super) async fn ask(
    State(state): State<AppState>,
    visit: Visit<Edit>,
) -> Result<Response, Refusal> {
    let (event, delivery) = named(&state, &visit, &visit.query).await?;
    let page = visit.page().at(Place::Events);
    let path = format!("/portal/{}/events/{event}", visit.slug());
    let name = visit.tenant.route(delivery.webhook_id).map_or_else(
        || page.t("event-webhook-gone"),
        |route| name_of(&route.webhook.settings.name, &route.webhook.settings.url),
    );
    let asked = AskPage {
        action: format!("{path}/cancel?delivery={}", delivery.id),
        said: page
            .text
            .with("delivery-cancel-lead", [("name", name.into())]),
        wrong: None,
        choice: None,
        danger: true,
        confirm: page.t("delivery-cancel"),
        back: path,
        page: page.clone().titled(page.t("delivery-cancel-title")),
    };
    Ok(html::page(&asked, StatusCode::OK, &asked.page.embedding))
}

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let (event, delivery) = named(&state, &visit, &visit.query).await?;
    let cancelled = state
        .service
        .cancel_delivery(visit.slug(), delivery.id, visit.by())
        .await;
    let done = match cancelled {
        Ok(_) => "cancelled",
        // It was sent, or taken back, in between.
        Err(Error::Conflict { .. }) => "not-pending",
        Err(error) => return Err(visit.refuse(error)),
    };
    let to = format!("/portal/{}/events/{event}?done={done}", visit.slug());
    Ok(html::see(&to))
}
