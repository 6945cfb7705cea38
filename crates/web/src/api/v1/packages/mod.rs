//! Packages: what the organization sells, products under one name.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{service::Kept, usage};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::documents::Stamps;
use crate::AppState;

/// The routes of packages.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_package, list::list_packages))
        .routes(routes!(
            get::get_package,
            update::update_package,
            delete::delete_package
        ))
}

/// What is sold: products under one name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Package {
    /// Its id.
    #[schema(example = "location")]
    id: String,
    /// For people.
    #[schema(example = "Location")]
    name: String,
    /// For people; empty when there is none.
    description: String,
    /// Names of the products in it.
    #[schema(example = json!(["Maps", "Places"]))]
    products: Vec<String>,
    #[serde(flatten)]
    stamps: Stamps,
}

impl From<Kept<usage::Package>> for Package {
    fn from(kept: Kept<usage::Package>) -> Self {
        let package = kept.document;
        Self {
            id: package.id,
            name: package.name,
            description: package.description,
            products: package.products,
            stamps: kept.stamp.into(),
        }
    }
}
