//! A package as this API shows it.

use bellwire_core::{service::Kept, usage::Package};
use serde::Serialize;
use utoipa::ToSchema;

/// A package: products that are sold under one name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintPackage {
    /// When it was made, in milliseconds since 1970.
    created: i64,
    /// Who made it.
    created_by: String,
    /// For people; empty, when there is none.
    description: String,
    /// For people.
    #[schema(example = "Location")]
    display_name: String,
    /// Its id.
    #[schema(example = "location")]
    id: String,
    /// For people: the same as `displayName`.
    #[schema(example = "Location")]
    name: String,
    /// The products in it.
    product: Vec<MintProduct>,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub struct MintProduct {
    /// Its name.
    #[schema(example = "Maps")]
    id: String,
    /// Its name.
    #[schema(example = "Maps")]
    name: String,
}

impl From<Kept<Package>> for MintPackage {
    fn from(kept: Kept<Package>) -> Self {
        let Kept { document, stamp } = kept;
        let products = document.products.into_iter();
        Self {
            created: stamp.created_at.as_millis(),
            created_by: stamp.created_by,
            description: document.description,
            display_name: document.name.clone(),
            id: document.id,
            name: document.name,
            product: products
                .map(|name| MintProduct {
                    id: name.clone(),
                    name,
                })
                .collect(),
            updated: stamp.updated_at.as_millis(),
            updated_by: stamp.updated_by,
        }
    }
}
