//! What an attempt keeps of the headers it sent: everything but the secrets among them.
//!
//! A webhook's own headers usually carry credentials, so their values are masked whatever their
//! names; the signature is kept: it proves itself and reveals nothing.

use bellwire_core::{outcome::Header, snapshot::Route};

/// What stands for a value that is not shown.
pub const MASK: &str = "****";

/// The headers as sent, `host` and `content-length` included, the webhook's own masked.
pub(crate) fn sent(route: &Route, headers: &[Header], body_bytes: usize) -> Vec<Header> {
    let own = &route.webhook.settings.headers;
    let host = match (route.url.host_str(), route.url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    };
    let mut kept = Vec::with_capacity(headers.len() + 2);
    kept.push(Header {
        name: "host".to_owned(),
        value: host,
    });
    kept.push(Header {
        name: "content-length".to_owned(),
        value: body_bytes.to_string(),
    });
    kept.extend(headers.iter().map(|header| {
        let is_own = own.iter().any(|own| own.name == header.name);
        let value = if is_own {
            MASK.to_owned()
        } else {
            header.value.clone()
        };
        Header {
            name: header.name.clone(),
            value,
        }
    }));
    kept
}
