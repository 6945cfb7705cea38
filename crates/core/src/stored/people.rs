//! Links in columns, what using one comes to, and who must not be lost. The same in every store.

use crate::{
    ids::{OrganizationId, UserId},
    ports::{Error, LinkUse, Result},
    stored::refusals,
    time::Time,
    user::{Link, Portal, Purpose, User},
};

/// What is stored of a link to make the first operator, in the column of kinds.
pub const FIRST_OPERATOR: &str = "first_operator";
/// Of a link to choose a password.
pub const PASSWORD: &str = "password";
const USER: &str = "user";
const PORTAL: &str = "portal";
const SIGN_IN: &str = "sign_in";

/// What a link is for, column by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeColumns {
    /// What kind of link.
    pub kind: &'static str,
    /// Whose password it chooses, or whom it signs in.
    pub user: Option<UserId>,
    /// Where it leads.
    pub organization: Option<OrganizationId>,
    /// What it allows there, as JSON.
    pub portal: Option<String>,
}

/// The columns of a purpose.
#[must_use]
pub fn purpose_columns(purpose: &Purpose) -> PurposeColumns {
    let (kind, user, portal) = match purpose {
        Purpose::FirstOperator => (FIRST_OPERATOR, None, None),
        Purpose::Password(user) => (PASSWORD, Some(*user), None),
        Purpose::User(user) => (USER, Some(*user), None),
        Purpose::Portal(portal) => (PORTAL, None, Some(portal)),
        Purpose::SignIn => (SIGN_IN, None, None),
    };
    PurposeColumns {
        kind,
        user,
        organization: purpose.organization_id(),
        portal: portal.map(portal_text),
    }
}

/// The purpose of these columns.
///
/// # Errors
/// [`Error::Corrupt`] when they are none.
pub fn purpose(kind: &str, user: Option<UserId>, portal: Option<&str>) -> Result<Purpose> {
    match (kind, user, portal) {
        (FIRST_OPERATOR, ..) => Ok(Purpose::FirstOperator),
        (PASSWORD, Some(user), _) => Ok(Purpose::Password(user)),
        (USER, Some(user), _) => Ok(Purpose::User(user)),
        (PORTAL, _, Some(portal)) => portal_of(portal).map(Purpose::Portal),
        (SIGN_IN, ..) => Ok(Purpose::SignIn),
        _ => Err(Error::Corrupt(format!("a link is for `{kind}`"))),
    }
}

/// What a portal link allows, as its column holds it.
///
/// # Panics
/// Never: it is plain data.
#[must_use]
pub fn portal_text(portal: &Portal) -> String {
    serde_json::to_string(portal).expect("what a link allows is plain data")
}

/// What a portal link allows, again.
///
/// # Errors
/// [`Error::Corrupt`] when the column holds something else.
pub fn portal_of(text: &str) -> Result<Portal> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt(format!("a portal link: {error}")))
}

/// What is answered to a change that would leave nobody who may do everything.
#[must_use]
pub fn last_operator() -> Error {
    Error::Conflict(refusals::last_operator())
}

/// Whether a user is an operator who may sign in.
#[must_use]
pub fn is_acting_operator(user: &User) -> bool {
    user.operator && user.disabled_at.is_none()
}

/// Why a link does not work now; `None` when it does.
#[must_use]
pub fn refusal(link: &Link, now: Time) -> Option<LinkUse> {
    if link.revoked_at.is_some() {
        Some(LinkUse::Revoked)
    } else if link.used_at.is_some() {
        Some(LinkUse::Used)
    } else if now >= link.expires_at {
        Some(LinkUse::Expired)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Role, ids::LinkId};

    #[test]
    fn purposes_come_back_as_they_went() {
        let portal = Portal {
            organization_id: OrganizationId::from_bytes([1; 16]),
            role: Role::Editor,
            channels: vec!["account:cool".to_owned()],
            name: "Ann".to_owned(),
            origins: vec!["https://example.com".to_owned()],
            session_s: 60,
        };
        for wanted in [
            Purpose::FirstOperator,
            Purpose::Password(UserId::from_bytes([2; 16])),
            Purpose::User(UserId::from_bytes([3; 16])),
            Purpose::Portal(portal),
            Purpose::SignIn,
        ] {
            let columns = purpose_columns(&wanted);
            let read = purpose(columns.kind, columns.user, columns.portal.as_deref());
            assert_eq!(read.expect("a purpose"), wanted);
        }
        for (kind, portal) in [
            ("portal", Some("{}")),
            ("portal", None),
            ("password", None),
            ("user", None),
            ("x", None),
        ] {
            let read = purpose(kind, None, portal);
            assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
        }
    }

    #[test]
    fn a_link_that_was_taken_back_says_so_first() {
        let at = Time::from_micros;
        let mut link = Link {
            id: LinkId::from_bytes([1; 16]),
            purpose: Purpose::SignIn,
            created_at: at(1),
            created_by: "ann".to_owned(),
            expires_at: at(10),
            used_at: None,
            revoked_at: None,
        };
        assert_eq!(refusal(&link, at(9)), None);
        assert_eq!(refusal(&link, at(10)), Some(LinkUse::Expired));
        link.used_at = Some(at(5));
        assert_eq!(refusal(&link, at(10)), Some(LinkUse::Used));
        link.revoked_at = Some(at(6));
        assert_eq!(refusal(&link, at(10)), Some(LinkUse::Revoked));
    }
}
