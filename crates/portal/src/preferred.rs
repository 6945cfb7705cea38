//! As whom somebody looks at pages, when their browser holds two sessions: a user's, and that of a
//! customer who came through a portal link. What was opened last is what is looked at, until they
//! say otherwise, which a cookie notes.
//!
//! Ids of sessions sort by when they were begun. The cookie names both, so that a choice between two
//! sessions does not outlive either: who opens another link sees what is behind that one.

use bellwire_core::{ids::SessionId, service::Principal};
use http::HeaderMap;

use crate::look::cookie;

/// The cookie that says which of two sessions is looked through. It is no secret: it names them.
pub(crate) const COOKIE: &str = "bellwire-as";

fn id(principal: &Principal) -> Option<SessionId> {
    principal.session().map(|session| session.id)
}

/// Puts these into the order in which they are preferred.
pub(crate) fn order(here: &mut [Principal], headers: &HeaderMap) {
    here.sort_by_key(|principal| std::cmp::Reverse(id(principal)));
    if let [last, other] = here
        && cookie(headers, COOKIE) == Some(over(other, last).as_str())
    {
        here.reverse();
    }
}

/// What the cookie holds for one who is preferred over another.
pub(crate) fn over(one: &Principal, other: &Principal) -> String {
    let text = |principal| id(principal).map_or_else(String::new, |id: SessionId| id.to_string());
    format!("{}.{}", text(one), text(other))
}
