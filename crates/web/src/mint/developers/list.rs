//! `GET /v1/mint/organizations/{org}/developers`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintDeveloper;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Developers of the organization, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintDevelopers {
    /// Those of this page.
    developer: Vec<MintDeveloper>,
    /// How many there are, on all pages.
    total_records: u64,
}

/// Lists developers (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/developers",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintPage),
    responses((status = 200, description = "A page.", body = MintDevelopers), MintProblems)
)]
pub async fn list_mint_developers(
    State(state): State<AppState>,
    within: Whole<Read>,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintDevelopers>, Problem> {
    let listing = state
        .service
        .developers(within.slug(), None, page.window())
        .await?;
    Ok(axum::Json(MintDevelopers {
        developer: listing.items.into_iter().map(Into::into).collect(),
        total_records: listing.total,
    }))
}
