//! Portal links: a producer's server asks for one, and its customer comes into the portal of one
//! organization through it, once.

pub mod create;
pub mod list;
pub mod revoke;

use bellwire_core::{
    access::Role,
    ids::LinkId,
    time::Time,
    user::{self, Purpose},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shape::RoleName;
use crate::AppState;

/// The routes of portal links.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_portal_link, list::list_portal_links))
        .routes(routes!(revoke::revoke_portal_link))
}

/// A portal link, without its URL.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortalLink {
    /// What a revocation names.
    #[schema(value_type = String, format = Uuid)]
    id: LinkId,
    /// Whom it is for. Changes made through it are signed with it.
    #[schema(example = "Cool Travel")]
    name: String,
    /// What it lets them do.
    #[schema(value_type = RoleName)]
    role: Role,
    /// They see what is about these channels only; everything of the organization, when empty.
    #[schema(example = json!(["account:cool"]))]
    channels: Vec<String>,
    /// Origins whose pages may embed the portal.
    #[schema(example = json!(["https://app.example.com"]))]
    embed_origins: Vec<String>,
    /// How long the session behind it lasts, in seconds.
    #[schema(example = 28_800)]
    session_s: u32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Who made it.
    created_by: String,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// When somebody came in through it; null before.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    used_at: Option<Time>,
    /// When it was taken back; null while it is not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Time>,
}

impl PortalLink {
    /// The answer for this link; `None` for one that is for something else.
    fn of(link: user::Link) -> Option<Self> {
        let Purpose::Portal(portal) = link.purpose else {
            return None;
        };
        Some(Self {
            id: link.id,
            name: portal.name,
            role: portal.role,
            channels: portal.channels,
            embed_origins: portal.origins,
            session_s: portal.session_s,
            created_at: link.created_at,
            created_by: link.created_by,
            expires_at: link.expires_at,
            used_at: link.used_at,
            revoked_at: link.revoked_at,
        })
    }
}
