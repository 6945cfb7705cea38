//! `GET /organizations/{org}/inspectors/{id}/requests`

use std::net::IpAddr;

use axum::{Json, extract::State};
use bellwire_core::{
    ids::{InspectedId, InspectorId},
    inspector::Inspected,
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::shape::List,
    auth::Within,
    cursor::Binding,
    extract::{Id, IdPath, OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// A request that arrived at an inspector.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectedRequest {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: InspectedId,
    /// When it was there whole.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// From where; null when that is not known.
    #[schema(required, value_type = Option<String>, example = "203.0.113.7")]
    address: Option<IpAddr>,
    /// The method.
    #[schema(example = "POST")]
    method: String,
    /// What stood behind the inspector's URL, query included.
    #[schema(example = "/orders?x=1")]
    path: String,
    /// How long the body is, in bytes.
    #[schema(example = 312)]
    body_bytes: u32,
    /// The status that it was answered with.
    #[schema(example = 200)]
    answered: u16,
}

impl From<&Inspected> for InspectedRequest {
    fn from(one: &Inspected) -> Self {
        Self {
            id: one.id,
            at: one.at,
            address: one.address,
            method: one.method.clone(),
            path: one.path.clone(),
            body_bytes: one.body_bytes,
            answered: one.answered,
        }
    }
}

/// Lists what arrived at an inspector, newest first: the last hundred requests are kept.
#[utoipa::path(
    get,
    path = "/organizations/{org}/inspectors/{id}/requests",
    tag = "inspectors",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<InspectedRequest>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_inspected_requests(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<InspectorId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<InspectedRequest>>, Problem> {
    let binding = Binding::of(&["inspected", &id.to_string()]);
    let before = binding
        .bytes_after::<16>(&paging)?
        .map(InspectedId::from_bytes);
    let inspector = state
        .service
        .inspector(within.slug(), id, within.access())
        .await?;
    let page = state
        .service
        .list_inspected(&inspector, before, paging.limit())
        .await?;
    Ok(Json(List {
        items: page.items.iter().map(InspectedRequest::from).collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
