//! `GET /v1/mint/organizations/{org}/developers/{email}`

use axum::extract::State;

use super::shape::MintDeveloper;
use crate::{
    AppState,
    auth::{Read, Whole},
    extract::{Email, EmailPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// One developer (APG-27d).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/developers/{email}",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EmailPath),
    responses((status = 200, description = "The developer.", body = MintDeveloper), MintProblems)
)]
pub async fn get_mint_developer(
    State(state): State<AppState>,
    within: Whole<Read>,
    Email(email): Email,
) -> Result<axum::Json<MintDeveloper>, Problem> {
    let kept = state.service.developer(within.slug(), &email).await?;
    Ok(axum::Json(kept.into()))
}
