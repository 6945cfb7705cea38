//! Rate plans: how a package is sold, with a target for each period of so many months.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use bellwire_core::{
    service::{self, Kept},
    usage,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::documents::Stamps;
use crate::{AppState, problem::Problem};

/// The routes of rate plans.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_rate_plan, list::list_rate_plans))
        .routes(routes!(
            get::get_rate_plan,
            update::update_rate_plan,
            delete::delete_rate_plan
        ))
}

/// How a package is sold: a target of so much in each period of so many months. Who buys it brings
/// the target along.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatePlan {
    /// Its id.
    #[schema(example = "location_adjustable")]
    id: String,
    /// The package it sells.
    #[schema(example = "location")]
    package: String,
    /// For people.
    #[schema(example = "Adjustable")]
    name: String,
    /// For people; empty when there is none.
    description: String,
    /// How many calendar months a period has.
    #[schema(minimum = 1, maximum = 24, example = 1)]
    period_months: u64,
    /// Its notification conditions fire; those of a draft do not.
    published: bool,
    #[serde(flatten)]
    stamps: Stamps,
}

impl From<Kept<usage::RatePlan>> for RatePlan {
    fn from(kept: Kept<usage::RatePlan>) -> Self {
        let plan = kept.document;
        Self {
            id: plan.id,
            package: plan.package,
            name: plan.name,
            description: plan.description,
            period_months: plan.months.into(),
            published: plan.published,
            stamps: kept.stamp.into(),
        }
    }
}

/// The problem of a rate plan, with its fields called as they are here.
fn named(error: service::Error) -> Problem {
    Problem::from(error).renaming("months", "period_months")
}
