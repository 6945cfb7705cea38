//! The cookies that hold the secrets of sessions: one for users, one for customers who came through
//! a portal link, so that trying a link does not sign anybody out. And one, as a user's but no
//! session, for the way to the identity provider and back.
//!
//! | | users | portal |
//! |---|---|---|
//! | `https://` | `__Host-bellwire`, `SameSite=Lax` | `__Host-bellwire-portal`, `SameSite=None; Partitioned` |
//! | `http://` (development) | `bellwire`, `SameSite=Lax` | `bellwire-portal`, `SameSite=Lax`: cannot be embedded |

use std::{array, iter::Flatten};

use bellwire_core::service::SESSION_PREFIX;
use http::{HeaderMap, HeaderValue, header};

use crate::Options;

/// What a cookie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The session of a user.
    User,
    /// That of a customer who came through a portal link.
    Portal,
    /// What a browser needs to come back from the identity provider: no session.
    SignIn,
}

/// What the cookies are called here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    secure: bool,
}

/// The secrets that came in cookies: a user's first.
pub(super) type Secrets<'p> = Flatten<array::IntoIter<Option<&'p str>, 2>>;

impl Names {
    /// The names for a server with these options.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        Self {
            secure: !options.origin.starts_with("http://"),
        }
    }

    /// The name of one.
    #[must_use]
    pub const fn name(self, kind: Kind) -> &'static str {
        match (kind, self.secure) {
            (Kind::User, true) => "__Host-bellwire",
            (Kind::User, false) => "bellwire",
            (Kind::Portal, true) => "__Host-bellwire-portal",
            (Kind::Portal, false) => "bellwire-portal",
            (Kind::SignIn, true) => "__Host-bellwire-sign-in",
            (Kind::SignIn, false) => "bellwire-sign-in",
        }
    }

    const fn attributes(self, kind: Kind) -> &'static str {
        match (kind, self.secure) {
            (Kind::User | Kind::SignIn, true) => "Path=/; HttpOnly; SameSite=Lax; Secure",
            (Kind::Portal, true) => "Path=/; HttpOnly; SameSite=None; Secure; Partitioned",
            (_, false) => "Path=/; HttpOnly; SameSite=Lax",
        }
    }

    /// The header `Set-Cookie` that gives a browser such a secret, for so many seconds.
    #[must_use]
    pub fn set(self, kind: Kind, secret: &str, seconds: i64) -> HeaderValue {
        let (name, attributes) = (self.name(kind), self.attributes(kind));
        let text = format!("{name}={secret}; {attributes}; Max-Age={seconds}");
        let mut value = HeaderValue::from_str(&text)
            .unwrap_or_else(|_| HeaderValue::from_static("bellwire=; Max-Age=0"));
        value.set_sensitive(true);
        value
    }

    /// The header `Set-Cookie` that makes a browser forget it.
    #[must_use]
    pub fn clear(self, kind: Kind) -> HeaderValue {
        self.set(kind, "", 0)
    }

    pub(super) fn secrets(self, headers: &HeaderMap) -> Option<Secrets<'_>> {
        let found = [Kind::User, Kind::Portal].map(|kind| self.secret(headers, kind));
        found
            .iter()
            .any(Option::is_some)
            .then(|| found.into_iter().flatten())
    }

    fn secret(self, headers: &HeaderMap, kind: Kind) -> Option<&str> {
        self.values(headers, kind)
            .find(|value| value.starts_with(SESSION_PREFIX))
    }

    /// What a cookie holds.
    pub(crate) fn value(self, headers: &HeaderMap, kind: Kind) -> Option<&str> {
        self.values(headers, kind).next()
    }

    fn values(self, headers: &HeaderMap, kind: Kind) -> impl Iterator<Item = &str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(move |(name, _)| *name == self.name(kind))
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURE: Names = Names { secure: true };
    const PLAIN: Names = Names { secure: false };

    fn cookies(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (header::COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn a_users_session_comes_before_a_customers() {
        let found = |names: Names, lines: &[&'static str]| -> Option<Vec<String>> {
            let headers = cookies(lines);
            let secrets = names.secrets(&headers)?;
            Some(secrets.map(str::to_owned).collect())
        };
        let both = ["a=b; __Host-bellwire-portal=bws_2", "__Host-bellwire=bws_1"];
        assert_eq!(
            found(SECURE, &both),
            Some(vec!["bws_1".to_owned(), "bws_2".to_owned()])
        );
        assert_eq!(found(PLAIN, &both), None);
        assert_eq!(found(SECURE, &["bellwire=bws_1"]), None);
        assert_eq!(found(SECURE, &["__Host-bellwire=; x"]), None);
        assert_eq!(
            found(PLAIN, &["bellwire=bws_1"]),
            Some(vec!["bws_1".to_owned()])
        );
        assert_eq!(found(SECURE, &[]), None);
    }

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_of_other_sites() {
        assert_eq!(
            SECURE.set(Kind::User, "bws_x", 60),
            "__Host-bellwire=bws_x; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
        assert_eq!(
            SECURE.set(Kind::Portal, "bws_x", 60),
            "__Host-bellwire-portal=bws_x; Path=/; HttpOnly; SameSite=None; Secure; Partitioned; \
             Max-Age=60"
        );
        assert_eq!(
            PLAIN.set(Kind::Portal, "bws_x", 60),
            "bellwire-portal=bws_x; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        assert_eq!(
            SECURE.set(Kind::SignIn, "x", 600),
            "__Host-bellwire-sign-in=x; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"
        );
        assert_eq!(
            SECURE.clear(Kind::User),
            "__Host-bellwire=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
        assert!(SECURE.set(Kind::User, "bws_x", 60).is_sensitive());
    }
}
