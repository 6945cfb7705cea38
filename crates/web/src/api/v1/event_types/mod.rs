//! Event types: the platform's catalogue, and each organization's own, which sees both.
//!
//! Each operation exists twice, under `/event-types` and under `/organizations/{org}/event-types`;
//! the two differ in who may call them and are kept side by side.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{organization, time::Time};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of event types.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            create::create_platform_event_type,
            list::list_platform_event_types
        ))
        .routes(routes!(
            get::get_platform_event_type,
            update::update_platform_event_type,
            delete::delete_platform_event_type
        ))
        .routes(routes!(create::create_event_type, list::list_event_types))
        .routes(routes!(
            get::get_event_type,
            update::update_event_type,
            delete::delete_event_type
        ))
}

/// Whose an event type is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueScope {
    /// Every organization sees it.
    Platform,
    /// The organization's own; it wins over one of the platform's with the same name.
    Organization,
}

/// An entry of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventType {
    /// The name that events carry.
    #[schema(example = "booking.created")]
    name: String,
    /// Whose it is.
    scope: CatalogueScope,
    /// What it means, for people.
    description: String,
    /// JSON Schema that `data` must satisfy; null when anything will do.
    #[schema(required, value_type = Option<super::shape::JsonSchema>)]
    schema: Option<Box<RawValue>>,
    /// `data` of an example event.
    #[schema(required, value_type = Option<Value>)]
    example: Option<Box<RawValue>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<organization::EventType> for EventType {
    fn from(entry: organization::EventType) -> Self {
        Self {
            name: entry.name,
            scope: match entry.organization_id {
                None => CatalogueScope::Platform,
                Some(_) => CatalogueScope::Organization,
            },
            description: entry.description,
            schema: entry.schema,
            example: entry.example,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
        }
    }
}
