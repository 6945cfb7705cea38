//! Developers: those who bought rate plans (APG-27d).

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod shape;
pub mod update;

use bellwire_core::usage::Attribute;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::shape::MintCustomAttribute;
use crate::{AppState, extract::Object};

/// What the service calls otherwise than this API.
const NAMES: &[(&str, &str)] = &[
    ("company", "companyName"),
    ("attributes", "customAttributes"),
];

/// The routes of developers.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_mint_developers,
            create::create_mint_developer
        ))
        .routes(routes!(
            get::get_mint_developer,
            update::put_mint_developer,
            delete::delete_mint_developer
        ))
}

/// Custom attributes of a body, for the service.
fn attributes(given: Option<Vec<Object<MintCustomAttribute>>>) -> Option<Vec<Attribute>> {
    let given = given?.into_iter();
    Some(given.map(|Object(attribute)| attribute.into()).collect())
}
