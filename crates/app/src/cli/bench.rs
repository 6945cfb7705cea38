//! `bellwire bench`: how fast this build is on this machine; and the relay it is compared with,
//! which is a command of its own because it is a process of its own.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Result;
use clap::Args;

use crate::bench::{self, Scenario, relay};

/// Measure this build on this machine, against a relay that stores nothing.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// One scenario; all of them, otherwise
    #[arg(long, value_name = "NAME")]
    scenario: Option<Scenario>,
    /// Each scenario within 30 seconds; the numbers are noisier
    #[arg(long)]
    quick: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Where the databases go, on a disk [default: target in the working directory, or that itself]
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,
}

impl Bench {
    pub(super) fn run(self) -> Result<()> {
        bench::run(&bench::Options {
            scenario: self.scenario,
            quick: self.quick,
            json: self.json,
            dir: self.dir,
        })
    }
}

/// The relay of the bench.
#[derive(Debug, Args)]
pub(super) struct BenchRelay {
    /// Where the endpoints are
    #[arg(long, value_name = "ADDRESS")]
    receiver: SocketAddr,
    /// How many there are
    #[arg(long, value_name = "COUNT")]
    webhooks: u32,
}

impl BenchRelay {
    pub(super) fn run(self) -> Result<()> {
        relay::run(relay::Options {
            receiver: self.receiver,
            webhooks: self.webhooks,
        })
    }
}
