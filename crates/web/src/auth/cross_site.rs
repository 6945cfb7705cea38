//! Was it them, or a page of somebody else's that made their browser do it?
//!
//! Browsers send cookies, and credentials that were typed in once, with every request to us,
//! whoever's page makes it. Two nets, each enough for itself: a request that changes something and
//! says that it comes from elsewhere is refused; and with a cookie it must carry the session's CSRF
//! token, which a foreign page cannot read.

use axum::extract::FromRequestParts;
use bellwire_core::{say, service::Principal};
use http::{HeaderName, header, request::Parts};
use subtle::ConstantTimeEq as _;

use super::unauthenticated;
use crate::{
    AppState, Options,
    problem::{Code, Problem},
};

/// The header that carries a session's CSRF token.
pub const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn text<'p>(parts: &'p Parts, name: &HeaderName) -> Option<&'p str> {
    // What is no text is no value that we know: it is foreign.
    parts
        .headers
        .get(name)
        .map(|value| value.to_str().unwrap_or_default())
}

/// Refuses a request that would change something and comes from a page of another origin.
///
/// # Errors
/// `cross_site`.
pub fn check(parts: &Parts, options: &Options) -> Result<(), Problem> {
    if parts.method.is_safe() {
        return Ok(());
    }
    let cross = text(parts, &SEC_FETCH_SITE) == Some("cross-site");
    let foreign =
        text(parts, &header::ORIGIN).is_some_and(|origin| !is_own(origin, parts, options));
    if cross || foreign {
        return Err(Problem::new(
            Code::CrossSite,
            say!(
                "page-cross-site",
                "This request comes from a page of another site. If that page is yours, let its \
                 server call with a token."
            ),
        ));
    }
    Ok(())
}

/// Whether an origin is ours: as configured, or what the request itself was sent to. The latter is
/// safe: a name that an attacker points here has none of our cookies.
fn is_own(origin: &str, parts: &Parts, options: &Options) -> bool {
    if !options.origin.is_empty() && origin == options.origin {
        return true;
    }
    let host = text(parts, &header::HOST).or_else(|| parts.uri.authority().map(|to| to.as_str()));
    let authority = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    host.is_some() && authority == host
}

/// Which of these has a session of this CSRF token.
#[must_use]
pub fn of_token(found: &[Principal], shown: &str) -> Option<usize> {
    let right = |csrf: &str| shown.as_bytes().ct_eq(csrf.as_bytes()).into();
    found.iter().position(|principal| {
        principal
            .session()
            .is_some_and(|session| right(&session.csrf))
    })
}

/// The one of these, who came with cookies, who sent the request. Who changes something must show
/// the CSRF token of their session; where a browser holds two sessions, it says which.
pub(super) fn choose(parts: &Parts, mut found: Vec<Principal>) -> Result<Principal, Problem> {
    let shown = text(parts, &X_CSRF_TOKEN);
    let by_token = shown.and_then(|shown| of_token(&found, shown));
    if found.is_empty() {
        return Err(unauthenticated("The session has ended; sign in again."));
    }
    match by_token {
        Some(index) => Ok(found.swap_remove(index)),
        None if parts.method.is_safe() => Ok(found.swap_remove(0)),
        None => Err(Problem::new(
            Code::Csrf,
            match shown {
                None => {
                    "With a cookie, a request that changes something needs the header \
                     `X-CSRF-Token`; `GET /api/v1/session` says what it is."
                }
                Some(_) => {
                    "The header `X-CSRF-Token` is not this session's; `GET /api/v1/session` says \
                     what it is."
                }
            },
        )),
    }
}

/// A request that no page of another site made, for routes that need nobody to be known: signing
/// somebody in as somebody else is an attack too.
#[derive(Debug, Clone, Copy)]
pub struct SameSite;

impl FromRequestParts<AppState> for SameSite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        check(parts, &state.options).map(|()| Self)
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};

    use super::*;

    fn refused(method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder()
            .method(method)
            .uri("/api/v1/organizations");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let options = Options {
            origin: "https://hooks.example".to_owned(),
            ..Options::default()
        };
        match check(&parts, &options) {
            Ok(()) => false,
            Err(problem) => {
                assert_eq!(problem.code, Code::CrossSite);
                true
            }
        }
    }

    #[test]
    fn a_change_from_another_origin_is_refused() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[
                ("origin", "https://evil.example"),
                ("host", "hooks.example"),
            ],
            &[("origin", "null")],
            &[("origin", "https://hooks.example.evil")],
            &[("origin", "https://sub.hooks.example")],
            &[
                ("origin", "http://hooks.example:80"),
                ("host", "hooks.example"),
            ],
            &[
                ("origin", "https://hooks.example"),
                ("sec-fetch-site", "cross-site"),
            ],
        ] {
            assert!(refused(Method::POST, headers), "{headers:?}");
            assert!(refused(Method::DELETE, headers), "{headers:?}");
            assert!(!refused(Method::GET, headers), "{headers:?}");
        }
        for headers in [
            &[][..],
            &[("origin", "https://hooks.example")],
            &[
                ("origin", "http://127.0.0.1:8040"),
                ("host", "127.0.0.1:8040"),
            ],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!refused(Method::POST, headers), "{headers:?}");
        }
    }
}
