//! What leaves memory only encrypted: webhooks' secrets and custom headers.
//!
//! The context of each ciphertext is the webhook's id and which field it is, so that a ciphertext
//! that is moved to another row does not open.

use std::sync::Arc;

use crate::{
    crypt::{CryptError, Keyring},
    entropy::Entropy,
    ids::WebhookId,
    outcome::Header,
    ports::Error,
    webhook::Secret,
};
use serde_json::{from_slice, to_vec};

/// Seals with the keyring's first key, under a fresh nonce each time.
pub struct Seal {
    keyring: Keyring,
    entropy: Arc<dyn Entropy>,
}

impl Seal {
    /// What this keyring seals and opens.
    #[must_use]
    pub fn new(keyring: Keyring, entropy: Arc<dyn Entropy>) -> Self {
        Self { keyring, entropy }
    }

    /// Bytes, sealed for this context.
    #[must_use]
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Vec<u8> {
        let mut nonce = [0; 24];
        self.entropy.fill(&mut nonce);
        self.keyring.seal(plain, context, nonce)
    }

    /// Bytes that were sealed for this context.
    ///
    /// # Errors
    /// When no key opens them, or they were sealed for another context.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, CryptError> {
        self.keyring.open(sealed, context)
    }

    /// The secrets of a webhook.
    ///
    /// # Panics
    /// Never: secrets are plain data.
    #[must_use]
    pub fn secrets(&self, id: WebhookId, secrets: &[Secret]) -> Vec<u8> {
        let plain = to_vec(secrets).expect("secrets are plain data");
        self.seal(&plain, &context(b"secrets", id))
    }

    /// The secrets of a webhook again.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when they cannot be opened or read.
    pub fn open_secrets(&self, id: WebhookId, sealed: &[u8]) -> Result<Vec<Secret>, Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Corrupt(format!(
                "the secrets of webhook {id} cannot be read: {error}"
            ))
        };
        let plain = self
            .open(sealed, &context(b"secrets", id))
            .map_err(|error| wrong(&error))?;
        from_slice(&plain).map_err(|error| wrong(&error))
    }

    /// The custom headers of a webhook. No headers are no bytes: most webhooks have none.
    ///
    /// # Panics
    /// Never: headers are plain data.
    #[must_use]
    pub fn headers(&self, id: WebhookId, headers: &[Header]) -> Vec<u8> {
        if headers.is_empty() {
            return Vec::new();
        }
        let plain = to_vec(headers).expect("headers are plain data");
        self.seal(&plain, &context(b"headers", id))
    }

    /// The custom headers of a webhook again.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when they cannot be opened or read.
    pub fn open_headers(&self, id: WebhookId, sealed: &[u8]) -> Result<Vec<Header>, Error> {
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Corrupt(format!(
                "the headers of webhook {id} cannot be read: {error}"
            ))
        };
        let plain = self
            .open(sealed, &context(b"headers", id))
            .map_err(|error| wrong(&error))?;
        from_slice(&plain).map_err(|error| wrong(&error))
    }
}

fn context(field: &[u8], id: WebhookId) -> Vec<u8> {
    let mut context = b"webhook/".to_vec();
    context.extend_from_slice(field);
    context.push(b'/');
    context.extend_from_slice(id.as_bytes());
    context
}
