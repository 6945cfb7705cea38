//! A developer as this API shows it.

use bellwire_core::{
    service::Kept,
    usage::{Attribute, Developer},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A developer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintDeveloper {
    /// Names of the applications that use what was bought.
    #[schema(example = json!(["weather-app"]))]
    applications: Vec<String>,
    /// Company; empty, when there is none.
    company_name: String,
    /// When it was made, in milliseconds since 1970.
    created: i64,
    /// Who made it.
    created_by: String,
    /// Custom attributes; every call names them.
    custom_attributes: Vec<MintCustomAttribute>,
    /// E-mail address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// First name.
    first_name: String,
    /// The e-mail address.
    #[schema(example = "ada@example.com")]
    id: String,
    /// Last name.
    last_name: String,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

/// A custom attribute.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintCustomAttribute {
    /// Its name.
    pub(super) name: String,
    /// Its value.
    pub(super) value: String,
}

impl From<MintCustomAttribute> for Attribute {
    fn from(attribute: MintCustomAttribute) -> Self {
        Self {
            name: attribute.name,
            value: attribute.value,
        }
    }
}

impl From<Kept<Developer>> for MintDeveloper {
    fn from(kept: Kept<Developer>) -> Self {
        let Kept { document, stamp } = kept;
        let attributes = document.attributes.into_iter();
        Self {
            applications: document.applications,
            company_name: document.company,
            created: stamp.created_at.as_millis(),
            created_by: stamp.created_by,
            custom_attributes: attributes
                .map(|Attribute { name, value }| MintCustomAttribute { name, value })
                .collect(),
            id: document.email.clone(),
            email: document.email,
            first_name: document.first_name,
            last_name: document.last_name,
            updated: stamp.updated_at.as_millis(),
            updated_by: stamp.updated_by,
        }
    }
}
