//! `GET /v1/mint/organizations/{org}/monetization-packages/{id}`

use axum::extract::State;

use super::shape::MintPackage;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, PackageId, PackagePath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// One package (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, PackagePath),
    responses((status = 200, description = "The package.", body = MintPackage), MintProblems)
)]
pub async fn get_mint_package(
    State(state): State<AppState>,
    within: Whole<Read>,
    PackageId(id): PackageId,
) -> Result<axum::Json<MintPackage>, Problem> {
    let kept = state.service.package(within.slug(), &id).await?;
    Ok(axum::Json(kept.into()))
}
