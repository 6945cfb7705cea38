//! `GET /v1/mint/organizations/{org}/notification-conditions`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintCondition;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{OrganizationPath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Notification conditions of the organization, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintConditions {
    /// Those of this page.
    notification_conditions: Vec<MintCondition>,
    /// How many there are, on all pages.
    total_records: u64,
}

/// Lists notification conditions (APG-27).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/notification-conditions",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintPage),
    responses((status = 200, description = "A page.", body = MintConditions), MintProblems)
)]
pub async fn list_mint_conditions(
    State(state): State<AppState>,
    within: Whole<Read>,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintConditions>, Problem> {
    let listing = state
        .service
        .conditions(within.slug(), None, page.window())
        .await?;
    Ok(axum::Json(MintConditions {
        notification_conditions: listing.items.into_iter().map(Into::into).collect(),
        total_records: listing.total,
    }))
}
