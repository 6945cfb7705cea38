//! `POST /organizations/{org}/deliveries/{id}/resend`

use axum::{Json, extract::State};
use bellwire_core::ids::DeliveryId;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{
        Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// A delivery that was made by sending again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resent {
    /// The new delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
}

/// Sends a delivery's event to its webhook again, as a new delivery.
#[utoipa::path(
    post,
    path = "/organizations/{org}/deliveries/{id}/resend",
    tag = "deliveries",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 202, description = "Stored and on its way.", body = Resent),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn resend_delivery(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<DeliveryId>,
) -> Result<(StatusCode, Json<Resent>), Problem> {
    state
        .service
        .check_resend(&within.tenant, id, within.access())
        .await?;
    let delivery_id = state
        .service
        .resend_delivery(within.slug(), id, within.by())
        .await?;
    Ok((StatusCode::ACCEPTED, Json(Resent { delivery_id })))
}
