//! `GET /organizations/{org}/members`

use axum::{Json, extract::State};

use super::Member;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::{Manage, Within},
    cursor::Binding,
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Lists members by e-mail address.
#[utoipa::path(
    get,
    path = "/organizations/{org}/members",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Member>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_members(
    State(state): State<AppState>,
    within: Within<Manage>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Member>>, Problem> {
    let binding = Binding::of(&["members", within.slug()]);
    let after = binding.text_after(&paging)?;
    let page = state
        .service
        .members(within.slug(), after.as_deref(), paging.limit())
        .await?;
    Ok(Json(List {
        items: page
            .items
            .iter()
            .filter_map(|user| Member::of(user, within.id()))
            .collect(),
        next_cursor: page.next.map(|email| binding.encode(email.as_bytes())),
    }))
}
