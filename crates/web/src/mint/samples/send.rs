//! `POST /v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}`, and
//! the same with the trigger type behind it.

use axum::extract::State;
use bellwire_core::{
    ids::{DeliveryId, EventId},
    service::Sample,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Trigger;
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{IdPath, OrganizationPath},
    mint::{
        path::{TestPath, Tested, TriggerPath},
        refusal::{MintConflict, MintProblems},
    },
    problem::Problem,
};

/// A call on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintSent {
    /// The delivery: its attempts say what the webhook answered.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// The event that was made for it.
    #[schema(value_type = String, format = Uuid)]
    event_id: EventId,
}

/// Sends such a call to the webhook, enabled or not: one attempt, whatever comes of it.
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath, TestPath),
    responses((status = 200, description = "On its way.", body = MintSent), MintProblems, MintConflict)
)]
pub async fn send_mint_sample(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Tested(sample): Tested,
) -> Result<axum::Json<MintSent>, Problem> {
    send(&state, &within, sample).await
}

/// Sends such a call to the webhook, enabled or not: one attempt, whatever comes of it. A body is
/// not needed, and one that is sent is not looked at.
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/webhooks/{id}/test/{email}/{application}/{product}/{plan}/{trigger}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath, TestPath, TriggerPath),
    responses((status = 200, description = "On its way.", body = MintSent), MintProblems, MintConflict)
)]
pub async fn send_mint_sample_of_trigger(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Tested(sample): Tested,
    Trigger: Trigger,
) -> Result<axum::Json<MintSent>, Problem> {
    send(&state, &within, sample).await
}

async fn send(
    state: &AppState,
    within: &Whole<Edit>,
    sample: Sample,
) -> Result<axum::Json<MintSent>, Problem> {
    let sent = state
        .service
        .test_callback(within.slug(), sample, within.by())
        .await?;
    Ok(axum::Json(MintSent {
        delivery_id: sent.delivery_id,
        event_id: sent.event_id,
    }))
}
