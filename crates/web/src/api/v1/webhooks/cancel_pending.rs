//! `POST /organizations/{org}/webhooks/{id}/cancel-pending`

use axum::{Json, extract::State};
use bellwire_core::ids::WebhookId;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Waiting;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// What was cancelled.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingCancelled {
    /// How many deliveries were pending right before.
    pending: Waiting,
}

/// Cancels every pending delivery of a webhook, held ones too, but for tests. They are cancelled
/// when this is answered; a request that is under way is not called back.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/cancel-pending",
    tag = "webhooks",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "Cancelled.", body = PendingCancelled),
        OrganizationProblems
    )
)]
pub async fn cancel_pending(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<WebhookId>,
) -> Result<Json<PendingCancelled>, Problem> {
    let pending = state
        .service
        .cancel_pending(within.slug(), id, within.access(), within.by())
        .await?;
    Ok(Json(PendingCancelled {
        pending: pending.into(),
    }))
}
