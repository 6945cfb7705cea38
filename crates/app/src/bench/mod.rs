//! `bellwire bench`: how fast this build is on this machine, against a relay that stores nothing.
//!
//! Cast:
//! - the **server** is a child process, this executable's `serve` with a fresh database on a real
//!   disk ([`server`]);
//! - the **relay** is a child process too, with the same HTTP server and the same sending client
//!   and no store ([`relay`]): what is left of the ratio to it is what durability costs;
//! - the **load generator** ([`load`]) and the **receiver** ([`receiver`]) are a thread each of this
//!   process, and keep books on every sequence number ([`ledger`]);
//! - a **scenario** ([`scenario`]) sets them up and makes rows of what they measured ([`report`]).
//!
//! Relay and server are measured in turns, and the median of the rounds counts: on a noisy machine
//! whatever disturbs one disturbs the other. docs/reference/performance.md describes the method.

mod connection;
mod ledger;
mod load;
mod measure;
mod receiver;
pub mod relay;
mod report;
mod scenario;
mod server;

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;

pub use self::scenario::Scenario;
use self::{
    connection::Door,
    ledger::{Balance, Ledger, Spread, Stopwatch},
    load::{Load, Pace},
    measure::Disk,
    receiver::Receiver,
    report::Report,
    server::{Child, Server},
};
use crate::{
    failure::{Exit, Failure},
    shutdown::Signals,
};

/// What to measure, and how to tell it.
#[derive(Debug, Clone)]
pub struct Options {
    /// One scenario; all of them, otherwise.
    pub scenario: Option<Scenario>,
    /// Each scenario within 30 seconds, at the price of noisier numbers.
    pub quick: bool,
    /// One JSON object a line in place of a table.
    pub json: bool,
    /// Where the database goes.
    pub dir: Option<PathBuf>,
}

/// Runs the bench.
///
/// # Errors
/// [`Failure`] when an acknowledged event did not arrive, or something could not be measured.
pub fn run(options: &Options) -> Result<()> {
    let scenarios = match options.scenario {
        Some(one) => vec![one],
        None => Scenario::ALL.to_vec(),
    };
    let bench = Bench::new(options, &scenarios)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        tokio::select! {
            done = measure_all(&bench, scenarios, options.json) => done,
            // Leaving drops the children, which ends them.
            name = signals.next() => Err(Failure::new(Exit::Failed, format!("stopped by {name}")).into()),
        }
    })
}

async fn measure_all(bench: &Bench, scenarios: Vec<Scenario>, json: bool) -> Result<()> {
    let mut report = Report::new(json);
    for scenario in scenarios {
        let rows = scenario
            .run(bench)
            .await
            .with_context(|| format!("scenario {scenario}"))?;
        bench.progress.suspend(|| report.add(rows))?;
    }
    bench.progress.finish_and_clear();
    report.finish(&bench.place)
}

/// What every scenario works with.
struct Bench {
    quick: bool,
    ledger: Arc<Ledger>,
    stopwatch: Stopwatch,
    receiver: Receiver,
    directory: TempDir,
    /// Machine and disk, in words.
    place: String,
    disk: RefCell<Disk>,
    progress: ProgressBar,
}

/// What is measured: the server or the relay.
#[derive(Clone)]
struct Subject {
    door: Door,
    path: String,
    pid: u32,
}

/// One round's load.
#[derive(Clone, Copy)]
struct Plan {
    pace: Pace,
    data_bytes: usize,
    spread: Spread,
}

/// What a round came to.
struct Measured {
    balance: Balance,
    deliveries_per_s: f64,
    events_per_s: f64,
    cpu_ms: f64,
}

/// The rounds of relay and server.
struct Comparison {
    relay: Vec<Measured>,
    server: Vec<Measured>,
}

