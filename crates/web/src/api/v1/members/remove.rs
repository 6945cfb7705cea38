//! `DELETE /organizations/{org}/members/{id}`

use axum::extract::State;
use bellwire_core::ids::UserId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Takes somebody out of the organization. They stay a user; their sessions end.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/members/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Taken out."),
        OrganizationProblems
    )
)]
pub async fn remove_member(
    State(state): State<AppState>,
    within: Within<Manage>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    let slug = within.slug();
    state.service.remove_member(slug, id, within.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}
