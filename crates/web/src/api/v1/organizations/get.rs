//! `GET /organizations/{org}`

use axum::Json;

use super::Organization;
use crate::{auth::Within, extract::OrganizationPath, problem::docs::OrganizationProblems};

/// Shows an organization.
#[utoipa::path(
    get,
    path = "/organizations/{org}",
    tag = "organizations",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath),
    responses(
        (status = 200, description = "The organization.", body = Organization),
        OrganizationProblems
    )
)]
pub async fn get_organization(within: Within) -> Json<Organization> {
    Json(within.tenant.organization.clone().into())
}
