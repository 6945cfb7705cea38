//! Rate plans of developers: who has bought what, with which target (APG-27d).

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use bellwire_core::{ids::DeveloperPlanId, service::Kept, usage::DeveloperPlan};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::body::{MintReference, same};
use crate::{AppState, auth::Whole, extract::Object, problem::Problem};

/// What the service calls otherwise than this API.
const NAMES: &[(&str, &str)] = &[("start", "startDate"), ("end", "endDate")];

/// The routes of developers' rate plans.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_developer_plans,
            create::create_mint_developer_plan
        ))
        .routes(routes!(
            get::get_mint_developer_plan,
            update::put_mint_developer_plan,
            delete::delete_mint_developer_plan
        ))
}

/// The plan of a path: another developer's is none.
async fn plan_of<R>(
    state: &AppState,
    within: &Whole<R>,
    email: &str,
    id: DeveloperPlanId,
) -> Result<Kept<DeveloperPlan>, Problem> {
    let plan = state.service.developer_plan(within.slug(), id).await?;
    if plan.document.developer.eq_ignore_ascii_case(email) {
        Ok(plan)
    } else {
        Err(Problem::not_found("developer rate plan"))
    }
}

/// Refuses a body that names another developer than the path.
fn same_developer(given: Option<&Object<MintReference>>, email: &str) -> Result<(), Problem> {
    let given = given.map(|Object(given)| given.id.to_ascii_lowercase());
    same(given.as_deref(), email, "developer.id")
}
