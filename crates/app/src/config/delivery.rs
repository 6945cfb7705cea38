//! `[delivery]`: how requests leave, where they may go, and how many at once.

use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The fewest requests at once that the server can be held to: they are shared out in quarters.
pub(super) const LEAST_CONCURRENCY: usize = 4;

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// Networks that are not public and may be called all the same.
    pub allow_networks: Vec<IpNet>,
    /// Let profiles that demand https accept http to a loopback address (WNK-8).
    pub allow_http_loopback: bool,
    /// Requests under way at once, all webhooks together; 4 or more.
    pub max_concurrency: usize,
    /// Requests under way at once for one webhook, unless it sets its own number.
    pub webhook_concurrency: u16,
    /// Deliveries a webhook's lane holds in memory; the rest wait in the store.
    pub lane_size: usize,
    /// Payload bytes held in memory, all lanes together, before lanes take one at a time.
    pub queued_bytes: usize,
    /// How long a connection is kept open without use.
    pub idle_ms: u32,
    /// PEM files of certificate authorities to trust besides the public ones.
    pub extra_roots: Vec<PathBuf>,
    /// The `User-Agent` of every request.
    pub user_agent: String,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            allow_http_loopback: false,
            max_concurrency: 2048,
            webhook_concurrency: 64,
            lane_size: 512,
            queued_bytes: 64 << 20,
            idle_ms: 10_000,
            extra_roots: Vec::new(),
            user_agent: concat!("Bellwire/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "delivery.allow_networks",
        Kind::List,
        "networks that are not public and may be called, for example 10.0.0.0/8",
    ),
    Setting::new(
        "delivery.allow_http_loopback",
        Kind::Flag,
        "true or false: let profiles that demand https accept http to a loopback address",
    ),
    Setting::new(
        "delivery.max_concurrency",
        Kind::Integer,
        "requests under way at once, 4 or more",
    ),
    Setting::new(
        "delivery.webhook_concurrency",
        Kind::Integer,
        "requests under way at once for one webhook, 1 to 65535",
    ),
    Setting::new(
        "delivery.lane_size",
        Kind::Integer,
        "deliveries of one webhook held in memory, 1 or more",
    ),
    Setting::new(
        "delivery.queued_bytes",
        Kind::Integer,
        "payload bytes held in memory, all lanes together",
    ),
    Setting::new(
        "delivery.idle_ms",
        Kind::Integer,
        "milliseconds that a connection is kept open without use",
    ),
    Setting::new(
        "delivery.extra_roots",
        Kind::List,
        "PEM files of certificate authorities to trust besides the public ones",
    ),
    Setting::new(
        "delivery.user_agent",
        Kind::Text,
        "the User-Agent of every request",
    ),
];
