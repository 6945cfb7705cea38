//! `POST /organizations/{org}/events/{id}/resend`

use axum::extract::State;
use bellwire_core::ids::{DeliveryId, EventId, WebhookId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OptionalJson, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems},
    },
};

/// Where to send again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// One webhook, which may be younger than the event; every webhook that the event went to and
    /// that is enabled, if left out.
    #[schema(value_type = Option<String>, format = Uuid)]
    webhook_id: Option<WebhookId>,
}

/// Deliveries that were made by sending again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResentEvent {
    /// The new deliveries, one for each webhook.
    #[schema(value_type = Vec<uuid::Uuid>)]
    delivery_ids: Vec<DeliveryId>,
}

/// Sends an event again, as new deliveries.
#[utoipa::path(
    post,
    path = "/organizations/{org}/events/{id}/resend",
    tag = "events",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    request_body(content = Option<ResendRequest>, content_type = "application/json"),
    responses(
        (status = 202, description = "Stored and on their way.", body = ResentEvent),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn resend_event(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<EventId>,
    OptionalJson(request): OptionalJson<ResendRequest>,
) -> Result<(StatusCode, axum::Json<ResentEvent>), Problem> {
    let delivery_ids = state
        .service
        .resend_event(
            within.slug(),
            id,
            request.webhook_id,
            within.access(),
            within.by(),
        )
        .await?;
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(ResentEvent { delivery_ids }),
    ))
}
