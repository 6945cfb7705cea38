//! `DELETE /organizations/{org}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Operate, Within},
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
    extensions(("x-required-right" = json!("platform_admin"))),
    params(OrganizationPath),
    responses(
        (status = 204, description = "Deleted."),
        PlatformProblems,
        MissingProblem
    )
)]
pub async fn delete_organization(
    State(state): State<AppState>,
    within: Within<Operate>,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_organization(within.slug(), within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
