//! The scenarios: each sets up what it needs, measures, and says what was aimed at.

mod agree;
mod api;
mod backlog;
mod fan_out;
mod fill;
mod idle;
mod isolation;
mod paced;
mod pages;
mod query;
mod saturation;
mod steady;
mod usage;

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use super::{Bench, Effort, report::Row};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// As fast as it goes, on 16, 64 and 256 connections, with events of 500 B and 10 KiB
    Saturation,
    /// 100 events a second
    Steady,
    /// Each event to 1, 10 and 100 webhooks
    FanOut,
    /// 100 webhooks, half of which never answer; and a limit, a pause and a job beside others
    Isolation,
    /// A million deliveries pending for one webhook; how another fares, and a restart
    Backlog,
    /// Ten million events: the first page of every filter, and what a delivery costs beside them
    Query,
    /// Reports of usage for 10 000 developers, in batches of 10 000 and of 100, and events beside them
    Usage,
    /// Memory of a server that does nothing
    Idle,
}

impl Scenario {
    /// Every scenario, in the order they run.
    pub const ALL: [Self; 8] = [
        Self::Idle,
        Self::Saturation,
        Self::Steady,
        Self::FanOut,
        Self::Isolation,
        Self::Backlog,
        Self::Query,
        Self::Usage,
    ];

    /// Measures it.
    pub(super) async fn run(self, bench: &Bench) -> Result<Vec<Row>> {
        match self {
            Self::Saturation => saturation::run(bench).await,
            Self::Steady => steady::run(bench).await,
            Self::FanOut => fan_out::run(bench).await,
            Self::Isolation => isolation::run(bench).await,
            Self::Backlog => backlog::run(bench).await,
            Self::Query => query::run(bench).await,
            Self::Usage => usage::run(bench).await,
            Self::Idle => idle::run(bench).await,
        }
    }

    /// How many rounds it takes, for the progress bar.
    pub(super) fn steps(self, effort: Effort) -> u64 {
        let pairs = 2 * u64::from(rounds(effort));
        match self {
            Self::Saturation => 6 * pairs,
            Self::Steady => pairs,
            Self::FanOut => 3 * pairs,
            Self::Isolation => 4,
            Self::Backlog => 4,
            Self::Query => 2 + pairs,
            Self::Usage => usage::steps(effort),
            Self::Idle => 1,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Saturation => "saturation",
            Self::Steady => "steady",
            Self::FanOut => "fan-out",
            Self::Isolation => "isolation",
            Self::Backlog => "backlog",
            Self::Query => "query",
            Self::Usage => "usage",
            Self::Idle => "idle",
        })
    }
}

/// How often relay and server take their turns.
fn rounds(effort: Effort) -> u32 {
    effort.pick(5, 3, 1)
}

/// The usual size of an event's data.
const DATA_BYTES: usize = 500;
