//! `GET /event-types/{name}` and `GET /organizations/{org}/event-types/{name}`

use axum::{Json, extract::State};

use super::EventType;
use crate::{
    AppState,
    auth::{SignedIn, Within},
    extract::{Name, NamePath, OrganizationPath},
    problem::{
        Problem,
        docs::{AnybodyProblems, MissingProblem, OrganizationProblems},
    },
};

/// Shows an event type of the platform.
#[utoipa::path(
    get,
    path = "/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("any"))),
    params(NamePath),
    responses(
        (status = 200, description = "The event type.", body = EventType),
        MissingProblem,
        AnybodyProblems
    )
)]
pub async fn get_platform_event_type(
    State(state): State<AppState>,
    _: SignedIn,
    Name(name): Name,
) -> Result<Json<EventType>, Problem> {
    let entry = state.service.event_type(None, &name)?;
    Ok(Json(entry.event_type.clone().into()))
}

/// Shows an event type that the organization sees: its own, or else the platform's.
#[utoipa::path(
    get,
    path = "/organizations/{org}/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, NamePath),
    responses(
        (status = 200, description = "The event type.", body = EventType),
        OrganizationProblems
    )
)]
pub async fn get_event_type(
    State(state): State<AppState>,
    within: Within,
    Name(name): Name,
) -> Result<Json<EventType>, Problem> {
    let entry = state.service.event_type(Some(within.slug()), &name)?;
    Ok(Json(entry.event_type.clone().into()))
}
