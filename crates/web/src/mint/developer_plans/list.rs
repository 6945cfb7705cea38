//! `GET /v1/mint/organizations/{org}/developers/{email}/developer-rateplans`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::MintDeveloperPlan;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{Email, EmailPath, OrganizationPath, Query},
    mint::{page::MintPage, refusal::MintProblems},
    problem::Problem,
};

/// Rate plans that a developer has bought, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintDeveloperPlans {
    /// Those of this page.
    developer_rate_plan: Vec<MintDeveloperPlan>,
    /// How many there are, on all pages.
    total_records: u64,
}

/// Lists the rate plans that a developer has bought, former and future ones too (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/developers/{email}/developer-rateplans",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EmailPath, MintPage),
    responses((status = 200, description = "A page.", body = MintDeveloperPlans), MintProblems)
)]
pub async fn list_mint_developer_plans(
    State(state): State<AppState>,
    within: Whole<Read>,
    Email(email): Email,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintDeveloperPlans>, Problem> {
    let service = &state.service;
    service.developer(within.slug(), &email).await?;
    let listing = service
        .developer_plans(within.slug(), Some(email), None, page.window())
        .await?;
    Ok(axum::Json(MintDeveloperPlans {
        developer_rate_plan: listing.items.into_iter().map(Into::into).collect(),
        total_records: listing.total,
    }))
}
