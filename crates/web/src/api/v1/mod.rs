//! The API under `/api/v1`: one folder per noun, one file per operation.

pub mod attempt;
pub mod audit;
pub mod channels;
pub mod deliveries;
pub mod developer_rate_plans;
pub mod developers;
pub mod diagnosis;
pub mod documents;
pub mod event_types;
pub mod events;
pub mod failures;
pub mod inspectors;
pub mod jobs;
pub mod members;
pub mod notification_conditions;
pub mod organizations;
pub mod packages;
pub mod password;
pub mod portal_links;
pub mod rate_plans;
pub mod session;
pub mod sessions;
pub mod setup;
pub mod shape;
pub mod statistics;
pub mod storage;
pub mod tokens;
pub mod usage;
pub mod users;
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
        .merge(jobs::router())
        .merge(inspectors::router())
        .merge(developers::router())
        .merge(packages::router())
        .merge(rate_plans::router())
        .merge(developer_rate_plans::router())
        .merge(notification_conditions::router())
        .merge(usage::router())
        .merge(tokens::router())
        .merge(session::router())
        .merge(sessions::router())
        .merge(setup::router())
        .merge(password::router())
        .merge(users::router())
        .merge(members::router())
        .merge(portal_links::router())
        .merge(audit::router())
        .merge(statistics::router())
        .merge(failures::router())
        .merge(storage::router())
}
