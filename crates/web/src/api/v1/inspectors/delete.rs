//! `DELETE /organizations/{org}/inspectors/{id}`

use axum::extract::State;
use bellwire_core::ids::InspectorId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Removes an inspector with what arrived there. Its URL leads nowhere from now on.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/inspectors/{id}",
    tag = "inspectors",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Removed."),
        OrganizationProblems
    )
)]
pub async fn delete_inspector(
    State(state): State<AppState>,
    within: Within<Edit>,
    Id(id): Id<InspectorId>,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_inspector(within.slug(), id, within.access(), within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
