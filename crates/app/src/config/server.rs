//! `[server]`: what Bellwire listens on, what people call it, and whom it believes.

use std::net::{Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port of the API; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The URL that people and browsers reach it under; empty: `http://` and what it listens on.
    pub public_url: String,
    /// Proxies that say truly whom they speak for.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether `/metrics` wants a token of the platform.
    pub metrics_token: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8040)),
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            metrics_token: false,
        }
    }
}

impl Server {
    /// The origin that people and browsers reach it under, when it listens on `address`.
    #[must_use]
    pub fn origin(&self, address: SocketAddr) -> String {
        match Url::parse(&self.public_url) {
            Ok(url) => url.origin().ascii_serialization(),
            Err(_) => format!("http://{address}"),
        }
    }

    /// What is wrong with these settings: the key to blame, and why.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        let right = match Url::parse(&self.public_url) {
            Ok(url) => {
                matches!(url.scheme(), "http" | "https")
                    && url.has_host()
                    && url.path() == "/"
                    && url.query().is_none()
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
            }
            Err(_) => self.public_url.is_empty(),
        };
        (!right).then(|| {
            let message = format!(
                "`{}` is not scheme, host and maybe port and nothing else",
                self.public_url
            );
            ("server.public_url", message)
        })
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "server.listen",
        Kind::Text,
        "address and port, for example 127.0.0.1:8040; port 0 picks a free one",
    ),
    Setting::new(
        "server.public_url",
        Kind::Text,
        "the URL that people reach it under, for example https://hooks.example.com",
    ),
    Setting::new(
        "server.trusted_proxies",
        Kind::List,
        "networks of proxies whose X-Forwarded-For is believed, for example 10.0.0.0/8",
    ),
    Setting::new(
        "server.metrics_token",
        Kind::Flag,
        "true or false: whether /metrics wants a token of the platform",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(public_url: &str) -> Server {
        Server {
            public_url: public_url.to_owned(),
            ..Server::default()
        }
    }

    #[test]
    fn the_public_url_is_an_origin() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        for (text, origin) in [
            ("", "http://127.0.0.1:9"),
            ("https://Hooks.Example.com/", "https://hooks.example.com"),
            ("http://[::1]:8040", "http://[::1]:8040"),
        ] {
            assert_eq!(of(text).wrong(), None);
            assert_eq!(of(text).origin(address), origin);
        }
        for wrong in [
            "hooks.example.com",
            "ftp://hooks.example.com",
            "https://hooks.example.com/bellwire",
            "https://hooks.example.com?x",
            "https://ann@hooks.example.com",
            "https://hooks.example.com#x",
        ] {
            assert_eq!(of(wrong).wrong().unwrap().0, "server.public_url", "{wrong}");
        }
    }
}
