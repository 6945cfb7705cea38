//! Where a request goes: the URL of a webhook, taken apart once and kept with its connections.

use std::{net::IpAddr, sync::Arc};

use bellwire_core::outcome::Cause;
use http::{
    HeaderValue,
    uri::{Authority, PathAndQuery, Scheme},
};
use url::{Host, Position, Url};

use super::fault::Fault;

/// A URL made ready for sending.
#[derive(Debug)]
pub(super) struct Target {
    /// The URL it was made of.
    pub(super) url: Arc<Url>,
    pub(super) https: bool,
    pub(super) host: Name,
    pub(super) port: u16,
    pub(super) authority: Authority,
    pub(super) host_header: HeaderValue,
    pub(super) path: PathAndQuery,
}

/// A name still has to be resolved. The parser of URLs has turned every spelling of an IP address
/// (decimal, octal, hexadecimal, short, full-width digits, a dot at the end) into the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Dns(String),
    Address(IpAddr),
}

impl Target {
    pub(super) fn new(url: &Arc<Url>) -> Result<Self, Fault> {
        // All of this was checked when the webhook was saved; here it is checked because an
        // address of our own network is worth two locks.
        let refuse = |why: &str| Fault::new(Cause::Guard, format!("{url} is not sent to: {why}"));
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(refuse("a webhook's URL begins with https:// or http://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Fault::new(
                Cause::Guard,
                "the webhook's URL has credentials in it; put them into a header",
            ));
        }
        let host = match url.host() {
            Some(Host::Ipv4(address)) => Name::Address(address.into()),
            Some(Host::Ipv6(address)) => Name::Address(address.into()),
            Some(Host::Domain(name)) if !name.is_empty() => Name::Dns(name.to_owned()),
            _ => return Err(refuse("it has no host")),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        let path = &url[Position::BeforePath..Position::AfterQuery];
        Ok(Self {
            https,
            host,
            port,
            authority: authority
                .parse()
                .map_err(|_| refuse("its host cannot be put into a request"))?,
            host_header: authority
                .parse()
                .map_err(|_| refuse("its host cannot be put into a request"))?,
            path: path
                .parse()
                .map_err(|_| refuse("its path cannot be put into a request"))?,
            url: url.clone(),
        })
    }

    pub(super) fn scheme(&self) -> Scheme {
        if self.https {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        }
    }

    /// Whether a connection opened for the other may carry requests to this one.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        self.https == other.https && self.host == other.host && self.port == other.port
    }

    pub(super) fn is_of(&self, url: &Arc<Url>) -> bool {
        Arc::ptr_eq(&self.url, url) || self.url == *url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Result<Target, Fault> {
        Target::new(&Arc::new(text.parse().unwrap()))
    }

    #[test]
    fn a_url_is_taken_apart() {
        let target = target("https://Hooks.Example.com:8443/a%20b?c=d#e").unwrap();
        assert!(target.https);
        assert_eq!(target.host, Name::Dns("hooks.example.com".to_owned()));
        assert_eq!(target.port, 8443);
        assert_eq!(target.host_header, "hooks.example.com:8443");
        assert_eq!(target.path, "/a%20b?c=d");
    }

    #[test]
    fn default_ports_are_not_written_and_paths_are_never_empty() {
        let target = target("http://[2606:4700::1]:80").unwrap();
        assert_eq!(target.host_header, "[2606:4700::1]");
        assert_eq!(target.port, 80);
        assert_eq!(target.path, "/");
    }

    #[test]
    fn other_schemes_and_credentials_are_refused() {
        for text in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://a/",
            "http://a:b@c/",
        ] {
            assert_eq!(target(text).unwrap_err().cause, Cause::Guard, "{text}");
        }
    }

    #[test]
    fn scheme_host_and_port_make_the_origin() {
        let base = target("https://a.test/one").unwrap();
        assert!(base.same_origin(&target("https://a.test:443/two").unwrap()));
        for other in [
            "http://a.test/one",
            "https://b.test/one",
            "https://a.test:444/one",
        ] {
            assert!(!base.same_origin(&target(other).unwrap()), "{other}");
        }
    }
}
