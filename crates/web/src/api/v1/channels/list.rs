//! `GET /organizations/{org}/channels`

use axum::{Json, extract::State};

use super::Channel;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::Within,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Lists channels by key.
#[utoipa::path(
    get,
    path = "/organizations/{org}/channels",
    tag = "channels",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Channel>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_channels(
    State(state): State<AppState>,
    within: Within,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Channel>>, Problem> {
    let binding = Binding::of(&["channels", &within.id().to_string()]);
    let after = binding.text_after(&paging)?;
    let page = state
        .service
        .channels(within.slug(), after.as_deref(), paging.limit())?;
    Ok(Json(List {
        items: page
            .items
            .into_iter()
            .filter(|channel| within.access().touches(std::slice::from_ref(&channel.key)))
            .map(Channel::from)
            .collect(),
        next_cursor: page.next.map(|key| binding.encode(key.as_bytes())),
    }))
}
