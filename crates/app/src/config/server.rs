//! `[server]`: what Bellwire listens on and how much it takes in at once.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port of the API; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// Whether `/metrics` is served.
    pub metrics: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8040)),
            max_body_bytes: 16 << 20,
            metrics: true,
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
        "server.max_body_bytes",
        Kind::Integer,
        "the largest request body, in bytes",
    ),
    Setting::new(
        "server.metrics",
        Kind::Flag,
        "true or false: whether /metrics is served",
    ),
];
