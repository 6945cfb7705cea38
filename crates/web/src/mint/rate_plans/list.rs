//! `GET /v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintRatePlan;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, PackageId, PackagePath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Rate plans of a package, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintRatePlans {
    /// Those of this page.
    rate_plan: Vec<MintRatePlan>,
    /// How many there are, on all pages.
    total_records: u64,
}

/// Lists the rate plans of a package (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/monetization-packages/{id}/rate-plans",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, PackagePath, MintPage),
    responses((status = 200, description = "A page.", body = MintRatePlans), MintProblems)
)]
pub async fn list_mint_rate_plans(
    State(state): State<AppState>,
    within: Whole<Read>,
    PackageId(package): PackageId,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintRatePlans>, Problem> {
    let service = &state.service;
    service.package(within.slug(), &package).await?;
    let listing = service
        .rate_plans(within.slug(), Some(package), page.window())
        .await?;
    Ok(axum::Json(MintRatePlans {
        rate_plan: listing.items.into_iter().map(Into::into).collect(),
        total_records: listing.total,
    }))
}
