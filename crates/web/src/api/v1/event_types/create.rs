//! `POST /event-types` and `POST /organizations/{org}/event-types`

use axum::extract::State;
use bellwire_core::service;
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::EventType;
use crate::{
    AppState,
    auth::{Manage, OfPlatform, Produce, Within},
    extract::{Json, OrganizationPath},
    problem::{
        Problem,
        docs::{BodyProblems, ConflictProblems, OrganizationProblems, PlatformProblems},
    },
};

/// An event type to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEventType {
    /// The name that events carry; never changed afterwards.
    #[schema(
        example = "booking.created",
        max_length = 128,
        pattern = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"
    )]
    name: String,
    /// What it means, for people.
    #[schema(
        example = "A guest has booked.",
        max_length = 4096,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    description: Option<String>,
    /// JSON Schema that `data` must satisfy.
    #[schema(value_type = Option<crate::api::v1::shape::JsonSchema>)]
    schema: Option<Box<RawValue>>,
    /// `data` of an example event; it must satisfy the schema.
    #[schema(value_type = Option<Value>)]
    example: Option<Box<RawValue>>,
}

impl From<NewEventType> for service::NewEventType {
    fn from(new: NewEventType) -> Self {
        Self {
            name: new.name,
            description: new.description,
            schema: new.schema,
            example: new.example,
        }
    }
}

type Made = (StatusCode, axum::Json<EventType>);

/// Adds an event type to the platform's catalogue.
#[utoipa::path(
    post,
    path = "/event-types",
    tag = "event types",
    extensions(("x-required-right" = json!("platform_admin"))),
    request_body(content = NewEventType, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = EventType),
        BodyProblems,
        PlatformProblems,
        ConflictProblems
    )
)]
pub async fn create_platform_event_type(
    State(state): State<AppState>,
    platform: OfPlatform<Manage>,
    Json(new): Json<NewEventType>,
) -> Result<Made, Problem> {
    let made = state
        .service
        .create_event_type(None, new.into(), platform.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Adds an event type to the organization's own catalogue.
#[utoipa::path(
    post,
    path = "/organizations/{org}/event-types",
    tag = "event types",
    extensions(("x-required-right" = json!("produce"))),
    params(OrganizationPath),
    request_body(content = NewEventType, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = EventType),
        BodyProblems,
        OrganizationProblems,
        ConflictProblems
    )
)]
pub async fn create_event_type(
    State(state): State<AppState>,
    within: Within<Produce>,
    Json(new): Json<NewEventType>,
) -> Result<Made, Problem> {
    let made = state
        .service
        .create_event_type(Some(within.slug()), new.into(), within.by())
        .await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}
