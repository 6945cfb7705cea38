//! `POST /organizations/{org}/webhooks/{id}/test`

use axum::extract::State;
use bellwire_core::{
    ids::{DeliveryId, EventId, WebhookId},
    service::TestEvent,
};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OptionalJson, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// What to send as a test.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// The event's type; the profile's own type for tests, if left out.
    #[serde(rename = "type")]
    #[schema(
        example = "booking.created",
        max_length = 128,
        pattern = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"
    )]
    event_type: Option<String>,
    /// The event's data; the catalogue's example of the type, if left out.
    #[schema(value_type = Option<Value>)]
    data: Option<Box<RawValue>>,
}

/// A test on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestSent {
    /// The event that was made for it.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
    /// Its only delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
}

/// Sends a test event to one webhook, enabled or not: one attempt, which no counter counts.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/test",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = Option<TestRequest>, content_type = "application/json"),
    responses(
        (status = 202, description = "Stored and on its way.", body = TestSent),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn test_webhook(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
    OptionalJson(request): OptionalJson<TestRequest>,
) -> Result<(StatusCode, axum::Json<TestSent>), Problem> {
    state.live_webhook(&within, id).await?;
    let event = TestEvent {
        event_type: request.event_type,
        data: request
            .data
            .map(|data| Bytes::copy_from_slice(data.get().as_bytes())),
    };
    let tested = state
        .service
        .test_webhook(within.slug(), id, event, within.by())
        .await?;
    let sent = TestSent {
        event_id: tested.event_id,
        delivery_id: tested.delivery_id,
    };
    Ok((StatusCode::ACCEPTED, axum::Json(sent)))
}
