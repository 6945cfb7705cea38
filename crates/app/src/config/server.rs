//! `[server]`: what Bellwire listens on and what it shows of itself.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port of the API; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Whether `/metrics` wants a token of the platform.
    pub metrics_token: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8040)),
            metrics_token: false,
        }
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
        "server.metrics_token",
        Kind::Flag,
        "true or false: whether /metrics wants a token of the platform",
    ),
];
