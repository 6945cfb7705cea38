//! Users: people who sign in. Managed by operators; an organization manages its own as members.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod password_link;
pub mod sign_out;
pub mod update;

use bellwire_core::{
    access::Role,
    ids::{OrganizationId, UserId},
    snapshot::Snapshot,
    time::Time,
    user,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shape::RoleName;
use crate::AppState;

/// The routes of users.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_user, list::list_users))
        .routes(routes!(
            get::get_user,
            update::update_user,
            delete::delete_user
        ))
        .routes(routes!(password_link::create_password_link))
        .routes(routes!(sign_out::end_user_sessions))
}

/// Somebody who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// Their id.
    #[schema(value_type = String, format = Uuid)]
    id: UserId,
    /// Counts changes, from 1.
    revision: u32,
    /// In lower case; unique.
    #[schema(example = "ann@example.com")]
    email: String,
    /// For people.
    #[schema(example = "Ann Smith")]
    name: String,
    /// Stands above organizations: may do everything everywhere.
    operator: bool,
    /// Their roles in organizations.
    memberships: Vec<Membership>,
    /// Whether they have chosen a password.
    has_password: bool,
    /// The identity provider that knows them; null when none does.
    #[schema(required)]
    identity_provider: Option<String>,
    /// The language of their pages, such as `it`; null: as the browser says.
    #[schema(required)]
    language: Option<String>,
    /// Since when they may not sign in; null when they may.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Time>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

/// A role in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct Membership {
    /// The organization.
    #[schema(example = "acme")]
    organization: String,
    /// What they may do there.
    #[schema(value_type = RoleName)]
    role: Role,
    /// Given by the identity provider's groups, and taken by them.
    by_group: bool,
}

/// A role to give in an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMembership {
    /// The organization.
    #[schema(example = "acme")]
    organization: String,
    /// What they may do there.
    #[schema(value_type = RoleName)]
    role: Role,
}

impl NewMembership {
    fn roles(memberships: Vec<Self>) -> Vec<(String, Role)> {
        let role = |one: Self| (one.organization, one.role);
        memberships.into_iter().map(role).collect()
    }
}

impl User {
    /// The answer for this user.
    #[must_use]
    pub fn of(user: &user::User, snapshot: &Snapshot) -> Self {
        let membership = |one: &user::Membership| Membership {
            organization: slug(snapshot, one.organization_id),
            role: one.role,
            by_group: one.by_group,
        };
        Self {
            id: user.id,
            revision: user.revision,
            email: user.email.clone(),
            name: user.name.clone(),
            operator: user.operator,
            memberships: user.memberships.iter().map(membership).collect(),
            has_password: user.password.is_some(),
            identity_provider: user.identity.as_ref().map(|known| known.issuer.clone()),
            language: user.language.clone(),
            disabled_at: user.disabled_at,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What the API calls an organization; its inner id, where it is gone.
pub(super) fn slug(snapshot: &Snapshot, id: OrganizationId) -> String {
    snapshot
        .organization_by_id(id)
        .map_or_else(|| id.to_string(), |tenant| tenant.organization.slug.clone())
}
