//! Notification conditions: at which percentages of a rate plan's target which webhooks are called
//! (APG-23 to APG-27b).

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The attribute that names the rate plan.
const RATE_PLAN: &str = "RATEPLAN";
/// The attribute that says that the plan is published, which only such ones are told of.
const PUBLISHED: &str = "PUBLISHED";
/// The only value of [`PUBLISHED`].
const TRUE: &str = "TRUE";
/// The attribute that names percentages.
const USAGE_TARGET: &str = "UsageTarget";
/// The only action.
const WEBHOOK: &str = "WEBHOOK";

/// The routes of notification conditions.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_conditions,
            create::create_mint_condition
        ))
        .routes(routes!(
            get::get_mint_condition,
            update::put_mint_condition,
            delete::delete_mint_condition
        ))
}
