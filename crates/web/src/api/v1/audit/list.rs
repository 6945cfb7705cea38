//! `GET /audit`

use axum::{Json, extract::State};

use super::{
    AuditEntry,
    query::{AuditQuery, PagedAuditQuery, page},
};
use crate::{
    AppState,
    api::v1::shape::List,
    auth::{Manage, OfPlatform},
    extract::{Paging, Query},
    problem::{
        Problem,
        docs::{PlatformProblems, QueryProblems},
    },
};

/// Lists every change, of all organizations and of the platform, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "audit",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(AuditQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<AuditEntry>),
        QueryProblems,
        PlatformProblems
    )
)]
pub async fn list_audit(
    State(state): State<AppState>,
    _: OfPlatform<Manage>,
    Query(query): Query<PagedAuditQuery>,
) -> Result<Json<List<AuditEntry>>, Problem> {
    page(&state, None, query).await.map(Json)
}
