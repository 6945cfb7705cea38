//! The monetization API under `/v1/mint`, with the shapes and quirks of Apigee Edge: a thin layer
//! over the same use cases as `/api/v1`, so that a webhook made here is the same webhook there.
//!
//! Handlers refuse as all others do, with a [`Problem`](crate::problem::Problem); one layer around
//! them turns it into the form that clients of this API know ([`refusal`]).

pub mod refusal;
pub mod webhooks;

use axum::middleware;
use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Every route of the API.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(webhooks::router())
        .layer(middleware::map_response(refusal::translate))
}
