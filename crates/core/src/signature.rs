//! Signatures by the Standard Webhooks specification: what a receiver checks to know that a request
//! came from us, recently, and unchanged.
//!
//! A scheme signs `{id}.{timestamp}.{body}`. The header carries one signature per secret, separated
//! by blanks, so that a receiver with either secret is content during a rotation. Which secrets are
//! in force is the webhook's business ([`crate::webhook::Webhook::signing_secrets`]).

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::time::{DurationUs, SECOND, Time};
use crate::{said::Said, say};

/// What every symmetric secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// The fewest bytes a secret may have (Standard Webhooks: 192 bits).
pub const MIN_SECRET_BYTES: usize = 24;
/// The most bytes a secret may have (Standard Webhooks: 512 bits).
pub const MAX_SECRET_BYTES: usize = 64;
/// How far a timestamp may be from the receiver's clock by custom: five minutes.
pub const TOLERANCE: DurationUs = 5 * crate::time::MINUTE;

/// How a signature is made. Standard Webhooks has room for more than one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HMAC-SHA256 with a shared secret.
    V1,
}

impl Scheme {
    /// The name in the header, before the comma. (The asymmetric scheme will be `v1a`.)
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
        }
    }

    /// The scheme of this name; `None` for one that is not known here, which a receiver skips.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::V1.as_str()).then_some(Self::V1)
    }
}

/// Why a text is no signing secret. Never contains the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Said::from(*self))]
pub enum SecretError {
    /// It has another beginning, or none.
    Prefix,
    /// What follows the prefix is not base64.
    Base64,
    /// Too short or too long.
    Length(usize),
}

impl From<SecretError> for Said {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Prefix => {
                say!("secret-beginning", "a signing secret begins with `whsec_`")
            }
            SecretError::Base64 => say!(
                "secret-base64",
                "after `whsec_`, a signing secret is base64 with the standard alphabet and padding"
            ),
            SecretError::Length(length) => say!(
                "secret-length",
                "a signing secret holds {min} to {max} bytes, this one holds {length}",
                min = MIN_SECRET_BYTES,
                max = MAX_SECRET_BYTES,
                length
            ),
        }
    }
}

/// Why a request does not prove that it came from the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// One of the receiver's own secrets is wrong.
    #[error("the secret to verify with is wrong: {0}")]
    Secret(#[from] SecretError),
    /// `webhook-timestamp` is not a whole number of seconds.
    #[error("the timestamp is not a whole number of seconds since 1970")]
    Timestamp,
    /// The request was signed too long ago: perhaps a replay.
    #[error("the timestamp is too old")]
    TooOld,
    /// The request is from the future: a clock is wrong.
    #[error("the timestamp is in the future")]
    TooNew,
    /// There is no signature of a known scheme in the header.
    #[error("there is no `v1` signature")]
    NoSignature,
    /// There are signatures, and none is right.
    #[error("no signature matches")]
    Mismatch,
}

/// A new secret from 192 random bits.
#[must_use]
pub fn generate_secret(entropy: [u8; 24]) -> String {
    format!("{SECRET_PREFIX}{}", BASE64.encode(entropy))
}

/// Whether the text is a secret that can sign.
///
/// # Errors
/// What is wrong with it.
pub fn check_secret(text: &str) -> Result<(), SecretError> {
    decode(text).map(|_| ())
}

/// One signature as it stands in the header: `v1,` and base64. `timestamp_s` is in seconds.
///
/// # Errors
/// When the secret is not one.
pub fn sign(secret: &str, id: &str, timestamp_s: i64, body: &[u8]) -> Result<String, SecretError> {
    let tag = mac(secret, id, &timestamp_s.to_string(), body)?
        .finalize()
        .into_bytes();
    let mut text = String::with_capacity(47);
    text.push_str(Scheme::V1.as_str());
    text.push(',');
    BASE64.encode_string(tag, &mut text);
    Ok(text)
}

/// The whole header: a signature for each secret, separated by blanks.
///
/// # Errors
/// When a secret is not one.
pub fn signature_header<'a>(
    secrets: impl Iterator<Item = &'a str>,
    id: &str,
    timestamp_s: i64,
    body: &[u8],
) -> Result<String, SecretError> {
    let mut header = String::new();
    for secret in secrets {
        if !header.is_empty() {
            header.push(' ');
        }
        header.push_str(&sign(secret, id, timestamp_s, body)?);
    }
    Ok(header)
}

/// What a receiver does: one of the secrets has made one of the signatures, not too long ago.
/// `timestamp` and `signature` are the headers as they came. Signatures are compared in constant
/// time.
///
/// # Errors
/// Why the request is not to be trusted.
pub fn verify(
    secrets: &[&str],
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Time,
    tolerance: DurationUs,
) -> Result<(), VerifyError> {
    // `+5` and `007` are numbers too, but the signature is over the text that was sent.
    let seconds: i64 = timestamp.parse().map_err(|_| VerifyError::Timestamp)?;
    let signed_at = Time::from_micros(seconds.saturating_mul(SECOND));
    if now.since(signed_at) > tolerance {
        return Err(VerifyError::TooOld);
    }
    if signed_at.since(now) > tolerance {
        return Err(VerifyError::TooNew);
    }
    let mut reason = VerifyError::NoSignature;
    for candidate in signature.split_ascii_whitespace() {
        let Some((scheme, text)) = candidate.split_once(',') else {
            continue;
        };
        if Scheme::parse(scheme).is_none() {
            continue;
        }
        reason = VerifyError::Mismatch;
        let Ok(tag) = BASE64.decode(text) else {
            continue;
        };
        for secret in secrets {
            if mac(secret, id, timestamp, body)?.verify_slice(&tag).is_ok() {
                return Ok(());
            }
        }
    }
    Err(reason)
}

fn decode(secret: &str) -> Result<Vec<u8>, SecretError> {
    let text = secret
        .strip_prefix(SECRET_PREFIX)
        .ok_or(SecretError::Prefix)?;
    let bytes = BASE64.decode(text).map_err(|_| SecretError::Base64)?;
    if (MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&bytes.len()) {
        Ok(bytes)
    } else {
        Err(SecretError::Length(bytes.len()))
    }
}

fn mac(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> Result<Hmac<Sha256>, SecretError> {
    let key = decode(secret)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(id.as_bytes());
    mac.update(b".");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac)
}
