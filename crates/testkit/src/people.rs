//! People with sensible defaults, as `builders` has them for everything else: users, sessions, links,
//! and the entry of the log that a change carries. A test changes the fields it is about.

use bellwire_core::{
    access::{Actor, ActorKind, Role},
    audit::Entry,
    ids::{OrganizationId, SessionId},
    time::{DAY, HOUR},
    user::{Holder, Link, Portal, Purpose, Session, User},
};

use crate::builders::{START, id};

/// An entry of the platform's log: somebody at the console did this to `something`.
#[must_use]
pub fn entry(action: &str) -> Entry {
    Entry {
        id: id(),
        at: START,
        organization_id: None,
        actor: Actor::named(ActorKind::Console, "test"),
        action: action.to_owned(),
        subject: "something".to_owned(),
        label: "Something".to_owned(),
        before: None,
        after: None,
    }
}

/// An entry for a test that is not about entries.
#[must_use]
pub fn any() -> Entry {
    entry("test.done")
}

/// A user who may do nothing anywhere and has no password.
#[must_use]
pub fn user(email: &str) -> User {
    User {
        id: id(),
        revision: 1,
        email: email.to_owned(),
        name: "Ann".to_owned(),
        password: None,
        operator: false,
        memberships: Vec::new(),
        identity: None,
        language: None,
        disabled_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// A session that expires in 12 hours and ends in 30 days. Its hash is made of its id.
#[must_use]
pub fn session(holder: Holder) -> Session {
    let id: SessionId = id();
    let mut sha256 = [0; 32];
    sha256[..16].copy_from_slice(id.as_bytes());
    Session {
        id,
        sha256,
        holder,
        created_at: START,
        seen_at: START,
        expires_at: START + 12 * HOUR,
        ends_at: START + 30 * DAY,
        address: None,
        agent: None,
    }
}

/// A link that works for an hour.
#[must_use]
pub fn link(purpose: Purpose) -> Link {
    Link {
        id: id(),
        purpose,
        created_at: START,
        created_by: "test".to_owned(),
        expires_at: START + HOUR,
        used_at: None,
        revoked_at: None,
    }
}

/// What lets an editor into an organization for eight hours.
#[must_use]
pub fn portal(organization_id: OrganizationId) -> Portal {
    Portal {
        organization_id,
        role: Role::Editor,
        channels: Vec::new(),
        name: "A customer".to_owned(),
        origins: Vec::new(),
        session_s: 8 * 3600,
    }
}
