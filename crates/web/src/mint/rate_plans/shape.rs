//! A rate plan as this API shows it.

use bellwire_core::{service::Kept, usage::RatePlan};
use serde::Serialize;
use utoipa::ToSchema;

use crate::mint::body::MintReference;

/// What `durationType` says: periods are months of the calendar.
pub(super) const MONTH: &str = "MONTH";

/// A rate plan: a target of transactions in each period of so many months.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintRatePlan {
    /// When it was made, in milliseconds since 1970.
    created: i64,
    /// Who made it.
    created_by: String,
    /// For people; empty, when there is none.
    description: String,
    /// For people.
    #[schema(example = "Adjustable")]
    display_name: String,
    /// How long a period is, in months.
    #[schema(minimum = 1, maximum = 24)]
    duration: u8,
    /// `MONTH`.
    #[schema(example = "MONTH")]
    duration_type: &'static str,
    /// Its id.
    #[schema(example = "location_adjustable")]
    id: String,
    /// The package that it sells.
    monetization_package: MintReference,
    /// For people: the same as `displayName`.
    #[schema(example = "Adjustable")]
    name: String,
    /// Whether usage is told of; that of a draft is not.
    published: bool,
    /// `USAGE_TARGET`.
    #[serde(rename = "type")]
    #[schema(example = "USAGE_TARGET")]
    kind: &'static str,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

impl From<Kept<RatePlan>> for MintRatePlan {
    fn from(kept: Kept<RatePlan>) -> Self {
        let Kept { document, stamp } = kept;
        Self {
            created: stamp.created_at.as_millis(),
            created_by: stamp.created_by,
            description: document.description,
            display_name: document.name.clone(),
            duration: document.months.get(),
            duration_type: MONTH,
            id: document.id,
            monetization_package: MintReference::to(document.package),
            name: document.name,
            published: document.published,
            kind: RatePlan::KIND,
            updated: stamp.updated_at.as_millis(),
            updated_by: stamp.updated_by,
        }
    }
}
