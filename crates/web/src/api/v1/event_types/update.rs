//! `PATCH /event-types/{name}` and `PATCH /organizations/{org}/event-types/{name}`

use axum::extract::State;
use bellwire_core::service::EventTypePatch;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::EventType;
use crate::{
    AppState,
    api::v1::shape::{given, given_or_null},
    auth::{Manage, OfPlatform, Produce, Within},
    extract::{Json, Name, NamePath, OrganizationPath},
    problem::{
        Problem,
        docs::{
            BodyProblems, ConflictProblems, MissingProblem, OrganizationProblems, PlatformProblems,
        },
    },
};

/// What to change of an event type; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTypeChange {
    /// What it means, for people.
    #[serde(default, deserialize_with = "given")]
    #[schema(
        nullable = false,
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// JSON Schema that `data` must satisfy from now on; null for none.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<crate::api::v1::shape::JsonSchema>)]
    schema: Option<Option<Box<RawValue>>>,
    /// `data` of an example event; null for none.
    #[serde(default, deserialize_with = "given_or_null")]
    #[schema(value_type = Option<Value>)]
    example: Option<Option<Box<RawValue>>>,
}

impl From<EventTypeChange> for EventTypePatch {
    fn from(change: EventTypeChange) -> Self {
        Self {
            description: change.description,
            schema: change.schema,
            example: change.example,
        }
    }
}

/// Changes an event type of the platform: only the fields given.
#[utoipa::path(
    patch,
    path = "/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("platform_admin"))),
    params(NamePath),
    request_body(content = EventTypeChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = EventType),
        BodyProblems,
        PlatformProblems,
        MissingProblem,
        ConflictProblems
    )
)]
pub async fn update_platform_event_type(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Name(name): Name,
    Json(change): Json<EventTypeChange>,
) -> Result<axum::Json<EventType>, Problem> {
    let changed = state
        .service
        .update_event_type(None, &name, change.into(), platform.by())
        .await?;
    Ok(axum::Json(changed.into()))
}

/// Changes an event type of the organization's own: only the fields given.
#[utoipa::path(
    patch,
    path = "/organizations/{org}/event-types/{name}",
    tag = "event types",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath, NamePath),
    request_body(content = EventTypeChange, content_type = "application/json"),
    responses(
        (status = 200, description = "As it is now.", body = EventType),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn update_event_type(
    State(state): State<AppState>,
    within: Within<Produce>,
    Name(name): Name,
    Json(change): Json<EventTypeChange>,
) -> Result<axum::Json<EventType>, Problem> {
    let changed = state
        .service
        .update_event_type(Some(within.slug()), &name, change.into(), within.by())
        .await?;
    Ok(axum::Json(changed.into()))
}
