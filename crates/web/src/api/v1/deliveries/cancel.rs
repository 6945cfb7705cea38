//! `POST /organizations/{org}/deliveries/{id}/cancel`

use axum::{Json, extract::State};
use bellwire_core::{ids::DeliveryId, service::Error};

use super::Delivery;
use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{
        Code, Problem,
        docs::{ConflictProblems, OrganizationProblems},
    },
};

/// Cancels a pending delivery. A request that is under way is not called back.
#[utoipa::path(
    post,
    path = "/organizations/{org}/deliveries/{id}/cancel",
    tag = "deliveries",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "Cancelled.", body = Delivery),
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn cancel_delivery(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<DeliveryId>,
) -> Result<Json<Delivery>, Problem> {
    state
        .service
        .check_delivery(&within.tenant, id, within.access())
        .await?;
    let cancelled = state
        .service
        .cancel_delivery(within.slug(), id, within.by());
    match cancelled.await {
        Ok(delivery) => Ok(Json(delivery.into())),
        // The only thing that can stand in the way here has a name of its own.
        Err(Error::Conflict { message, .. }) => {
            Err(Problem::new(Code::DeliveryNotPending, message))
        }
        Err(error) => Err(error.into()),
    }
}
