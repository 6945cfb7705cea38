//! The API under `/api/v1`: one folder per noun, one file per operation.

pub mod attempt;
pub mod channels;
pub mod deliveries;
pub mod event_types;
pub mod events;
pub mod organizations;
pub mod shape;
pub mod tokens;
pub mod webhooks;

use utoipa_axum::router::OpenApiRouter;

use crate::AppState;

/// Every route of the API.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(organizations::router())
        .merge(event_types::router())
        .merge(channels::router())
        .merge(webhooks::router())
        .merge(events::router())
        .merge(deliveries::router())
        .merge(tokens::router())
}
