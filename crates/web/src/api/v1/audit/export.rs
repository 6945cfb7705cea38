//! `GET /audit/export`

use axum::{extract::State, response::IntoResponse};

use super::{
    AuditEntry,
    query::{AuditQuery, export},
};
use crate::{
    AppState,
    auth::{Manage, OfPlatform},
    extract::Query,
    problem::{
        Problem,
        docs::{PlatformProblems, QueryProblems},
    },
};

/// Every change as JSON lines, of all organizations and of the platform, newest first.
#[utoipa::path(
    get,
    path = "/audit/export",
    tag = "audit",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(AuditQuery),
    responses(
        (
            status = 200,
            description = "One entry a line. A body that breaks off is not all of it.",
            body = AuditEntry,
            content_type = "application/x-ndjson"
        ),
        QueryProblems,
        PlatformProblems
    )
)]
pub async fn export_audit(
    State(state): State<AppState>,
    _: OfPlatform<Manage>,
    Query(query): Query<AuditQuery>,
) -> Result<impl IntoResponse, Problem> {
    export(&state, None, query).await
}
