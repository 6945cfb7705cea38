//! People, tokens and the audit log, as a copy carries them: what their rows say, word for word. Roles
//! and purposes are rules of another time and place; here they are text.

use super::canonical::Form;
use crate::{
    ids::{AuditId, LinkId, OrganizationId, SessionId, TokenId, UserId},
    time::Time,
};

/// A token. Only the hash of its secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The organization that it reaches; everything, when `None`.
    pub organization_id: Option<OrganizationId>,
    /// For people.
    pub name: String,
    /// SHA-256 of the secret.
    pub sha256: [u8; 32],
    /// What it may do.
    pub role: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was taken back.
    pub revoked_at: Option<Time>,
    /// When it ends by itself.
    pub expires_at: Option<Time>,
    /// When it was last used.
    pub last_used_at: Option<Time>,
}

/// A user, with what they may do where.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Counts changes.
    pub revision: u32,
    /// Unique.
    pub email: String,
    /// For people.
    pub name: String,
    /// A hash in PHC form.
    pub password: Option<String>,
    /// Stands above organizations.
    pub operator: bool,
    /// The identity provider.
    pub issuer: Option<String>,
    /// Its name for them.
    pub subject: Option<String>,
    /// Of their pages.
    pub language: Option<String>,
    /// May not sign in since.
    pub disabled_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Organizations by id, with the role in each and whether a group gave it.
    pub memberships: Vec<(OrganizationId, String, bool)>,
}

impl std::fmt::Debug for User {
    /// Never shows the hash of the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub kind: String,
    /// Whose password it chooses.
    pub user_id: Option<UserId>,
    /// Where it leads.
    pub organization_id: Option<OrganizationId>,
    /// What it allows there, as JSON.
    pub portal: Option<String>,
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
    /// From then on nothing needs it.
    pub ends_at: Time,
}

/// Somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Of the cookie's secret.
    pub sha256: [u8; 32],
    /// A user's.
    pub user_id: Option<UserId>,
    /// Or a customer's who came through a link.
    pub link_id: Option<LinkId>,
    /// What that allows, as JSON.
    pub portal: Option<String>,
    /// When they signed in.
    pub created_at: Time,
    /// When they were last here.
    pub seen_at: Time,
    /// Slides.
    pub expires_at: Time,
    /// Does not.
    pub ends_at: Time,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub agent: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// Where.
    pub organization_id: Option<OrganizationId>,
    /// What kind of actor.
    pub actor_kind: String,
    /// Which.
    pub actor_id: Option<String>,
    /// What they are called.
    pub actor_name: String,
    /// From where.
    pub address: Option<String>,
    /// By which request.
    pub request: Option<String>,
    /// What.
    pub action: String,
    /// To which.
    pub subject: String,
    /// For people.
    pub label: String,
    /// JSON.
    pub before: Option<String>,
    /// JSON.
    pub after: Option<String>,
}

impl Form {
    fn texts<const N: usize>(&mut self, texts: [&Option<String>; N]) {
        for text in texts {
            self.option(text.as_ref(), |form, text| form.text(text));
        }
    }

    pub(super) fn token(&mut self, one: &Token) {
        let Token {
            id,
            organization_id,
            name,
            sha256,
            role,
            created_at,
            revoked_at,
            expires_at,
            last_used_at,
        } = one;
        self.raw(id.as_bytes());
        self.option(*organization_id, |form, id| form.raw(id.as_bytes()));
        self.text(name);
        self.raw(sha256);
        self.text(role);
        self.time(*created_at);
        self.maybe(*revoked_at);
        self.maybe(*expires_at);
        self.maybe(*last_used_at);
    }

    pub(super) fn user(&mut self, one: &User) {
        let User {
            id,
            revision,
            email,
            name,
            password,
            operator,
            issuer,
            subject,
            language,
            disabled_at,
            created_at,
            updated_at,
            memberships,
        } = one;
        self.raw(id.as_bytes());
        self.number(*revision);
        self.text(email);
        self.text(name);
        self.flag(*operator);
        self.texts([password, issuer, subject, language]);
        self.maybe(*disabled_at);
        self.time(*created_at);
        self.time(*updated_at);
        self.number(memberships.len() as i64);
        for (organization, role, by_group) in memberships {
            self.raw(organization.as_bytes());
            self.text(role);
            self.flag(*by_group);
        }
    }

    pub(super) fn link(&mut self, one: &Link) {
        let Link {
            id,
            kind,
            user_id,
            organization_id,
            portal,
            created_at,
            created_by,
            expires_at,
            used_at,
            revoked_at,
            ends_at,
        } = one;
        self.raw(id.as_bytes());
        self.text(kind);
        self.option(*user_id, |form, id| form.raw(id.as_bytes()));
        self.option(*organization_id, |form, id| form.raw(id.as_bytes()));
        self.texts([portal]);
        self.time(*created_at);
        self.text(created_by);
        self.time(*expires_at);
        self.maybe(*used_at);
        self.maybe(*revoked_at);
        self.time(*ends_at);
    }

    pub(super) fn session(&mut self, one: &Session) {
        let Session {
            id,
            sha256,
            user_id,
            link_id,
            portal,
            created_at,
            seen_at,
            expires_at,
            ends_at,
            address,
            agent,
        } = one;
        self.raw(id.as_bytes());
        self.raw(sha256);
        self.option(*user_id, |form, id| form.raw(id.as_bytes()));
        self.option(*link_id, |form, id| form.raw(id.as_bytes()));
        self.texts([portal, address, agent]);
        for time in [created_at, seen_at, expires_at, ends_at] {
            self.time(*time);
        }
    }

    pub(super) fn entry(&mut self, one: &Entry) {
        let Entry {
            id,
            at,
            organization_id,
            actor_kind,
            actor_id,
            actor_name,
            address,
            request,
            action,
            subject,
            label,
            before,
            after,
        } = one;
        self.raw(id.as_bytes());
        self.time(*at);
        self.option(*organization_id, |form, id| form.raw(id.as_bytes()));
        for text in [actor_kind, actor_name, action, subject, label] {
            self.text(text);
        }
        self.texts([actor_id, address, request, before, after]);
    }
}
