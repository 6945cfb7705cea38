//! `bellwire demo`: see [`crate::demo`].

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;

/// See everything at work.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// End when everything is settled: exit code 0 only if all is exactly as it should be
    #[arg(long)]
    once: bool,
    /// Address and port of the demo's server; port 0 picks a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
}

impl Demo {
    pub(super) fn run(self) -> Result<()> {
        crate::demo::run(self.once, self.listen)
    }
}
