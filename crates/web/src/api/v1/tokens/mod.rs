//! Tokens: who may call this API. Managed with a token of the platform.

pub mod create;
pub mod list;
pub mod revoke;

use bellwire_core::{
    ids::TokenId,
    ports::{self, TokenScope},
    snapshot::Snapshot,
    time::Time,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::AppState;

/// The routes of tokens.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_token, list::list_tokens))
        .routes(routes!(revoke::revoke_token))
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// What a revocation names.
    #[schema(value_type = String, format = Uuid)]
    id: TokenId,
    /// What it is used for.
    #[schema(example = "producer of bookings")]
    name: String,
    /// The organization it belongs to; null when it is the platform's.
    #[schema(required, example = "acme")]
    organization: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it stopped being accepted; null while it is.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Time>,
}

impl Token {
    /// The answer for this token; `None` when its organization is gone, and the token with it.
    fn of(token: &ports::Token, snapshot: &Snapshot) -> Option<Self> {
        let organization = match token.scope {
            TokenScope::Platform => None,
            TokenScope::Organization(id) => {
                Some(snapshot.organization_by_id(id)?.organization.slug.clone())
            }
        };
        Some(Self {
            id: token.id,
            name: token.name.clone(),
            organization,
            created_at: token.created_at,
            revoked_at: token.revoked_at,
        })
    }
}
