//! Encryption at rest: secrets, custom headers and credentials leave memory only sealed.
//!
//! XChaCha20-Poly1305, because its nonce is long enough to be drawn at random forever. Each
//! ciphertext names its key, so that keys can be changed without rewriting the store: the first key
//! encrypts, every key decrypts. `context` says whose ciphertext it is (table and row id); a
//! ciphertext moved to another row does not open.
//!
//! Layout: version (1 byte) | key id (4) | nonce (24) | ciphertext and tag.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
/// What a key for signing is derived from its encryption key with.
const SIGNING: &[u8] = b"bellwire signing 1";
const NONCE_AT: usize = 5;
const TEXT_AT: usize = NONCE_AT + 24;

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptError {
    /// The text of a key is not 32 bytes in base64.
    #[error("an encryption key is 32 bytes in base64; `openssl rand -base64 32` makes one")]
    Key,
    /// A keyring needs a key.
    #[error("no encryption key is configured")]
    NoKey,
    /// Two keys would be mistaken for each other.
    #[error("two encryption keys have the id {0}: the same key twice? remove one of them")]
    Twice(KeyId),
    /// Not something that [`Keyring::seal`] made.
    #[error("the ciphertext is damaged: it has no known version, or is too short")]
    Malformed,
    /// Sealed with a key that is not in the keyring.
    #[error(
        "the ciphertext needs the encryption key with the id {0}, which is not configured; add it \
         after the key in use"
    )]
    UnknownKey(KeyId),
    /// Changed, or of another context.
    #[error("the ciphertext does not open with key {0}: it was changed, or belongs elsewhere")]
    Refused(KeyId),
}

/// What a ciphertext calls its key: the first four bytes of the key's SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A key of 256 bits.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    cipher: XChaCha20Poly1305,
    /// Derived, so that no signature says anything of the key that encrypts.
    signing: [u8; 32],
}

impl Key {
    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let digest = Sha256::digest(bytes);
        Self {
            id: KeyId([digest[0], digest[1], digest[2], digest[3]]),
            cipher: XChaCha20Poly1305::new(&bytes.into()),
            signing: mac(&bytes, &[SIGNING]).finalize().into_bytes().into(),
        }
    }

    /// The key of this base64 text; blanks around it are ignored.
    ///
    /// # Errors
    /// [`CryptError::Key`] when it is not 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, CryptError> {
        let bytes = BASE64.decode(text.trim()).map_err(|_| CryptError::Key)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| CryptError::Key)?;
        Ok(Self::from_bytes(bytes))
    }

    /// What ciphertexts call it.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for Key {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.id).finish()
    }
}

/// The keys in force, the one that encrypts first. A cheap clone.
#[derive(Debug, Clone)]
pub struct Keyring {
    keys: Arc<[Key]>,
}

impl Keyring {
    /// A keyring whose first key encrypts.
    ///
    /// # Errors
    /// Without a key, or with two that have the same id.
    pub fn new(keys: Vec<Key>) -> Result<Self, CryptError> {
        if keys.is_empty() {
            return Err(CryptError::NoKey);
        }
        for (place, key) in keys.iter().enumerate() {
            if keys[..place].iter().any(|other| other.id == key.id) {
                return Err(CryptError::Twice(key.id));
            }
        }
        Ok(Self { keys: keys.into() })
    }

    /// The id of the key that encrypts.
    #[must_use]
    pub fn sealing_key(&self) -> KeyId {
        self.keys[0].id
    }

    /// Encrypts. `nonce` must be random; `context` is needed again to open, and is not stored.
    #[must_use]
    pub fn seal(&self, plain: &[u8], context: &[u8], nonce: [u8; 24]) -> Vec<u8> {
        let key = &self.keys[0];
        let text = key
            .cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: context,
                },
            )
            .expect("XChaCha20-Poly1305 takes messages of up to 256 GiB");
        let mut sealed = Vec::with_capacity(TEXT_AT + text.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed
    }

    /// Decrypts what [`Self::seal`] made with the same context.
    ///
    /// # Errors
    /// When the key is missing (it is named), or the ciphertext was changed or is another's.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, CryptError> {
        let (head, text) = sealed
            .split_at_checked(TEXT_AT)
            .ok_or(CryptError::Malformed)?;
        let (id, nonce) = match head {
            [VERSION, a, b, c, d, nonce @ ..] => (KeyId([*a, *b, *c, *d]), nonce),
            _ => return Err(CryptError::Malformed),
        };
        let nonce = XNonce::try_from(nonce).map_err(|_| CryptError::Malformed)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == id)
            .ok_or(CryptError::UnknownKey(id))?;
        key.cipher
            .decrypt(
                &nonce,
                Payload {
                    msg: text,
                    aad: context,
                },
            )
            .map_err(|_| CryptError::Refused(id))
    }

    /// Signs data as being of this kind: with the first key.
    #[must_use]
    pub fn sign(&self, context: &str, data: &[u8]) -> [u8; 32] {
        signature(&self.keys[0], context, data)
            .finalize()
            .into_bytes()
            .into()
    }

    /// Whether [`Self::sign`] made this, or the beginning of it (16 bytes at least), with any of the
    /// keys. It takes as long for a wrong one as for a right one.
    #[must_use]
    pub fn verifies(&self, context: &str, data: &[u8], beginning: &[u8]) -> bool {
        beginning.len() >= 16
            && self.keys.iter().any(|key| {
                signature(key, context, data)
                    .verify_truncated_left(beginning)
                    .is_ok()
            })
    }
}

fn signature(key: &Key, context: &str, data: &[u8]) -> Hmac<Sha256> {
    // With its length, so that no end of a context can pass for the beginning of data.
    let length = (context.len() as u64).to_be_bytes();
    mac(&key.signing, &[&length, context.as_bytes(), data])
}

/// HMAC-SHA256 over these parts, one after the other.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}
