//! `GET /organizations/{org}/inspectors/{id}`

use axum::{Json, extract::State};
use bellwire_core::ids::InspectorId;

use super::Inspector;
use crate::{
    AppState,
    auth::Within,
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Shows an inspector.
#[utoipa::path(
    get,
    path = "/organizations/{org}/inspectors/{id}",
    tag = "inspectors",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 200, description = "The inspector.", body = Inspector),
        OrganizationProblems
    )
)]
pub async fn get_inspector(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<InspectorId>,
) -> Result<Json<Inspector>, Problem> {
    let found = state
        .service
        .inspector(within.slug(), id, within.access())
        .await?;
    Ok(Json(Inspector::of(&state, found)))
}
