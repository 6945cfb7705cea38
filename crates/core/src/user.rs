//! People: users, their memberships and sessions, and the links that stand in for a password.

use serde::{Deserialize, Serialize};

use crate::{
    access::{Access, Role},
    ids::{LinkId, OrganizationId, SessionId, UserId},
    time::Time,
};

/// Somebody who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Counts changes, from 1.
    pub revision: u32,
    /// In lower case; unique.
    pub email: String,
    /// For people.
    pub name: String,
    /// A password hash in PHC form; `None` before one was chosen, or when signing in is somebody
    /// else's business.
    pub password: Option<String>,
    /// Stands above organizations.
    pub operator: bool,
    /// Roles in organizations, by organization; one for each.
    pub memberships: Vec<Membership>,
    /// Who they are to the identity provider.
    pub identity: Option<Identity>,
    /// The language of their pages, such as `it`; as the browser says, when `None`.
    pub language: Option<String>,
    /// May not sign in since.
    pub disabled_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl User {
    /// What they may reach.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            platform: self.operator.then_some(Role::Admin),
            organizations: self
                .memberships
                .iter()
                .map(|membership| (membership.organization_id, membership.role))
                .collect(),
            ..Access::default()
        }
    }
}

impl std::fmt::Debug for User {
    /// Never shows the hash of the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("email", &self.email)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// A role in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub organization_id: OrganizationId,
    /// What they may do there.
    pub role: Role,
    /// Given by the identity provider's groups, and taken by them.
    pub by_group: bool,
}

/// Who a user is to an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Its name for the user, which never changes.
    pub subject: String,
}

/// Somebody is signed in. The cookie holds a secret, of which the hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What lists name.
    pub id: SessionId,
    /// SHA-256 of the secret.
    pub sha256: [u8; 32],
    /// Who.
    pub holder: Holder,
    /// When they signed in.
    pub created_at: Time,
    /// When they were last here, to the minute.
    pub seen_at: Time,
    /// Ends then unless they are here before: slides.
    pub expires_at: Time,
    /// Ends then in any case.
    pub ends_at: Time,
    /// From where they signed in.
    pub address: Option<String>,
    /// The program they signed in with, as it calls itself.
    pub agent: Option<String>,
}

impl Session {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, now: Time) -> bool {
        now < self.expires_at && now < self.ends_at
    }
}

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A user's.
    User(UserId),
    /// A customer's who came through a link.
    Portal(LinkId, Portal),
}

/// What a portal link lets its bearer do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portal {
    /// Where.
    pub organization_id: OrganizationId,
    /// What, at most [`Role::Editor`].
    pub role: Role,
    /// About these channels only; all, when empty.
    pub channels: Vec<String>,
    /// For people: whom it is for.
    pub name: String,
    /// Origins whose pages may embed it.
    pub origins: Vec<String>,
    /// How long the session lasts, in seconds.
    pub session_s: u32,
}

impl Portal {
    /// What it reaches.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            portal: true,
            channels: self.channels.clone(),
            ..Access::within(self.organization_id, self.role)
        }
    }
}

/// A link that works once. Its text is signed and names the id; nothing secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: String,
    /// When it stops working.
    pub expires_at: Time,
    /// When it was used.
    pub used_at: Option<Time>,
    /// When it was taken back.
    pub revoked_at: Option<Time>,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Make the first operator.
    FirstOperator,
    /// Choose a password.
    Password(UserId),
    /// Sign in as a user.
    User(UserId),
    /// Look into one organization.
    Portal(Portal),
    /// Come back from the identity provider.
    SignIn,
}

impl Purpose {
    /// The organization it belongs to.
    #[must_use]
    pub const fn organization_id(&self) -> Option<OrganizationId> {
        match self {
            Self::Portal(portal) => Some(portal.organization_id),
            Self::FirstOperator | Self::Password(_) | Self::User(_) | Self::SignIn => None,
        }
    }
}
