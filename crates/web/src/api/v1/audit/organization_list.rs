//! `GET /organizations/{org}/audit`

use axum::{Json, extract::State};

use super::{
    AuditEntry,
    query::{AuditQuery, PagedAuditQuery, page},
};
use crate::{
    AppState,
    api::v1::shape::List,
    auth::{Manage, Within},
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Lists every change in an organization, newest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/audit",
    tag = "audit",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, AuditQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<AuditEntry>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_organization_audit(
    State(state): State<AppState>,
    within: Within<Manage>,
    Query(query): Query<PagedAuditQuery>,
) -> Result<Json<List<AuditEntry>>, Problem> {
    page(&state, Some(within.slug()), query).await.map(Json)
}
