//! `DELETE /organizations/{org}/portal-links/{id}`

use axum::extract::State;
use bellwire_core::ids::LinkId;
use http::StatusCode;

use crate::{
    AppState,
    auth::{Manage, Within},
    extract::{Id, IdPath, OrganizationPath},
    problem::{Problem, docs::OrganizationProblems},
};

/// Takes a portal link back. Whoever came in through it is out when this is answered.
#[utoipa::path(
    delete,
    path = "/organizations/{org}/portal-links/{id}",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, IdPath),
    responses(
        (status = 204, description = "Taken back."),
        OrganizationProblems
    )
)]
pub async fn revoke_portal_link(
    State(state): State<AppState>,
    within: Within<Manage>,
    Id(id): Id<LinkId>,
) -> Result<StatusCode, Problem> {
    let slug = within.slug();
    state
        .service
        .revoke_portal_link(slug, id, within.by())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
