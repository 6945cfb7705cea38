//! `POST /v1/mint/organizations/{org}/monetization-packages`

use axum::extract::State;
use bellwire_core::service::NewPackage;

use super::{NAMES, body::MintPackageBody, shape::MintPackage};
use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Json, OrganizationPath},
    mint::{
        body::{either, required, spelt},
        refusal::{MintBodyProblems, MintProblems},
    },
    problem::Problem,
};

/// Makes a package (APG-27d).
#[utoipa::path(
    post,
    path = "/v1/mint/organizations/{org}/monetization-packages",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath),
    request_body(content = MintPackageBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Made.", body = MintPackage),
        MintProblems,
        MintBodyProblems
    )
)]
pub async fn create_mint_package(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Json(mut body): Json<MintPackageBody>,
) -> Result<axum::Json<MintPackage>, Problem> {
    let new = NewPackage {
        products: body.products(),
        id: body.id,
        name: required(either(body.name, body.display_name)?, "name")?,
        description: body.description,
    };
    let kept = state
        .service
        .create_package(within.slug(), new, within.by())
        .await
        .map_err(|error| spelt(error.into(), NAMES))?;
    Ok(axum::Json(kept.into()))
}
