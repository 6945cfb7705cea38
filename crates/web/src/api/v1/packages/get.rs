//! `GET /organizations/{org}/packages/{id}`

use axum::{Json, extract::State};

use super::Package;
use crate::{
    AppState,
    auth::Whole,
    extract::{OrganizationPath, PackageId, PackagePath},
    problem::{Problem, docs::WholeProblems},
};

/// Shows a package.
#[utoipa::path(
    get,
    path = "/organizations/{org}/packages/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, PackagePath),
    responses(
        (status = 200, description = "The package.", body = Package),
        WholeProblems
    )
)]
pub async fn get_package(
    State(state): State<AppState>,
    within: Whole,
    PackageId(id): PackageId,
) -> Result<Json<Package>, Problem> {
    let kept = state.service.package(within.slug(), &id).await?;
    Ok(Json(kept.into()))
}
