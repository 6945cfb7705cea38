//! Who may do what: roles, rights, and who is behind a change.
//!
//! | right | viewer | editor | admin | portal link |
//! |---|---|---|---|---|
//! | read: see webhooks, events, deliveries, the catalogue | yes | yes | yes | yes |
//! | edit: webhooks and what became of deliveries | | yes | yes | as its role |
//! | read and edit quotas: who has bought what | read | yes | yes | |
//! | produce: post events, report usage; change event types and channels | | yes | yes | |
//! | manage: settings, members, tokens, portal links, the audit log | | | yes | |
//!
//! Who has a role on the platform has it in every organization. What belongs to no organization
//! (organizations themselves, the platform's event types, users) is read with any role of the
//! platform and changed with its admin role: such a user is called an operator.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{ids::OrganizationId, own_event, webhook::Webhook};

/// What a user, token or link may do in an organization; each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything but secrets.
    Viewer,
    /// Changes webhooks, posts events.
    Editor,
    /// Changes the organization and who may reach it.
    Admin,
}

impl Role {
    /// Every role, the smallest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// The text of the API and of the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that should have been a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; expected viewer, editor or admin")]
pub struct ParseRoleError(pub String);

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| ParseRoleError(text.to_owned()))
    }
}

/// What a request needs to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See.
    Read,
    /// Change webhooks; send again, cancel, test.
    Edit,
    /// Post events; change event types and channels.
    Produce,
    /// Change the organization and who may reach it.
    Manage,
}

impl Right {
    /// The smallest role that has it.
    #[must_use]
    pub const fn least(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Edit | Self::Produce => Role::Editor,
            Self::Manage => Role::Admin,
        }
    }
}

/// What somebody may reach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The role on the platform, which holds in every organization.
    pub platform: Option<Role>,
    /// Roles in organizations.
    pub organizations: Vec<(OrganizationId, Role)>,
    /// Came through a portal link: is somebody's customer.
    pub portal: bool,
    /// Sees only what is about these channels; everything, when empty.
    pub channels: Vec<String>,
}

impl Access {
    /// Everything.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            platform: Some(Role::Admin),
            ..Self::default()
        }
    }

    /// A role in one organization.
    #[must_use]
    pub fn within(organization: OrganizationId, role: Role) -> Self {
        Self {
            organizations: vec![(organization, role)],
            ..Self::default()
        }
    }

    /// The role in an organization; `None` when it does not exist for this one.
    #[must_use]
    pub fn role_in(&self, organization: OrganizationId) -> Option<Role> {
        let own = self
            .organizations
            .iter()
            .filter(|(id, _)| *id == organization)
            .map(|(_, role)| *role)
            .max();
        own.max(self.platform)
    }

    /// Whether a right is given in an organization.
    #[must_use]
    pub fn may(&self, right: Right, organization: OrganizationId) -> bool {
        let excluded = self.portal && matches!(right, Right::Produce | Right::Manage);
        !excluded
            && self
                .role_in(organization)
                .is_some_and(|role| role >= right.least())
    }

    /// Whether something about these channels is seen: all of them must be this one's own, so that
    /// nothing shows what belongs to another customer.
    #[must_use]
    pub fn covers(&self, channels: &[String]) -> bool {
        self.channels.is_empty()
            || (!channels.is_empty()
                && channels
                    .iter()
                    .all(|channel| self.channels.contains(channel)))
    }

    /// Whether an event that carries these channels is seen: one of them is enough, because whoever
    /// posted it said that it is about that one too.
    #[must_use]
    pub fn touches(&self, channels: &[String]) -> bool {
        self.channels.is_empty()
            || channels
                .iter()
                .any(|channel| self.channels.contains(channel))
    }

    /// Whether an event of this type, on these channels, is seen. What Bellwire tells of a webhook is
    /// for those who see the webhook, so that one shared channel is not enough.
    #[must_use]
    pub fn shows(&self, event_type: &str, channels: &[String]) -> bool {
        match own_event::Kind::of(event_type) {
            Some(_) => self.covers(channels),
            None => self.touches(channels),
        }
    }

    /// Whether a webhook is seen.
    #[must_use]
    pub fn sees(&self, webhook: &Webhook) -> bool {
        self.covers(&webhook.settings.channels)
    }
}

