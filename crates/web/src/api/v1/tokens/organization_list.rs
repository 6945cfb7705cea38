//! `GET /organizations/{org}/tokens`

use axum::{Json, extract::State};

use super::{Token, list::page};
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

/// Lists the organization's tokens, newest first, revoked ones included.
#[utoipa::path(
    get,
    path = "/organizations/{org}/tokens",
    tag = "tokens",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Token>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_organization_tokens(
    State(state): State<AppState>,
    within: Within<Manage>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Token>>, Problem> {
    page(&state, Some(within.slug()), &paging).await.map(Json)
}
