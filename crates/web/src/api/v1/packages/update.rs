//! `PATCH /organizations/{org}/packages/{id}`

use axum::extract::State;
use bellwire_core::service::PackagePatch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Package;
use crate::{
    AppState,
    api::v1::shape::given,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath, PackageId, PackagePath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, WholeProblems},
    },
};

/// What to change of a package; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageChange {
    /// For people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    /// For people; empty for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// Names of all products in it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    products: Option<Vec<String>>,
}

/// Changes a package: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/packages/{id}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath),
    request_body(content = PackageChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = Package),
        BodyProblems,
        WholeProblems,
        ConflictProblems
    )
)]
pub async fn update_package(
    State(state): State<AppState>,
    within: Whole<Edit>,
    PackageId(id): PackageId,
    Json(change): Json<PackageChange>,
) -> Result<axum::Json<Package>, Problem> {
    let patch = PackagePatch {
        name: change.name,
        description: change.description,
        products: change.products,
    };
    let changed = state
        .service
        .update_package(within.slug(), &id, patch, within.by())
        .await?;
    Ok(axum::Json(changed.into()))
}
