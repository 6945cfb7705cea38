//! `GET /organizations`

use axum::{Json, extract::State};
use bellwire_core::ports::{Page, TokenScope};

use super::Organization;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::Principal,
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
    params(Paging),
    responses(
        (status = 200, description = "One page.", body = List<Organization>),
        QueryProblems,
        AnybodyProblems
    )
)]
pub async fn list_organizations(
    State(state): State<AppState>,
    principal: Principal,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Organization>>, Problem> {
    let binding = Binding::of(&["organizations", &format!("{:?}", principal.scope)]);
    let after = binding.text_after(&paging)?;
    let page = match principal.scope {
        TokenScope::Platform => state
            .service
            .organizations(after.as_deref(), paging.limit()),
        TokenScope::Organization(id) => Page {
            items: state
                .service
                .snapshot()
                .organization_by_id(id)
                .into_iter()
                .collect(),
            next: None,
        },
    };
    Ok(Json(List {
        items: page
            .items
            .into_iter()
            .map(|tenant| tenant.organization.clone().into())
            .collect(),
        next_cursor: page.next.map(|slug| binding.encode(slug.as_bytes())),
    }))
}
