//! `GET /organizations/{org}/developers/{email}`

use axum::{Json, extract::State};

use super::Developer;
use crate::{
    AppState,
    auth::Whole,
    extract::{Email, EmailPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Shows a developer.
#[utoipa::path(
    get,
    path = "/organizations/{org}/developers/{email}",
    tag = "usage",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, EmailPath),
    responses(
        (status = 200, description = "The developer.", body = Developer),
        WholeProblems
    )
)]
pub async fn get_developer(
    State(state): State<AppState>,
    within: Whole,
    Email(email): Email,
) -> Result<Json<Developer>, Problem> {
    let kept = state.service.developer(within.slug(), &email).await?;
    Ok(Json(kept.into()))
}
