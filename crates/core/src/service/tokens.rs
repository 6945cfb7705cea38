//! Bearer tokens: made once and shown once; only a hash is stored.
//!
//! Every request of the API is authenticated, so tokens are remembered for a few seconds. A token
//! revoked through this service stops at once; one revoked by another process on the same store
//! stops when the memory of it ends ([`MEMORY_US`]).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::{
    Error, Service,
    validate::{self, Findings},
};
use crate::{
    ids::TokenId,
    ports::{Token, TokenScope},
    time::{DurationUs, SECOND, Time},
};

/// What every token begins with.
pub const TOKEN_PREFIX: &str = "bw_";
/// How long a token is taken for good without asking the store.
pub const MEMORY_US: DurationUs = 5 * SECOND;
/// How many tokens are remembered.
const MEMORY_ENTRIES: usize = 4096;
/// Characters of 32 bytes in base64 without padding.
const SECRET_CHARS: usize = 43;

/// Tokens seen a moment ago.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    tokens: HashMap<[u8; 32], (Token, Time)>,
    /// Raised by every revocation.
    revocations: u64,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token, if it was seen a moment ago; how many revocations there were, otherwise.
    fn recall(&self, hash: &[u8; 32], now: Time) -> Result<Token, u64> {
        let remembered = self.lock();
        match remembered.tokens.get(hash) {
            Some((token, until)) if now < *until => Ok(token.clone()),
            _ => Err(remembered.revocations),
        }
    }

    /// Remembers a token, unless one was revoked since `revocations` was read: what the store
    /// said before that may be wrong by now.
    fn remember(&self, token: &Token, now: Time, revocations: u64) {
        let mut remembered = self.lock();
        if remembered.revocations != revocations {
            return;
        }
        if remembered.tokens.len() >= MEMORY_ENTRIES {
            remembered.tokens.retain(|_, (_, until)| now < *until);
        }
        if remembered.tokens.len() >= MEMORY_ENTRIES {
            remembered.tokens.clear();
        }
        remembered
            .tokens
            .insert(token.sha256, (token.clone(), now + MEMORY_US));
    }

    fn forget(&self, id: TokenId) {
        let mut remembered = self.lock();
        remembered.revocations += 1;
        remembered.tokens.retain(|_, (token, _)| token.id != id);
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
        name: &str,
    ) -> Result<(Token, String), Error> {
        let mut findings = Findings::default();
        findings.check("name", validate::required_name(name));
        findings.finish()?;
        if let TokenScope::Organization(id) = scope
            && self.snapshot().organization_by_id(id).is_none()
        {
            return Err(Error::NotFound("organization"));
        }
        let mut bytes = [0; 32];
        self.entropy().fill(&mut bytes);
        let secret = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let token = Token {
            id: self.new_id(),
            scope,
            name: name.to_owned(),
            sha256: hash(&secret),
            created_at: self.now(),
            revoked_at: None,
        };
        self.store().create_token(token.clone()).await?;
        Ok((token, secret))
    }

    /// The token of this secret; `None` when it is not one, was revoked, or its organization is
    /// gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: nobody can say whether it is one.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Token>, Error> {
        // Spares the store the texts that cannot be tokens.
        let is_token = secret.strip_prefix(TOKEN_PREFIX).is_some_and(|rest| {
            rest.len() == SECRET_CHARS
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
        if !is_token {
            return Ok(None);
        }
        let hash = hash(secret);
        let now = self.now();
        let token = match self.memory().recall(&hash, now) {
            Ok(token) => token,
            Err(revocations) => match self.store().token_by_hash(hash).await? {
                Some(token) if token.revoked_at.is_none() => {
                    self.memory().remember(&token, now, revocations);
                    token
                }
                _ => return Ok(None),
            },
        };
        let reachable = match token.scope {
            TokenScope::Platform => true,
            TokenScope::Organization(id) => self.snapshot().organization_by_id(id).is_some(),
        };
        Ok(reachable.then_some(token))
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
    pub async fn revoke_token(&self, slug: Option<&str>, id: TokenId) -> Result<(), Error> {
        let scope = slug
            .map(|slug| self.tenant(slug).map(|tenant| tenant.organization.id))
            .transpose()?;
        let revoked = self.store().revoke_token(scope, id, self.now()).await?;
        self.memory().forget(id);
        revoked.then_some(()).ok_or(Error::NotFound("token"))
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TokenId;

    fn token(n: u32) -> Token {
        let mut sha256 = [0; 32];
        sha256[..4].copy_from_slice(&n.to_be_bytes());
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        Token {
            id: TokenId::from_bytes(id),
            scope: TokenScope::Platform,
            name: "test".to_owned(),
            sha256,
            created_at: Time::EPOCH,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_is_remembered_for_a_few_seconds() {
        let memory = Memory::default();
        let one = token(1);
        assert_eq!(memory.recall(&one.sha256, Time::EPOCH), Err(0));
        memory.remember(&one, Time::EPOCH, 0);
        let end = Time::EPOCH + MEMORY_US;
        assert_eq!(memory.recall(&one.sha256, end - 1), Ok(one.clone()));
        assert_eq!(memory.recall(&one.sha256, end), Err(0));
    }

    #[test]
    fn a_revocation_is_stronger_than_a_look_that_began_before_it() {
        let memory = Memory::default();
        let one = token(1);
        memory.remember(&one, Time::EPOCH, 0);
        memory.forget(one.id);
        assert_eq!(memory.recall(&one.sha256, Time::EPOCH), Err(1));
        memory.remember(&one, Time::EPOCH, 0);
        assert_eq!(memory.recall(&one.sha256, Time::EPOCH), Err(1));
    }

    #[test]
    fn the_memory_is_bounded() {
        let memory = Memory::default();
        for n in 0..10_000 {
            memory.remember(&token(n), Time::EPOCH, 0);
            assert!(memory.lock().tokens.len() <= MEMORY_ENTRIES);
        }
    }
}
