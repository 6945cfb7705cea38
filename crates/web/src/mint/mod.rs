//! The monetization API under `/v1/mint`, with the shapes and quirks of Apigee Edge: a thin layer
//! over the same use cases as `/api/v1`, so that a webhook made here is the same webhook there.
//!
//! One folder for each noun, one file for each route, as there; `body`, `date`, `flag` and `page` are
//! what its bodies and lists have in common. Handlers refuse as all others do, with a
//! [`Problem`](crate::problem::Problem); one layer around them turns it into the form that clients of
//! this API know ([`refusal`]).

pub mod body;
pub mod conditions;
pub mod date;
pub mod developer_plans;
pub mod developers;
pub mod packages;
pub mod path;
pub mod rate_plans;
pub mod refusal;
pub mod samples;
pub mod usage;
pub mod webhooks;

mod flag;
mod page;

use axum::middleware;
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Every route of the API.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(webhooks::router())
        .merge(samples::router())
        .merge(conditions::router())
        .merge(developers::router())
        .merge(packages::router())
        .merge(rate_plans::router())
        .merge(developer_plans::router())
        .merge(usage::router())
        .layer(middleware::map_response(refusal::translate))
}
