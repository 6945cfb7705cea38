//! A developer's rate plan as this API shows it.

use bellwire_core::{service::Kept, time::Time, usage::DeveloperPlan};
use serde::Serialize;
use utoipa::ToSchema;

use crate::mint::body::MintReference;

/// A rate plan that a developer has bought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintDeveloperPlan {
    /// When it was made, in milliseconds since 1970.
    created: i64,
    /// Who made it.
    created_by: String,
    /// The developer, by e-mail address.
    developer: MintReference,
    /// From when on nothing counts, in milliseconds since 1970; null for never.
    #[schema(required)]
    end_date: Option<i64>,
    /// Its id.
    #[schema(format = Uuid)]
    id: String,
    /// How many transactions a period; 0 turns notifications off.
    #[schema(example = 1000)]
    quota_target: u64,
    /// The rate plan.
    rate_plan: MintReference,
    /// When the first period begins, in milliseconds since 1970.
    start_date: i64,
    /// When it was last changed, in milliseconds since 1970.
    updated: i64,
    /// Who changed it last.
    updated_by: String,
}

impl From<Kept<DeveloperPlan>> for MintDeveloperPlan {
    fn from(kept: Kept<DeveloperPlan>) -> Self {
        let Kept { document, stamp } = kept;
        Self {
            created: stamp.created_at.as_millis(),
            created_by: stamp.created_by,
            developer: MintReference::to(document.developer),
            end_date: document.end.map(Time::as_millis),
            id: document.id.to_string(),
            quota_target: document.quota_target,
            rate_plan: MintReference::to(document.rate_plan),
            start_date: document.start.as_millis(),
            updated: stamp.updated_at.as_millis(),
            updated_by: stamp.updated_by,
        }
    }
}
