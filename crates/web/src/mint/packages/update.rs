//! `PUT /v1/mint/organizations/{org}/monetization-packages/{id}`

use axum::extract::State;
use bellwire_core::service::PackagePatch;

use super::{NAMES, body::MintPackageBody, shape::MintPackage};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath, PackageId, PackagePath},
    mint::{
        body::{either, same, spelt},
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Changes a package: only the fields given (APG-27d).
#[utoipa::path(
    put,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, PackagePath),
    request_body(content = MintPackageBody, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = MintPackage),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn put_mint_package(
    State(state): State<AppState>,
    within: Whole<Edit>,
    PackageId(id): PackageId,
    Json(mut body): Json<MintPackageBody>,
) -> Result<axum::Json<MintPackage>, Problem> {
    // What is not there has no field that could be wrong.
    state.service.package(within.slug(), &id).await?;
    same(body.id.as_deref(), &id, "id")?;
    let patch = PackagePatch {
        products: body.products(),
        name: either(body.name, body.display_name)?,
        description: body.description,
    };
    let kept = state
        .service
        .update_package(within.slug(), &id, patch, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
