//! Tokens: which programs may call this API. The platform manages all of them, an organization its
//! own. Nobody gives more than they have: making one needs the role that includes all others.

pub mod create;
pub mod list;
pub mod organization_create;
pub mod organization_list;
pub mod organization_revoke;
pub mod revoke;

use bellwire_core::{
    access::Role,
    ids::TokenId,
    ports::{self, TokenScope},
    service,
    snapshot::Snapshot,
    time::{DurationUs, SECOND, Time},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shape::RoleName;
use crate::{
    AppState,
    problem::{Code, Problem},
};

/// The routes of tokens.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_token, list::list_tokens))
        .routes(routes!(revoke::revoke_token))
        .routes(routes!(
            organization_create::create_organization_token,
            organization_list::list_organization_tokens
        ))
        .routes(routes!(organization_revoke::revoke_organization_token))
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
    /// What it lets its bearer do.
    #[schema(value_type = RoleName)]
    role: Role,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// From when on it is not accepted; null for one that lasts.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// When it was last used, to some minutes; null before the first time.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Time>,
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
            role: token.role,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        })
    }
}

/// A token with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenSecret {
    /// The token.
    #[serde(flatten)]
    token: Token,
    /// What to send as `Authorization: Bearer …`. Shown now and never again.
    #[schema(example = "bw_BHXbd3HB1BcwCEJ9kgLqg8JK5pkZlWyRqnZcBFqlRBM")]
    secret: String,
}

/// When a token is to end.
struct End {
    /// In seconds from now.
    expires_in_s: Option<u32>,
    /// At a time.
    expires_at: Option<Time>,
}

/// The token that was asked for.
fn wanted(
    name: String,
    role: Option<Role>,
    end: &End,
    now: Time,
) -> Result<service::NewToken, Problem> {
    let expires_at = match (end.expires_in_s, end.expires_at) {
        (Some(_), Some(_)) => {
            return Err(Problem::field(
                Code::InvalidRequest,
                "expires_in_s",
                "`expires_at` is given too; give one of the two",
            ));
        }
        (Some(seconds), None) => Some(now + DurationUs::from(seconds) * SECOND),
        (None, at) => at,
    };
    Ok(service::NewToken {
        name,
        role: role.unwrap_or(Role::Admin),
        expires_at,
    })
}
