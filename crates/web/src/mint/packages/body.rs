//! What a body says of a package.

use serde::{Deserialize, de::IgnoredAny};
use utoipa::ToSchema;

use crate::{extract::Object, mint::body::body};

body! {
    /// A package, or what to change of one. To make one, `name` or `displayName` is needed.
    MintPackageBody {
        /// Its id, which does not change; made of the name, if left out.
        #[schema(example = "location", max_length = 100, pattern = "^[A-Za-z0-9_.-]+$")]
        id: Option<String>,
        /// For people.
        #[schema(example = "Location")]
        name: Option<String>,
        /// For people: the same as `name`.
        display_name: Option<String>,
        /// For people.
        description: Option<String>,
        /// The products in it, each by its name; every call names them.
        #[schema(value_type = Option<Vec<MintProductReference>>)]
        product: Option<Vec<Object<MintProductReference>>>,
        /// Ignored.
        #[schema(value_type = Option<serde_json::Value>)]
        #[expect(dead_code)]
        status: Option<IgnoredAny>,
    }
}

/// A product of a package.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MintProductReference {
    /// Its name.
    #[schema(example = "Maps")]
    pub(super) id: String,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    name: Option<IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    display_name: Option<IgnoredAny>,
}

impl MintPackageBody {
    /// The names of the products.
    pub(super) fn products(&mut self) -> Option<Vec<String>> {
        let products = self.product.take()?;
        Some(
            products
                .into_iter()
                .map(|Object(product)| product.id)
                .collect(),
        )
    }
}
