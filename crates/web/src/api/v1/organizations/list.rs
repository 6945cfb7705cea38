//! `GET /organizations`

use axum::{Json, extract::State};

use super::Organization;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::SignedIn,
    cursor::Binding,
    extract::{Paging, Query},
    problem::{
        Problem,
        docs::{AnybodyProblems, QueryProblems},
    },
};

/// Lists organizations by id. A token of an organization sees that one only.
#[utoipa::path(
    get,
    path = "/organizations",
    tag = "organizations",
    extensions(("x-required-right" = json!("any"))),
    params(Paging),
    responses(
        (status = 200, description = "One page.", body = List<Organization>),
        QueryProblems,
        AnybodyProblems
    )
)]
pub async fn list_organizations(
    State(state): State<AppState>,
    SignedIn(principal): SignedIn,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Organization>>, Problem> {
    let access = &principal.access;
    let binding = Binding::of(&["organizations", &format!("{access:?}")]);
    let after = binding.text_after(&paging)?;
    let page = state
        .service
        .organizations(access, after.as_deref(), paging.limit());
    Ok(Json(List {
        items: page
            .items
            .into_iter()
            .map(|tenant| tenant.organization.clone().into())
            .collect(),
        next_cursor: page.next.map(|slug| binding.encode(slug.as_bytes())),
    }))
}
