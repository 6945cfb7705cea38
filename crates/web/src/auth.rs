//! Who asks: bearer tokens, and what they may reach.
//!
//! | token of | its own organization | another organization | the platform |
//! |---|---|---|---|
//! | the platform | everything | everything | everything |
//! | an organization | everything within | 404, as if it did not exist | 403 on changes |
//!
//! The extractors here come first in every handler, so nothing of a request is read before it is
//! known who sent it. In the common case a token is found in memory, without the store.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use bellwire_core::{
    ids::{OrganizationId, TokenId},
    ports::TokenScope,
    snapshot::Tenant,
};
use http::{HeaderMap, header, request::Parts};

use crate::{
    AppState,
    extract::path,
    problem::{Code, Problem},
};

/// Who sent the request: the owner of a valid token.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The token's id.
    pub token_id: TokenId,
    /// The token's name: what changes are signed with.
    pub name: String,
    /// What it may reach.
    pub scope: TokenScope,
}

impl Principal {
    /// Whether it stands above organizations.
    #[must_use]
    pub const fn is_platform(&self) -> bool {
        matches!(self.scope, TokenScope::Platform)
    }

    /// Whether it may see this organization.
    #[must_use]
    pub fn reaches(&self, id: OrganizationId) -> bool {
        match self.scope {
            TokenScope::Platform => true,
            TokenScope::Organization(own) => own == id,
        }
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = || {
        Problem::new(
            Code::Unauthenticated,
            "Send a token in the header `Authorization: Bearer <token>`.",
        )
    };
    let value = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(missing)?
        .to_str()
        .map_err(|_| missing())?;
    match value.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim_start()),
        _ => Err(missing()),
    }
}

impl FromRequestParts<AppState> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let secret = bearer(&parts.headers)?;
        match state.service.authenticate(secret).await? {
            Some(token) => Ok(Self {
                token_id: token.id,
                name: token.name,
                scope: token.scope,
            }),
            None => Err(Problem::new(
                Code::Unauthenticated,
                "This token is not known, or it was revoked.",
            )),
        }
    }
}

/// A request that only a platform token may send.
#[derive(Debug, Clone)]
pub struct Platform(pub Principal);

impl FromRequestParts<AppState> for Platform {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, state).await?;
        if principal.is_platform() {
            Ok(Self(principal))
        } else {
            Err(Problem::new(
                Code::PlatformTokenRequired,
                "This token belongs to one organization; use a token of the platform.",
            ))
        }
    }
}

/// A request within the organization that the path names as `org`, by somebody who may see it.
#[derive(Debug, Clone)]
pub struct Within {
    /// The organization, as it was when the request came.
    pub tenant: Arc<Tenant>,
    /// Who asks.
    pub principal: Principal,
}

impl Within {
    /// The organization's slug.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.tenant.organization.slug
    }

    /// The organization's id.
    #[must_use]
    pub fn id(&self) -> OrganizationId {
        self.tenant.organization.id
    }

    /// Who changes are signed with.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.principal.name
    }
}

impl FromRequestParts<AppState> for Within {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, state).await?;
        let slug = path::param(parts, "org", "organization").await?;
        state
            .service
            .snapshot()
            .organization(&slug)
            .filter(|tenant| principal.reaches(tenant.organization.id))
            .map(|tenant| Self { tenant, principal })
            .ok_or_else(|| Problem::not_found("organization"))
    }
}

/// A request within an organization that only a platform token may send. To an organization's
/// token, other organizations still do not exist.
#[derive(Debug, Clone)]
pub struct PlatformWithin(pub Within);

impl FromRequestParts<AppState> for PlatformWithin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let within = Within::from_request_parts(parts, state).await?;
        if within.principal.is_platform() {
            Ok(Self(within))
        } else {
            Err(Problem::new(
                Code::PlatformTokenRequired,
                "An organization cannot do this to itself; use a token of the platform.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(value: &'static str) -> Result<String, Code> {
        let headers =
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
        bearer(&headers)
            .map(str::to_owned)
            .map_err(|problem| problem.code)
    }

    #[test]
    fn a_bearer_token_is_found_in_any_case_of_the_scheme() {
        assert_eq!(of("Bearer bw_x").as_deref(), Ok("bw_x"));
        assert_eq!(of("bearer  bw_x ").as_deref(), Ok("bw_x"));
        for value in ["", "Bearer", "bw_x", "Basic YTpi"] {
            assert_eq!(of(value), Err(Code::Unauthenticated), "{value}");
        }
        assert!(bearer(&HeaderMap::new()).is_err());
    }
}
