//! `GET /v1/mint/organizations/{org}/monetization-packages`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintPackage;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Packages of the organization, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintPackages {
    /// Those of this page.
    monetization_package: Vec<MintPackage>,
    /// How many there are, on all pages.
    total_records: u64,
}

/// Lists packages (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/monetization-packages",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintPage),
    responses((status = 200, description = "A page.", body = MintPackages), MintProblems)
)]
pub async fn list_mint_packages(
    State(state): State<AppState>,
    within: Whole<Read>,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintPackages>, Problem> {
    let listing = state
        .service
        .packages(within.slug(), None, page.window())
        .await?;
    Ok(axum::Json(MintPackages {
        monetization_package: listing.items.into_iter().map(Into::into).collect(),
        total_records: listing.total,
    }))
}