impl Bench {
    fn new(options: &Options, scenarios: &[Scenario]) -> Result<Self> {
        let parent = parent(options.dir.as_deref())?;
        let directory = tempfile::Builder::new()
            .prefix("bellwire-bench-")
            .tempdir_in(&parent)
            .with_context(|| format!("cannot make a directory in {}", parent.display()))?;
        let file_system = measure::file_system(directory.path())?;
        if measure::is_memory(&file_system) {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} is on {file_system}, where a sync costs nothing and proves nothing; \
                     choose a directory on a disk with --dir",
                    parent.display()
                ),
            )
            .into());
        }
        let stopwatch = Stopwatch::start();
        let ledger = Arc::new(Ledger::new());
        let rounds = scenarios
            .iter()
            .map(|scenario| scenario.steps(options.quick))
            .sum();
        let style = ProgressStyle::with_template("{bar:30.cyan} {pos}/{len}  {msg}")?;
        Ok(Self {
            quick: options.quick,
            receiver: Receiver::start(Arc::clone(&ledger), stopwatch)?,
            ledger,
            stopwatch,
            disk: RefCell::new(Disk::new(directory.path())?),
            place: format!("{}; {file_system}", measure::machine()),
            directory,
            progress: ProgressBar::new(rounds).with_style(style),
        })
    }

    /// How long to wait for acknowledged deliveries while none comes.
    const fn patience(&self) -> Duration {
        Duration::from_secs(if self.quick { 5 } else { 20 })
    }

    /// A fresh server of a scenario.
    async fn server(&self, name: &str) -> Result<Server> {
        Server::start(&self.directory.path().join(name)).await
    }

    /// A fresh relay to so many webhooks.
    async fn relay(&self, webhooks: u32) -> Result<(Child, Subject)> {
        server::start_relay(self.receiver.address(), webhooks).await
    }

    /// One round.
    async fn measure(&self, subject: &Subject, plan: Plan) -> Result<Measured> {
        let load = Load {
            door: subject.door.clone(),
            path: subject.path.clone(),
            data_bytes: plan.data_bytes,
            types: match plan.spread {
                Spread::Each(_) => 1,
                Spread::Turns { webhooks, .. } => webhooks,
            },
            pace: plan.pace,
        };
        let cpu_before = measure::cpu_ms(subject.pid)?;
        let run = self.ledger.open(plan.spread);
        let sent = load::send(&load, &self.ledger, self.stopwatch, run).await?;
        self.ledger.drain(self.patience()).await;
        let balance = self.ledger.close();
        let cpu_ms = measure::cpu_ms(subject.pid)? - cpu_before;
        let seconds = |from: u64, to: u64| (to.saturating_sub(from).max(1)) as f64 / 1e9;
        self.progress.inc(1);
        Ok(Measured {
            deliveries_per_s: balance.arrived as f64 / seconds(sent.first_ns, balance.last_ns),
            events_per_s: sent.acknowledged as f64 / seconds(sent.first_ns, sent.last_ns),
            balance,
            cpu_ms,
        })
    }

    /// So many rounds of the relay and the server in turns, after a warm-up of both.
    async fn compare(
        &self,
        (relay, server): (&Subject, &Subject),
        rounds: u32,
        plan: Plan,
    ) -> Result<Comparison> {
        let warm_up = Plan {
            pace: Pace::Closed {
                connections: 4,
                duration: Duration::from_millis(300),
                events: 200,
            },
            ..plan
        };
        self.progress.inc_length(2);
        for subject in [relay, server] {
            self.measure(subject, warm_up).await?;
        }
        let mut comparison = Comparison {
            relay: Vec::new(),
            server: Vec::new(),
        };
        for _ in 0..rounds {
            self.sample_disk()?;
            comparison.relay.push(self.measure(relay, plan).await?);
            comparison.server.push(self.measure(server, plan).await?);
        }
        Ok(comparison)
    }

    fn sample_disk(&self) -> Result<()> {
        self.disk
            .borrow_mut()
            .sample(if self.quick { 10 } else { 50 })
    }
}

/// Where the directory of the bench is made: as told, or in `target`, or here.
fn parent(dir: Option<&Path>) -> Result<PathBuf> {
    if let Some(dir) = dir {
        return Ok(dir.to_owned());
    }
    let here = std::env::current_dir().context("there is no working directory")?;
    let target = here.join("target");
    Ok(if target.is_dir() { target } else { here })
}
