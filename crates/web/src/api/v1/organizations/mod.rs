//! Organizations: the tenants. Made, changed and deleted by the platform, seen by themselves.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{appearance, organization, time::Time};
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
    /// How its pages look.
    appearance: Appearance,
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
            appearance: organization.appearance.into(),
            created_at: organization.created_at,
            updated_at: organization.updated_at,
        }
    }
}

/// How an organization's pages look. What is null is as Bellwire's own pages have it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appearance {
    /// The colour of what can be clicked on. Pages use shades of it that can be read.
    #[schema(required, example = "#0b6e4f")]
    accent: Option<String>,
    /// What stands at the top of the navigation.
    #[schema(required)]
    logo: Option<Logo>,
}

/// A logo, without the picture itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`.
    #[schema(example = "image/png")]
    media_type: &'static str,
    /// In pixels.
    #[schema(example = 320)]
    width: u32,
    /// In pixels.
    #[schema(example = 64)]
    height: u32,
    /// How large the file is.
    #[schema(example = 4211)]
    bytes: usize,
}

impl From<appearance::Appearance> for Appearance {
    fn from(appearance: appearance::Appearance) -> Self {
        Self {
            accent: appearance.accent.map(|accent| accent.to_string()),
            logo: appearance.logo.map(|logo| Logo {
                media_type: logo.picture().media_type(),
                width: logo.width(),
                height: logo.height(),
                bytes: logo.bytes().len(),
            }),
        }
    }
}
