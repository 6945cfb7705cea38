//! `GET /organizations/{org}/portal-links`

use axum::{Json, extract::State};
use bellwire_core::ids::LinkId;

use super::PortalLink;
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

/// Lists portal links, newest first, those included that work no more. Their URLs are not kept and
/// cannot be listed.
#[utoipa::path(
    get,
    path = "/organizations/{org}/portal-links",
    tag = "people",
    extensions(("x-required-right" = json!("manage"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<PortalLink>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_portal_links(
    State(state): State<AppState>,
    within: Within<Manage>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<PortalLink>>, Problem> {
    let binding = Binding::of(&["portal-links", within.slug()]);
    let before = binding.bytes_after::<16>(&paging)?.map(LinkId::from_bytes);
    let page = state
        .service
        .portal_links(within.slug(), before, paging.limit())
        .await?;
    Ok(Json(List {
        items: page.items.into_iter().filter_map(PortalLink::of).collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
