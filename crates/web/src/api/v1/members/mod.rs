//! Members: users, as one organization sees and changes them.

pub mod add;
pub mod list;
pub mod remove;
pub mod update;

use bellwire_core::{
    access::Role,
    ids::{OrganizationId, UserId},
    time::Time,
    user,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shape::RoleName;
use crate::AppState;

/// The routes of members.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_members, add::add_member))
        .routes(routes!(update::update_member, remove::remove_member))
}

/// A user with a role in the organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// The user's id.
    #[schema(value_type = String, format = Uuid)]
    id: UserId,
    /// In lower case.
    #[schema(example = "ann@example.com")]
    email: String,
    /// For people.
    #[schema(example = "Ann Smith")]
    name: String,
    /// What they may do here.
    #[schema(value_type = RoleName)]
    role: Role,
    /// Given by the identity provider's groups, and taken by them.
    by_group: bool,
    /// Since when they may not sign in; null when they may.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Time>,
}

impl Member {
    /// The answer for this user; `None` when they are no member.
    fn of(user: &user::User, at: OrganizationId) -> Option<Self> {
        let membership = user
            .memberships
            .iter()
            .find(|membership| membership.organization_id == at)?;
        Some(Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            role: membership.role,
            by_group: membership.by_group,
            disabled_at: user.disabled_at,
        })
    }
}
