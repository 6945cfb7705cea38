//! `DELETE /v1/mint/organizations/{org}/monetization-packages/{id}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{OrganizationPath, PackageId, PackagePath},
    mint::refusal::{MintConflict, MintProblems},
    problem::Problem,
};

/// Deletes a package that no rate plan sells (APG-27d).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath),
    responses((status = 204, description = "Deleted."), MintProblems, MintConflict)
)]
pub async fn delete_mint_package(
    State(state): State<AppState>,
    within: Whole<Edit>,
    PackageId(id): PackageId,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_package(within.slug(), &id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
