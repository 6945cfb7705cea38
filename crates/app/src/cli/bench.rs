//! `bellwire bench`: how fast this build is on this machine; and the relay it is compared with,
//! which is a command of its own because it is a process of its own.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Result;
use clap::Args;

use crate::bench::{self, Effort, Scenario, relay};

/// Measure this build on this machine, against a relay that stores nothing.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// One scenario; all of them, otherwise
    #[arg(long, value_name = "NAME")]
    scenario: Option<Scenario>,
    /// Each scenario within 30 seconds; the numbers are noisier
    #[arg(long)]
    quick: bool,
    /// So little that the numbers say nothing
    #[arg(long, hide = true, conflicts_with = "quick")]
    tiny: bool,
    /// How many events the log of the scenario query has [default: 10000000, or 200000 with --quick]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    events: Option<u64>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Where the databases go, on a disk [default: target in the working directory, or that itself]
    #[arg(long, value_name = "DIRECTORY")]
    dir: Option<PathBuf>,
    /// On PostgreSQL: any database of a server, beside which each scenario gets one of its own; or
    /// `postgres` for a server that is started for it from Debian's packages
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How many nodes share the database; all scenarios with each number, such as 1,2,4
    #[arg(
        long, value_name = "COUNT", requires = "database", default_value = "1",
        value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=16)
    )]
    nodes: Vec<u32>,
}

impl Bench {
    pub(super) fn run(self) -> Result<()> {
        bench::run(&bench::Options {
            scenario: self.scenario,
            effort: match (self.quick, self.tiny) {
                (true, _) => Effort::Quick,
                (_, true) => Effort::Tiny,
                _ => Effort::Full,
            },
            events: self.events,
            json: self.json,
            dir: self.dir,
            database: self.database,
            nodes: self.nodes,
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
