//! What an endpoint is sent: body, headers, and what an attempt keeps of them.
//!
//! Pure, so that stage 5 (send), which renders at send, and stage 7 (view), which makes the bytes of
//! an attempt again, cannot differ. Whether it is sent at all is the worker's business.

use std::borrow::Cow;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    envelope::{EnvelopeError, Facts},
    event::Event,
    headers::HeaderList,
    ids::EventId,
    outcome::Header,
    profile::Profile,
    signature,
    time::Time,
};

/// What stands for a value that is not shown.
pub const MASK: &str = "****";
/// Room for the headers of a request that has none of its webhook's own.
const USUAL_HEADER_BYTES: usize = 192;

/// The body of an event for a webhook of this profile; `organization` is the slug.
///
/// # Errors
/// When the profile's envelope makes none of this event.
pub fn body(profile: &Profile, event: &Event, organization: &str) -> Result<Bytes, EnvelopeError> {
    profile.envelope.render(&Facts {
        event,
        organization,
    })
}

/// What an attempt keeps of a body, to prove later what it was.
#[must_use]
pub fn sha256(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// What headers are made of, besides the body.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'h> {
    /// The profile's media type.
    pub content_type: &'h str,
    /// Ours, where the webhook has none of its own.
    pub user_agent: &'h str,
    /// The event: `webhook-id`.
    pub event_id: EventId,
    /// When it is signed.
    pub now: Time,
    /// The webhook's own headers.
    pub own: &'h [Header],
}

/// Standard Webhooks headers, then the webhook's own; all but `host` and `content-length`. `secrets`
/// are those in force.
///
/// # Errors
/// When a secret is none.
pub fn headers<'s>(
    heading: &Heading<'_>,
    secrets: impl Iterator<Item = &'s str>,
    body: &[u8],
) -> Result<HeaderList, signature::SecretError> {
    let id = heading.event_id.to_string();
    let timestamp = heading.now.as_secs();
    let signature = signature::signature_header(secrets, &id, timestamp, body)?;
    let mut headers = HeaderList::with_room(USUAL_HEADER_BYTES);
    headers.push("content-type", heading.content_type);
    if !heading.own.iter().any(|header| header.name == "user-agent") {
        headers.push("user-agent", heading.user_agent);
    }
    headers.push("webhook-id", &id);
    headers.push("webhook-timestamp", &timestamp.to_string());
    headers.push("webhook-signature", &signature);
    for header in heading.own {
        headers.push(&header.name, &header.value);
    }
    Ok(headers)
}

/// What an attempt keeps of the headers it sent, `host` and `content-length` included: everything
/// but the secrets among them. A webhook's own headers usually carry credentials, so their values
/// are masked whatever their names; the signature is kept: it proves itself and reveals nothing.
#[must_use]
pub fn kept(own: &[Header], url: &Url, headers: &HeaderList, body_bytes: usize) -> HeaderList {
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => Cow::Owned(format!("{host}:{port}")),
        (Some(host), None) => Cow::Borrowed(host),
        (None, _) => Cow::Borrowed(""),
    };
    let length = body_bytes.to_string();
    let mut kept = HeaderList::with_room(headers.as_bytes().len() + host.len() + length.len() + 8);
    kept.push("host", &host);
    kept.push("content-length", &length);
    for (name, value) in headers.iter() {
        let is_own = own.iter().any(|own| own.name == name);
        kept.push(name, if is_own { MASK } else { value });
    }
    kept
}
