//! `GET /organizations/{org}/inspectors`

use axum::{Json, extract::State};
use bellwire_core::ids::InspectorId;

use super::Inspector;
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

/// Lists inspectors, newest first. There are a hundred at most.
#[utoipa::path(
    get,
    path = "/organizations/{org}/inspectors",
    tag = "inspectors",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Inspector>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_inspectors(
    State(state): State<AppState>,
    within: Within,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Inspector>>, Problem> {
    let binding = Binding::of(&["inspectors", within.slug()]);
    let before = binding.bytes_after::<16>(&paging)?;
    let before = before.map(InspectorId::from_bytes);
    let mut found = state
        .service
        .inspectors(within.slug(), within.access())
        .await?;
    found.retain(|one| before.is_none_or(|before| one.id < before));
    let more = found.len() > paging.limit();
    found.truncate(paging.limit());
    let next = found.last().filter(|_| more).map(|one| one.id);
    Ok(Json(List {
        items: found
            .into_iter()
            .map(|one| Inspector::of(&state, one))
            .collect(),
        next_cursor: next.map(|id| binding.encode(id.as_bytes())),
    }))
}
