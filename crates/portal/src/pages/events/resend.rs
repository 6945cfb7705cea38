//! `POST /portal/{org}/events/{id}/resend`: sends an event again, to one webhook or to all that it
//! went to.

use axum::{extract::State, response::Response};
use bellwire_core::ids::{EventId, WebhookId};
use bellwire_web::AppState;

use crate::{html, refusal::Refusal, visit::Sent};

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let id: EventId = visit.id("event")?;
    let webhook: Option<WebhookId> = match form.given("webhook") {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| visit.refuse(bellwire_web::problem::Problem::not_found("webhook")))?,
        ),
    };
    state
        .service
        .resend_event(visit.slug(), id, webhook, visit.access(), visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    let to = format!("/portal/{}/events/{id}?done=resent", visit.slug());
    Ok(html::see(&to))
}
