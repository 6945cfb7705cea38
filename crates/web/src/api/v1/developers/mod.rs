//! Developers: who uses what the organization sells.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{service::Kept, usage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::documents::Stamps;
use crate::{AppState, extract::Object};

/// The routes of developers.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_developer, list::list_developers))
        .routes(routes!(
            get::get_developer,
            update::update_developer,
            delete::delete_developer
        ))
}

/// A custom attribute of a developer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    #[schema(example = "tier")]
    name: String,
    /// Its value.
    #[schema(example = "gold")]
    value: String,
}

impl Attribute {
    fn all(attributes: Vec<Object<Self>>) -> Vec<usage::Attribute> {
        attributes
            .into_iter()
            .map(|Object(Self { name, value })| usage::Attribute { name, value })
            .collect()
    }
}

/// Somebody who uses what the organization sells.
#[derive(Debug, Serialize, ToSchema)]
pub struct Developer {
    /// E-mail address, which names the developer everywhere.
    #[schema(example = "ada@example.com")]
    email: String,
    /// First name.
    #[schema(example = "Ada")]
    first_name: String,
    /// Last name.
    #[schema(example = "Lovelace")]
    last_name: String,
    /// Company; empty when there is none.
    #[schema(example = "Engines Ltd")]
    company: String,
    /// The applications that use what was bought.
    #[schema(example = json!(["weather-app"]))]
    applications: Vec<String>,
    /// Custom attributes.
    attributes: Vec<Attribute>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl From<Kept<usage::Developer>> for Developer {
    fn from(kept: Kept<usage::Developer>) -> Self {
        let developer = kept.document;
        Self {
            email: developer.email,
            first_name: developer.first_name,
            last_name: developer.last_name,
            company: developer.company,
            applications: developer.applications,
            attributes: developer
                .attributes
                .into_iter()
                .map(|usage::Attribute { name, value }| Attribute { name, value })
                .collect(),
            stamps: kept.stamp.into(),
        }
    }
}
