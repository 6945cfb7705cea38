//! `GET /organizations/{org}/audit/export`

use axum::{extract::State, response::IntoResponse};

use super::{
    AuditEntry,
    query::{AuditQuery, export},
};
use crate::{
    AppState,
    auth::{Manage, Within},
    extract::{OrganizationPath, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Every change in an organization as JSON lines, newest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/audit/export",
    tag = "audit",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, AuditQuery),
    responses(
        (
            status = 200,
            description = "One entry a line. A body that breaks off is not all of it.",
            body = AuditEntry,
            content_type = "application/x-ndjson"
        ),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn export_organization_audit(
    State(state): State<AppState>,
    within: Within<Manage>,
    Query(query): Query<AuditQuery>,
) -> Result<impl IntoResponse, Problem> {
    export(&state, Some(within.slug()), query).await
}
