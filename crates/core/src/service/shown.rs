//! What the audit log shows of people and of the links that let them in: with the slugs of their
//! organizations, and nothing that would let anybody in.

use serde_json::{Value, json};

use super::{
    Service,
    audit::{MASKED, Subject},
};
use crate::{
    ids::OrganizationId,
    user::{Link, Purpose, User},
};

impl Service {
    /// A slug for people; the id, where the organization is gone.
    fn slug_of(&self, id: OrganizationId) -> String {
        self.snapshot()
            .organization_by_id(id)
            .map_or_else(|| id.to_string(), |tenant| tenant.organization.slug.clone())
    }

    pub(super) fn shown_user(&self, user: &User) -> Value {
        let memberships: Vec<Value> = user
            .memberships
            .iter()
            .map(|membership| {
                json!({
                    "organization": self.slug_of(membership.organization_id),
                    "role": membership.role,
                    "by_group": membership.by_group,
                })
            })
            .collect();
        json!({
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "password": user.password.as_ref().map(|_| MASKED),
            "operator": user.operator,
            "memberships": memberships,
            "identity": user.identity,
            "language": user.language,
            "disabled_at": user.disabled_at,
        })
    }
}

/// A user as a member of an organization; `None` where they are none.
pub(super) fn shown_member(user: &User, at: OrganizationId) -> Option<Value> {
    let membership = user
        .memberships
        .iter()
        .find(|membership| membership.organization_id == at)?;
    Some(json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": membership.role,
        "by_group": membership.by_group,
    }))
}

pub(super) fn link_subject(link: &Link, label: &str) -> Subject {
    Subject {
        organization_id: link.purpose.organization_id(),
        ..Subject::platform(link.id, label)
    }
}

pub(super) fn shown_link(link: &Link) -> Value {
    let mut shown = match &link.purpose {
        Purpose::Portal(portal) => json!({
            "for": "portal",
            "name": portal.name,
            "role": portal.role,
            "channels": portal.channels,
            "embed_origins": portal.origins,
            "session_s": portal.session_s,
        }),
        Purpose::Password(user_id) => json!({"for": "password", "user": user_id}),
        Purpose::User(user_id) => json!({"for": "user", "user": user_id}),
        Purpose::FirstOperator => json!({"for": "first_operator"}),
        Purpose::SignIn => json!({"for": "sign_in"}),
    };
    shown["id"] = json!(link.id);
    shown["expires_at"] = json!(link.expires_at);
    shown
}
