//! What an attempt keeps of the headers it sent: everything but the secrets among them.
//!
//! A webhook's own headers usually carry credentials, so their values are masked whatever their
//! names; the signature is kept: it proves itself and reveals nothing.

use std::borrow::Cow;

use bellwire_core::{headers::HeaderList, snapshot::Route};

/// What stands for a value that is not shown.
pub const MASK: &str = "****";

/// The headers as sent, `host` and `content-length` included, the webhook's own masked.
pub(crate) fn sent(route: &Route, headers: &HeaderList, body_bytes: usize) -> HeaderList {
    let own = &route.webhook.settings.headers;
    let host = match (route.url.host_str(), route.url.port()) {
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
