//! Who asks, and whether they may.
//!
//! Cast:
//! - **credentials** are what a request shows: a bearer token, e-mail address and password (HTTP
//!   Basic), or the cookie of a session, in this order;
//! - the **principal** is whom the use cases recognise by them;
//! - **extractors** carry the right that a route needs as a type ([`Within<Edit>`](Within)), so no
//!   handler can forget to ask for it.
//!
//! Order of refusals: 400 (a token in the query string), 401 (who are you), 403 `cross_site` and
//! `csrf` (was it you), 404 (the organization is not yours to see), 403 `forbidden` (seen, but the
//! right is missing), 404 within. Nothing of a body is read before.

pub mod caller;
pub mod cookie;
pub mod cross_site;
pub mod rights;
pub mod whole;

mod basic;
mod bearer;
mod in_query;

use axum::extract::FromRequestParts;
use bellwire_core::service::{Caller, Principal};
use http::{HeaderMap, HeaderValue, header, request::Parts};

pub(crate) use self::in_query::token_in_query;
pub use self::{
    caller::{Asking, Peer},
    rights::{Edit, Manage, Needed, OfPlatform, Operate, Produce, Read, Within},
    whole::Whole,
};
use crate::{
    AppState,
    problem::{Code, Problem},
};

/// What a request shows to be recognised by.
enum Credentials<'p> {
    Bearer(&'p str),
    Basic(basic::Pair),
    Cookies(cookie::Secrets<'p>),
}

impl<'p> Credentials<'p> {
    fn of(headers: &'p HeaderMap, cookies: cookie::Names) -> Result<Self, Problem> {
        match headers.get(header::AUTHORIZATION) {
            Some(value) => Self::of_header(value).ok_or_else(|| {
                unauthenticated(
                    "The header `Authorization` is neither `Bearer <token>` nor `Basic <e-mail \
                     address and password>`.",
                )
            }),
            None => cookies.secrets(headers).map(Self::Cookies).ok_or_else(|| {
                unauthenticated(
                    "Send a token in the header `Authorization: Bearer <token>`, or e-mail \
                     address and password with HTTP Basic; or sign in.",
                )
            }),
        }
    }

    fn of_header(value: &'p HeaderValue) -> Option<Self> {
        let value = value.to_str().ok()?;
        bearer::token(value)
            .map(Self::Bearer)
            .or_else(|| basic::pair(value).map(Self::Basic))
    }
}

fn unauthenticated(detail: &'static str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
}

/// Who sent this request.
///
/// # Errors
/// `unauthenticated`, `cross_site`, `csrf`, and what comes of too many tries.
async fn recognise(parts: &Parts, state: &AppState) -> Result<Principal, Problem> {
    let names = cookie::Names::of(&state.options);
    let caller = caller::of(parts, &state.options);
    let service = &state.service;
    match Credentials::of(&parts.headers, names)? {
        Credentials::Bearer(secret) => service
            .authenticate_token(secret, &caller)
            .await?
            .ok_or_else(|| {
                unauthenticated("This token is not known, has expired, or was revoked.")
            }),
        // Browsers send both by themselves once they have them, whoever made the request.
        Credentials::Basic(pair) => {
            cross_site::check(parts, &state.options)?;
            service
                .authenticate_basic(&pair.email, &pair.password, &caller)
                .await?
                .ok_or_else(|| unauthenticated("The e-mail address or the password is wrong."))
        }
        Credentials::Cookies(secrets) => {
            cross_site::check(parts, &state.options)?;
            cross_site::choose(parts, by_cookies(secrets, state, &caller).await?)
        }
    }
}

async fn by_cookies(
    secrets: cookie::Secrets<'_>,
    state: &AppState,
    caller: &Caller,
) -> Result<Vec<Principal>, Problem> {
    let mut found = Vec::with_capacity(2);
    for secret in secrets {
        found.extend(state.service.authenticate_session(secret, caller).await?);
    }
    Ok(found)
}

/// Whose sessions a browser holds, a user's first: for pages, which show what anybody may see who
/// has the browser. Whoever changes something by this must ask [`cross_site`] first.
#[derive(Debug)]
pub struct Sessions(pub Vec<Principal>);

impl FromRequestParts<AppState> for Sessions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let names = cookie::Names::of(&state.options);
        match names.secrets(&parts.headers) {
            Some(secrets) => {
                let caller = caller::of(parts, &state.options);
                by_cookies(secrets, state, &caller).await.map(Self)
            }
            None => Ok(Self(Vec::new())),
        }
    }
}

/// A request by anybody who is known.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Principal);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        recognise(parts, state).await.map(Self)
    }
}
