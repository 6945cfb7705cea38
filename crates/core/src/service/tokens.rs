//! Bearer tokens: made once and shown once; only a hash is stored.
//!
//! Every request of the API is authenticated, so tokens are remembered for a few seconds. A token
//! revoked through this service stops at once; one revoked by another process stops when that is
//! heard of, or when the memory of it ends ([`MEMORY_US`](super::MEMORY_US)).

use std::sync::Arc;

use super::{
    Error, Service,
    access::{Caller, Principal, Who, secret_hash},
    validate::{self, Findings},
};
use crate::{
    access::{Access, Actor, ActorKind, Role},
    ids::TokenId,
    ports::{Token, TokenScope},
    say,
    time::{DAY, DurationUs, Time},
};

/// What every token begins with.
pub const TOKEN_PREFIX: &str = "bw_";
/// The longest that a token with an end can last.
const MAX_TOKEN_US: DurationUs = 3_650 * DAY;

/// A token to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// For people: what it is used for.
    pub name: String,
    /// What it lets its bearer do.
    pub role: Role,
    /// When it stops being accepted; never, when absent.
    pub expires_at: Option<Time>,
}

impl NewToken {
    /// One that may do everything within its scope, for ever.
    #[must_use]
    pub fn admin(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: Role::Admin,
            expires_at: None,
        }
    }
}

impl Service {
    /// Makes a token. The text is its secret: it is given back here and never again.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::NotFound`] for the organization.
    pub async fn create_token(
        &self,
        scope: TokenScope,
        new: NewToken,
        by: &Actor,
    ) -> Result<(Token, String), Error> {
        let now = self.now();
        let mut findings = Findings::default();
        findings.check("name", validate::required_name(&new.name));
        if let Some(end) = new.expires_at
            && (end <= now || end > now + MAX_TOKEN_US)
        {
            let message = say!(
                "rule-token-end",
                "{end} is past, or more than ten years from now",
                end
            );
            findings.add("expires_at", message);
        }
        findings.finish()?;
        if let TokenScope::Organization(id) = scope
            && self.snapshot().organization_by_id(id).is_none()
        {
            return Err(Error::NotFound("organization"));
        }
        let secret = self.bearer_secret(TOKEN_PREFIX);
        let sha256 = secret_hash(TOKEN_PREFIX, &secret)
            .ok_or_else(|| Error::Internal("a token is not as tokens are".to_owned()))?;
        let token = Token {
            id: self.new_id(),
            scope,
            name: new.name,
            role: new.role,
            sha256,
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let entry = self.entry(by, "token.created", None, Some(&token));
        self.store().create_token(token.clone(), entry).await?;
        Ok((token, secret))
    }

    /// Who bears this token; `None` when it is none, was revoked, has expired, or its organization
    /// is gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: nobody can say whether it is one.
    pub async fn authenticate_token(
        &self,
        secret: &str,
        caller: &Caller,
    ) -> Result<Option<Principal>, Error> {
        let Some(hash) = secret_hash(TOKEN_PREFIX, secret) else {
            return Ok(None);
        };
        let now = self.now();
        let memories = self.memories();
        let token = match memories.tokens.recall(&hash, now) {
            Ok(token) => token,
            Err(forgotten) => match self.store().token_by_hash(hash).await? {
                Some(token) if token.revoked_at.is_none() => {
                    let token = Arc::new(token);
                    memories
                        .tokens
                        .remember(hash, Arc::clone(&token), now, forgotten);
                    if token.expires_at.is_none_or(|end| now < end) {
                        // Here and not with each request: a memory's length is near enough.
                        memories.used(token.id, now);
                    }
                    token
                }
                _ => return Ok(None),
            },
        };
        let access = match token.scope {
            TokenScope::Platform => Access {
                platform: Some(token.role),
                ..Access::default()
            },
            TokenScope::Organization(id) if self.snapshot().organization_by_id(id).is_none() => {
                return Ok(None);
            }
            TokenScope::Organization(id) => Access::within(id, token.role),
        };
        let valid = token.expires_at.is_none_or(|end| now < end);
        Ok(valid.then(|| Principal {
            actor: caller.actor(ActorKind::Token, token.id.to_string(), token.name.clone()),
            access,
            who: Who::Token(token),
        }))
    }

    /// Tells the store which tokens were used since it was told before. Called once a minute.
    ///
    /// # Errors
    /// When the store cannot be used; what it was not told is told next time.
    pub async fn note_token_uses(&self) -> Result<(), Error> {
        let told = self.memories().take_uses();
        if told.is_empty() {
            return Ok(());
        }
        let written = self.store().touch_tokens(told.clone()).await;
        if written.is_err() {
            told.into_iter()
                .for_each(|(id, at)| self.memories().used(id, at));
        }
        Ok(written?)
    }

    /// Tokens, newest first, revoked ones included: of one organization, or all.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn tokens(&self, slug: Option<&str>) -> Result<Vec<Token>, Error> {
        let scope = slug
            .map(|slug| self.tenant(slug).map(|tenant| tenant.organization.id))
            .transpose()?;
        Ok(self.store().tokens(scope).await?)
    }

    /// Revokes a token: of one organization, or any when `slug` is `None`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none in that scope, or it was revoked before.
    pub async fn revoke_token(
        &self,
        slug: Option<&str>,
        id: TokenId,
        by: &Actor,
    ) -> Result<(), Error> {
        let scope = slug
            .map(|slug| self.tenant(slug).map(|tenant| tenant.organization.id))
            .transpose()?;
        let tokens = self.store().tokens(scope).await?;
        let token = tokens
            .iter()
            .find(|token| token.id == id)
            .ok_or(Error::NotFound("token"))?;
        let entry = self.entry(by, "token.revoked", Some(token), None);
        let now = self.now();
        let revoked = self.store().revoke_token(scope, id, now, entry).await?;
        self.memories().tokens.forget(|token| token.id == id);
        revoked.then_some(()).ok_or(Error::NotFound("token"))
    }
}
