//! `DELETE /organizations/{org}/inspectors/{id}/requests`

use axum::extract::State;
use bellwire_core::ids::InspectorId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Removes what arrived at an inspector.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/inspectors/{id}/requests",
    tag = "inspectors",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Removed."),
        OrganizationProblems
    )
)]
pub async fn clear_inspected_requests(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<InspectorId>,
) -> Result<StatusCode, Problem> {
    let inspector = state
        .service
        .inspector(within.slug(), id, within.access())
        .await?;
    state
        .service
        .clear_inspected(&inspector, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
