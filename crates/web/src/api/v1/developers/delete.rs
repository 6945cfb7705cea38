//! `DELETE /organizations/{org}/developers/{email}`

use axum::extract::State;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Edit, Whole},
    extract::{Email, EmailPath, OrganizationPath},
    problem::{Problem, docs::WholeProblems},
};

/// Deletes a developer, with the rate plans they bought and everything that was counted for them.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/developers/{email}",
    tag = "usage",
    extensions(("x-required-right" = json!("edit"))),
    params(OrganizationPath, EmailPath),
    responses(
        (status = 204, description = "Deleted."),
        WholeProblems
    )
)]
pub async fn delete_developer(
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
