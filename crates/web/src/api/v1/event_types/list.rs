//! `GET /event-types` and `GET /organizations/{org}/event-types`

use std::sync::Arc;

use axum::{Json, extract::State};
use bellwire_core::{ports::Page, snapshot::CatalogueType};

use super::EventType;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::{SignedIn, Within},
    cursor::Binding,
    extract::{OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{AnybodyProblems, OrganizationProblems, QueryProblems},
    },
};

fn answer(page: Page<Arc<CatalogueType>, String>, binding: Binding) -> Json<List<EventType>> {
    Json(List {
        items: page
            .items
            .iter()
            .map(|entry| entry.event_type.clone().into())
            .collect(),
        next_cursor: page.next.map(|name| binding.encode(name.as_bytes())),
    })
}

/// Lists the platform's event types by name.
#[utoipa::path(
    get,
    path = "/event-types",
    tag = "event types",
    extensions(("x-required-right" = json!("any"))),
    params(Paging),
    responses(
        (status = 200, description = "One page.", body = List<EventType>),
        QueryProblems,
        AnybodyProblems
    )
)]
pub async fn list_platform_event_types(
    State(state): State<AppState>,
    _: SignedIn,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EventType>>, Problem> {
    let binding = Binding::of(&["event_types"]);
    let after = binding.text_after(&paging)?;
    let page = state
        .service
        .event_types(None, after.as_deref(), paging.limit())?;
    Ok(answer(page, binding))
}

/// Lists the event types that the organization sees, its own and the platform's, by name.
#[utoipa::path(
    get,
    path = "/organizations/{org}/event-types",
    tag = "event types",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<EventType>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_event_types(
    State(state): State<AppState>,
    within: Within,
    Query(paging): Query<Paging>,
) -> Result<Json<List<EventType>>, Problem> {
    let binding = Binding::of(&["event_types", &within.id().to_string()]);
    let after = binding.text_after(&paging)?;
    let page = state
        .service
        .event_types(Some(within.slug()), after.as_deref(), paging.limit())?;
    Ok(answer(page, binding))
}
