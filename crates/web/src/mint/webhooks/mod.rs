//! Webhooks as the monetization API shows them (APG-8 to APG-14b).

pub mod change;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of webhooks.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_webhooks,
            create::create_mint_webhook
        ))
        .routes(routes!(
            get::get_mint_webhook,
            update::put_mint_webhook,
            delete::delete_mint_webhook
        ))
        .routes(routes!(update::post_mint_webhook))
}
