//! `DELETE /v1/mint/organizations/{org}/developers/{email}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, OrganizationPath},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// Deletes a developer, with what they bought and what was counted of it (APG-27d).
#[utoipa::path(
    delete,
    path = "/v1/mint/organizations/{org}/developers/{email}",
    tag = "monetization",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath),
    responses((status = 204, description = "Deleted."), MintProblems)
)]
pub async fn delete_mint_developer(
    State(state): State<AppState>,
    within: Whole<Edit>,
    Email(email): Email,
) -> Result<StatusCode, Problem> {
    state
        .service
        .delete_developer(within.slug(), &email, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
