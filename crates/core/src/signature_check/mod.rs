//! Stage 7, view: a request that a receiver did not believe, looked at piece by piece: what of it does
//! not fit, and which mistake would explain that.
//!
//! Pure. `headers` reads what was pasted, `body` tells how a body was changed on its way, `mistakes`
//! tries what receivers get wrong. Whose secrets, and what was really sent, is found out by
//! `service/check_signature.rs`. Nothing of a secret is ever put into a sentence.

mod body;
mod headers;
mod mistakes;

#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use self::headers::{Headers, Pasted};
use crate::{
    said::Said,
    say,
    signature::{SECRET_PREFIX, TOLERANCE},
    time::{SECOND, Time},
    webhook::Secret,
};

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is as it should be.
    Ok,
    /// A receiver refuses the request for this.
    Problem,
    /// It may help to find the cause.
    Hint,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Problem, Self::Hint];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Hint => "hint",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// A stable name of what was found.
    pub code: &'static str,
    /// Whether that is good.
    pub outcome: Outcome,
    /// The same in plain words.
    pub sentence: Said,
}

impl Check {
    pub(crate) fn ok(code: &'static str, sentence: Said) -> Self {
        Self::new(code, Outcome::Ok, sentence)
    }

    pub(crate) fn problem(code: &'static str, sentence: Said) -> Self {
        Self::new(code, Outcome::Problem, sentence)
    }

    pub(crate) fn hint(code: &'static str, sentence: Said) -> Self {
        Self::new(code, Outcome::Hint, sentence)
    }

    fn new(code: &'static str, outcome: Outcome, sentence: Said) -> Self {
        Self {
            code,
            outcome,
            sentence,
        }
    }
}

/// Which secret made the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedBy {
    /// The newest.
    Current,
    /// One that is leaving, or has left, at this time.
    Former {
        /// When it stops signing, or stopped.
        until: Time,
    },
    /// None of the webhook's, over this body.
    None,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// A receiver with the webhook's secrets would take the request.
    pub valid: bool,
    /// Which secret made the signature.
    pub signed_by: SignedBy,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
}

/// What is to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'p> {
    /// The headers, read.
    pub headers: &'p Headers,
    /// The body as the receiver saw it.
    pub body: &'p [u8],
    /// The receiver's time.
    pub at: Time,
    /// The webhook's secrets, newest first, those that have ended included.
    pub secrets: &'p [Secret],
    /// The bytes that were sent, where they are known for certain.
    pub sent: Option<&'p [u8]>,
}

/// Looks at all of it.
#[must_use]
pub fn check(presented: &Presented<'_>) -> Report {
    let Presented {
        headers,
        body,
        at,
        secrets,
        sent,
    } = *presented;
    let mut checks = headers.unread();
    let id = headers.id(&mut checks);
    let timestamp = headers.timestamp(&mut checks);
    if let Some((_, seconds)) = timestamp {
        checks.push(age(seconds, at));
    }
    let signature = headers.signature(&mut checks);
    let mut signed_by = SignedBy::None;
    if let (Some(id), Some((timestamp, _)), Some(signature)) = (id, timestamp, &signature) {
        let signed = Signed {
            id,
            timestamp,
            tags: &signature.tags,
        };
        signed_by = by_whom(&signed, secrets, body);
        match signed_by {
            SignedBy::None => checks.extend(mistakes::why(&signed, secrets, body, sent)),
            _ => checks.push(named(signed_by, at)),
        }
    }
    checks.extend(body::compare(body, sent));
    let valid =
        signed_by != SignedBy::None && checks.iter().all(|check| check.outcome != Outcome::Problem);
    Report {
        valid,
        signed_by,
        checks,
    }
}

/// What a signature is over, but for the body, and what it may be.
struct Signed<'s> {
    id: &'s str,
    timestamp: &'s str,
    tags: &'s [Vec<u8>],
}

impl Signed<'_> {
    /// Whether one of the signatures is that of this key over these parts, joined by dots.
    fn is_of(&self, key: &[u8], parts: &[&[u8]]) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                mac.update(b".");
            }
            mac.update(part);
        }
        self.tags
            .iter()
            .any(|tag| mac.clone().verify_slice(tag).is_ok())
    }

    /// Whether a receiver with this key believes this body.
    fn is_right(&self, key: &[u8], body: &[u8]) -> bool {
        self.is_of(key, &[self.id.as_bytes(), self.timestamp.as_bytes(), body])
    }
}

/// The bytes of a secret; `None` for one that is stored damaged.
fn key(secret: &Secret) -> Option<Vec<u8>> {
    BASE64
        .decode(secret.value.strip_prefix(SECRET_PREFIX)?)
        .ok()
}

fn by_whom(signed: &Signed<'_>, secrets: &[Secret], body: &[u8]) -> SignedBy {
    for secret in secrets {
        if key(secret).is_some_and(|key| signed.is_right(&key, body)) {
            return secret
                .expires_at
                .map_or(SignedBy::Current, |until| SignedBy::Former { until });
        }
    }
    SignedBy::None
}

fn named(signed_by: SignedBy, at: Time) -> Check {
    match signed_by {
        SignedBy::Former { until } if until <= at => Check::hint(
            "signature_former",
            say!(
                "check-former-over",
                "The signature was made with a former secret, which has not signed since {until}.",
                until
            ),
        ),
        SignedBy::Former { until } => Check::ok(
            "signature_former",
            say!(
                "check-former",
                "The signature was made with the former secret, which signs beside the present one \
                 until {until}.",
                until
            ),
        ),
        _ => Check::ok(
            "signature",
            say!(
                "check-present",
                "The signature was made with the webhook's present secret, over exactly this body."
            ),
        ),
    }
}

fn age(seconds: i64, at: Time) -> Check {
    let age_s = at.as_secs().saturating_sub(seconds);
    let tolerance_s = TOLERANCE / SECOND;
    if age_s > tolerance_s {
        Check::problem(
            "timestamp_old",
            say!(
                "check-old",
                "The request was signed {age} s before {at}; receivers allow {tolerance} s. When \
                 it was pasted later than it came, say in `at` when it came; otherwise the \
                 receiver's clock is ahead, or the request is a replay.",
                age = age_s,
                at,
                tolerance = tolerance_s
            ),
        )
    } else if age_s < -tolerance_s {
        Check::problem(
            "timestamp_new",
            say!(
                "check-new",
                "The request was signed {age} s after {at}; receivers allow {tolerance} s. The \
                 receiver's clock is behind.",
                age = -age_s,
                at,
                tolerance = tolerance_s
            ),
        )
    } else {
        Check::ok(
            "timestamp",
            match age_s {
                0.. => say!(
                    "check-before",
                    "The request was signed {age} s before {at}.",
                    age = age_s,
                    at
                ),
                _ => say!(
                    "check-after",
                    "The request was signed {age} s after {at}.",
                    age = -age_s,
                    at
                ),
            },
        )
    }
}
