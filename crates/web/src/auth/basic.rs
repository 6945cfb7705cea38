//! `Authorization: Basic <e-mail address and password>` (RFC 7617).
//!
//! Only the monetization API asks for it (`mint/refusal.rs`); elsewhere it is accepted and not asked
//! for, because an answer of 401 that names the scheme makes browsers open a window of their own, also
//! when a page's script made the request.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// E-mail address and password.
#[derive(PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) email: String,
    pub(super) password: String,
}

impl std::fmt::Debug for Pair {
    /// Never shows the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pair").field(&self.email).finish()
    }
}

/// What such a header holds, in UTF-8.
pub(super) fn pair(value: &str) -> Option<Pair> {
    let (scheme, encoded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim_start()).ok()?).ok()?;
    let (email, password) = text.split_once(':')?;
    Some(Pair {
        email: email.to_owned(),
        password: password.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_everything_after_the_first_colon() {
        let of = |text: &str| pair(&format!("basic {}", STANDARD.encode(text)));
        let found = of("ann@example.com:a:b ü").unwrap();
        assert_eq!(
            (found.email.as_str(), found.password.as_str()),
            ("ann@example.com", "a:b ü")
        );
        assert!(!format!("{found:?}").contains("a:b"));
        assert_eq!(of("no colon"), None);
        for value in ["Basic", "Basic ///", "Basic !", "Bearer YTpi", "YTpi"] {
            assert_eq!(pair(value), None, "{value}");
        }
    }
}
