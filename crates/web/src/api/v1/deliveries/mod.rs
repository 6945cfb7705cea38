//! Deliveries: sent again or cancelled one by one; what exactly was sent. They are listed with their
//! events.

pub mod body;
pub mod cancel;
pub mod curl;
pub mod request;
pub mod resend;

use bellwire_core::{
    delivery::{self, State},
    ids::{DeliveryId, EventId, WebhookId},
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shape::{CancelReasonName, KindName, StateName};
use crate::AppState;

/// The routes of deliveries.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(resend::resend_delivery))
        .routes(routes!(cancel::cancel_delivery))
        .routes(routes!(request::get_request))
        .routes(routes!(body::get_body))
        .routes(routes!(curl::get_curl))
}

/// One event for one webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: DeliveryId,
    /// The event.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// The webhook.
    #[schema(value_type = String, format = Uuid)]
    webhook_id: WebhookId,
    /// Where it stands.
    state: StateName,
    /// Why it was made.
    kind: KindName,
    /// Why it was cancelled; null when it was not.
    #[schema(required)]
    cancel_reason: Option<CancelReasonName>,
    /// Attempts made so far.
    attempt_count: u32,
    /// When the next attempt is due; null when there is to be none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    due_at: Option<Time>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The time of the last attempt or change of state.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<delivery::Delivery> for Delivery {
    fn from(delivery: delivery::Delivery) -> Self {
        Self {
            id: delivery.id,
            event_id: delivery.event_id,
            webhook_id: delivery.webhook_id,
            state: StateName(delivery.state),
            kind: KindName(delivery.kind),
            cancel_reason: delivery.cancel_reason.map(CancelReasonName),
            attempt_count: delivery.attempts,
            due_at: (delivery.state == State::Pending).then_some(delivery.due_at),
            created_at: delivery.created_at,
            updated_at: delivery.updated_at,
        }
    }
}