/// What kind of somebody is behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A user who signed in, or sent e-mail and password.
    User,
    /// A bearer token.
    Token,
    /// A customer who came through a portal link.
    Link,
    /// The command line, straight in the store.
    Console,
    /// Bellwire itself, by a rule.
    System,
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Token,
        Self::Link,
        Self::Console,
        Self::System,
    ];

    /// The text of the API and of the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::Link => "link",
            Self::Console => "console",
            Self::System => "system",
        }
    }

    /// The kind of this text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Who is behind a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What kind of somebody.
    pub kind: ActorKind,
    /// The id of the user, token or link.
    pub id: Option<String>,
    /// For people: an e-mail address, the name of a token or link.
    pub name: String,
    /// From where.
    pub address: Option<IpAddr>,
    /// The id of the request, which the log has too.
    pub request: Option<String>,
}

impl Actor {
    /// Bellwire itself.
    #[must_use]
    pub fn system() -> Self {
        Self::named(ActorKind::System, "bellwire")
    }

    /// Somebody with a name and nothing else.
    #[must_use]
    pub fn named(kind: ActorKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            id: None,
            name: name.into(),
            address: None,
            request: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization(n: u8) -> OrganizationId {
        OrganizationId::from_bytes([n; 16])
    }

    #[test]
    fn a_role_of_the_platform_holds_everywhere() {
        let viewer = Access {
            platform: Some(Role::Viewer),
            organizations: vec![(organization(1), Role::Admin)],
            ..Access::default()
        };
        assert!(viewer.may(Right::Manage, organization(1)));
        assert!(viewer.may(Right::Read, organization(2)));
        assert!(!viewer.may(Right::Edit, organization(2)));
        assert_eq!(Access::default().role_in(organization(1)), None);
    }

    #[test]
    fn a_portal_link_edits_but_neither_produces_nor_manages() {
        let link = Access {
            portal: true,
            ..Access::within(organization(1), Role::Admin)
        };
        let rights = [Right::Read, Right::Edit, Right::Produce, Right::Manage];
        assert_eq!(
            rights.map(|right| link.may(right, organization(1))),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_restricted_one_sees_what_is_all_its_own() {
        let link = Access {
            channels: vec!["account:a".to_owned(), "account:b".to_owned()],
            ..Access::default()
        };
        let of = |channels: &[&str]| -> Vec<String> {
            channels.iter().map(|&channel| channel.to_owned()).collect()
        };
        assert!(link.covers(&of(&["account:a"])));
        assert!(link.covers(&of(&["account:b", "account:a"])));
        assert!(!link.covers(&of(&["account:a", "account:c"])));
        assert!(!link.covers(&[]), "all channels are not its own");
        assert!(Access::everything().covers(&[]));
        assert!(link.touches(&of(&["account:c", "account:a"])));
        assert!(!link.touches(&of(&["account:c"])));
        assert!(!link.touches(&[]));
        assert!(Access::everything().touches(&[]));
        let shared = of(&["account:a", "account:c"]);
        assert!(link.shows("booking.created", &shared));
        // What Bellwire tells of a webhook that is shared with another customer.
        assert!(!link.shows("webhook.failing", &shared));
        assert!(link.shows("webhook.failing", &of(&["account:a"])));
    }

    #[test]
    fn roles_are_ordered_and_have_texts() {
        assert!(Role::Viewer < Role::Editor && Role::Editor < Role::Admin);
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("owner".parse::<Role>().is_err());
    }
}
