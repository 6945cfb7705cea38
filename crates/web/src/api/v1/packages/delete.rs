//! `DELETE /organizations/{org}/packages/{id}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{OrganizationPath, PackageId, PackagePath},
    problem::{
        Problem,
        docs::{ConflictProblems, WholeProblems},
    },
};

/// Deletes a package. One that still has rate plans stays: delete those first.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/packages/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath),
    responses(
        (status = 204, description = "Deleted."),
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn delete_package(
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
