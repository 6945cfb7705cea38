//! Organizations: the tenants. Made, changed and deleted by the platform, seen by themselves.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{organization, time::Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of organizations.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            create::create_organization,
            list::list_organizations
        ))
        .routes(routes!(
            get::get_organization,
            update::update_organization,
            delete::delete_organization
        ))
}

/// A tenant. Everything belongs to one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organization {
    /// What URLs call it; unique and never changed.
    #[schema(example = "acme")]
    id: String,
    /// Display name.
    #[schema(example = "Acme Travel")]
    name: String,
    /// The profile of webhooks that name none.
    #[schema(example = "standard")]
    default_profile: String,
    /// Whether events of a type that is not in the catalogue are refused.
    strict_event_types: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<organization::Organization> for Organization {
    fn from(organization: organization::Organization) -> Self {
        Self {
            id: organization.slug,
            name: organization.name,
            default_profile: organization.default_profile,
            strict_event_types: organization.strict_event_types,
            created_at: organization.created_at,
            updated_at: organization.updated_at,
        }
    }
}
