//! What the wire says of who asks: from where, with which program, under which id of the request.

use std::{convert::Infallible, net::IpAddr};

use axum::extract::FromRequestParts;
use bellwire_core::service::Caller;
use http::{HeaderMap, HeaderName, header, request::Parts};
use ipnet::IpNet;

use crate::{AppState, Options, around::RequestId};

/// The other end of the connection. Whoever accepts connections puts it into each request's
/// extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What the wire says of this request.
#[must_use]
pub fn of(parts: &Parts, options: &Options) -> Caller {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let address = parts
        .extensions
        .get::<Peer>()
        .map(|Peer(peer)| client(*peer, &parts.headers, &options.trusted_proxies));
    Caller {
        address,
        agent: parts.headers.get(header::USER_AGENT).and_then(text),
        request: parts
            .extensions
            .get::<RequestId>()
            .and_then(|RequestId(id)| text(id)),
    }
}

/// The address of the client: the last one on the way that is not one of our proxies. What stands
/// further left was written by somebody whom nobody vouches for.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if !is_ours(&client) {
        return client;
    }
    let lines: Vec<&str> = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = hop_address(hop.trim()) else {
            break;
        };
        client = address;
        if !is_ours(&client) {
            break;
        }
    }
    client
}

/// Some proxies write the port too.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<std::net::SocketAddr>().ok();
    hop.parse()
        .ok()
        .or_else(|| with_port().map(|address| address.ip()))
        .map(|address: IpAddr| address.to_canonical())
}

/// What the wire says of a request, for routes that need nobody to be known.
#[derive(Debug, Clone, Default)]
pub struct Asking(pub Caller);

impl FromRequestParts<AppState> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(of(parts, &state.options)))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(peer: &str, forwarded: &[&'static str]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let headers = forwarded
            .iter()
            .map(|line| (X_FORWARDED_FOR, HeaderValue::from_static(line)))
            .collect();
        client(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_our_own_proxies_are_believed_and_only_about_their_own_peers() {
        for (peer, forwarded, expected) in [
            ("9.9.9.9", &["1.1.1.1"][..], "9.9.9.9"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("10.1.1.1", &["1.1.1.1"], "1.1.1.1"),
            ("10.1.1.1", &["6.6.6.6, 1.1.1.1"], "1.1.1.1"),
            ("10.1.1.1", &["1.1.1.1, 10.2.2.2"], "1.1.1.1"),
            ("10.1.1.1", &["6.6.6.6", "1.1.1.1,10.2.2.2"], "1.1.1.1"),
            ("10.1.1.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
            ("10.1.1.1", &["6.6.6.6, unknown"], "10.1.1.1"),
            ("10.1.1.1", &["6.6.6.6, unknown, 10.2.2.2"], "10.2.2.2"),
            ("::ffff:10.1.1.1", &["1.1.1.1:443"], "1.1.1.1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            ("::1", &["[2001:db8::1]:443"], "2001:db8::1"),
        ] {
            assert_eq!(found(peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }
}
