//! Rate plans: how a package is sold (APG-27d). There is one type of them, the adjustable one.

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use bellwire_core::{service::Kept, usage::RatePlan};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::path::PlanOfPackage;
use crate::{AppState, auth::Whole, problem::Problem};

/// What the service calls otherwise than this API.
const NAMES: &[(&str, &str)] = &[("months", "duration"), ("package", "monetizationPackage")];

/// The routes of rate plans.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_rate_plans,
            create::create_mint_rate_plan
        ))
        .routes(routes!(
            get::get_mint_rate_plan,
            update::put_mint_rate_plan,
            delete::delete_mint_rate_plan
        ))
}

/// The plan of a path: another package's is none.
async fn plan_of<R>(
    state: &AppState,
    within: &Whole<R>,
    path: &PlanOfPackage,
) -> Result<Kept<RatePlan>, Problem> {
    let plan = state.service.rate_plan(within.slug(), &path.plan).await?;
    if plan.document.package == path.package {
        Ok(plan)
    } else {
        Err(Problem::not_found("rate plan"))
    }
}
