//! `DELETE /organizations/{org}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::PlatformWithin,
    extract::OrganizationPath,
    problem::{
        Problem,
        docs::{MissingProblem, PlatformProblems},
    },
};

/// Deletes an organization with everything in it. There is no way back.
#[utoipa::path(
    delete,
    path = "/organizations/{org}",
    tag = "organizations",
    params(OrganizationPath),
    responses(
        (status = 204, description = "Deleted."),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn delete_organization(
    State(state): State<AppState>,
    PlatformWithin(within): PlatformWithin,
) -> Result<StatusCode, Problem> {
    state.service.delete_organization(within.slug()).await?;
    Ok(StatusCode::NO_CONTENT)
}
