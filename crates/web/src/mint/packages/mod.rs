//! Monetization packages: what is sold (APG-27d).

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// What the service calls otherwise than this API.
const NAMES: &[(&str, &str)] = &[("products", "product")];

/// The routes of packages.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_packages,
            create::create_mint_package
        ))
        .routes(routes!(
            get::get_mint_package,
            update::put_mint_package,
            delete::delete_mint_package
        ))
}
