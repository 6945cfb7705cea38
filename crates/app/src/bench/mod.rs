//! `bellwire bench`: how fast this build is on this machine, against a relay that stores nothing.
//!
//! Cast:
//! - the **server** is a child process, or one for each node: this executable's `serve` with a fresh
//!   database on a real disk ([`server`]), in a file or in PostgreSQL ([`database`]), which may be one
//!   of the bench's own ([`temporary`]);
//! - the **relay** is a child process too, with the same HTTP server and the same sending client
//!   and no store ([`relay`]): what is left of the ratio to it is what durability costs;
//! - the **load generator** ([`load`]) and the **receiver** ([`receiver`]) are a thread each of this
//!   process, and keep books on every sequence number ([`ledger`]);
//! - where usage is reported, a **reporter** ([`reporter`]) does so from a thread of its own;
//! - a **scenario** ([`scenario`]) sets them up and makes rows of what they measured ([`report`]).
//!
//! Relay and server are measured in turns, and the median of the rounds counts: on a noisy machine
//! whatever disturbs one disturbs the other. docs/reference/performance.md describes the method.

mod connection;
mod database;
mod effort;
mod ledger;
mod load;
mod log;
mod measure;
mod receiver;
pub mod relay;
mod report;
mod reporter;
mod scenario;
mod server;
mod space;
mod tallies;
mod temporary;
mod work;

use std::{
    cell::{Cell, RefCell},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;

use self::{
    connection::Door,
    database::Databases,
    ledger::{Balance, Ledger, Spread, Stopwatch},
    load::{Load, Pace},
    measure::Disk,
    receiver::Receiver,
    report::Report,
    server::{Child, Server},
    work::Work,
};
pub use self::{effort::Effort, scenario::Scenario};
use crate::{
    failure::{Exit, Failure},
    shutdown::Signals,
};

/// What to measure, and how to tell it.
#[derive(Debug, Clone)]
pub struct Options {
    /// One scenario; all of them, otherwise.
    pub scenario: Option<Scenario>,
    /// How much each scenario does.
    pub effort: Effort,
    /// One JSON object a line in place of a table.
    pub json: bool,
    /// Where the database goes.
    pub dir: Option<PathBuf>,
    /// PostgreSQL in place of a file: its URL, or `postgres` for a server of the bench's own.
    pub database: Option<String>,
    /// Events in the log that is searched, in place of what the effort says.
    pub events: Option<u64>,
    /// How many nodes share it: all scenarios with each of these numbers.
    pub nodes: Vec<u32>,
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
        let done = tokio::select! {
            done = measure_all(&bench, &scenarios, options) => done,
            // Leaving drops the children, which ends them.
            name = signals.next() => Err(Failure::new(Exit::Failed, format!("stopped by {name}")).into()),
        };
        // Whatever became of it; but what went wrong first is what is told.
        let discarded = bench.databases.discard().await;
        done.and(discarded)
    })
}

async fn measure_all(bench: &Bench, scenarios: &[Scenario], options: &Options) -> Result<()> {
    let mut report = Report::new(options.json);
    for nodes in &options.nodes {
        bench.nodes.set(*nodes);
        for scenario in scenarios {
            let rows = scenario
                .run(bench)
                .await
                .with_context(|| format!("scenario {scenario}, nodes: {nodes}"))?;
            bench.databases.discard().await?;
            bench.progress.suspend(|| report.add(rows))?;
        }
    }
    bench.progress.finish_and_clear();
    report.finish(&bench.place)
}

/// What every scenario works with.
struct Bench {
    effort: Effort,
    json: bool,
    /// Events in the log that is searched.
    events: Option<u64>,
    ledger: Arc<Ledger>,
    stopwatch: Stopwatch,
    receiver: Receiver,
    databases: Databases,
    /// How many nodes a server is now.
    nodes: Cell<u32>,
    directory: TempDir,
    /// Machine and disk, in words.
    place: String,
    disk: RefCell<Disk>,
    progress: ProgressBar,
}

/// What is measured: the server or the relay.
#[derive(Clone)]
struct Subject {
    doors: Vec<Door>,
    path: String,
    pids: Vec<u32>,
    /// It has a store, and metrics of it.
    stores: bool,
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
    /// Events that were acknowledged.
    events: u64,
    cpu_ms: f64,
    /// Where the database is a server of the bench's own.
    database_cpu_ms: Option<f64>,
    /// Of the store, where there is one.
    work: Option<Work>,
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
        let rounds: u64 = scenarios
            .iter()
            .map(|scenario| scenario.steps(options.effort))
            .sum();
        let style = ProgressStyle::with_template("{bar:30.cyan} {pos}/{len}  {msg}")?;
        Ok(Self {
            effort: options.effort,
            json: options.json,
            events: options.events,
            receiver: Receiver::start(Arc::clone(&ledger), stopwatch)?,
            ledger,
            stopwatch,
            disk: RefCell::new(Disk::new(directory.path())?),
            place: format!("{}; {file_system}", measure::machine()),
            databases: Databases::new(options.database.as_deref(), directory.path())?,
            nodes: Cell::new(1),
            directory,
            progress: ProgressBar::new(rounds * options.nodes.len() as u64).with_style(style),
        })
    }

    /// How long to wait for acknowledged deliveries while none comes.
    fn patience(&self) -> Duration {
        Duration::from_secs(self.effort.pick(20, 5, 5))
    }

    /// A fresh server of a scenario.
    async fn server(&self, name: &str) -> Result<Server> {
        let directory = self.directory.path().join(name);
        let home = self.databases.fresh(&directory).await?;
        Server::start(&directory, home, self.nodes.get()).await
    }

    /// A fresh relay to so many webhooks.
    async fn relay(&self, webhooks: u32) -> Result<(Child, Subject)> {
        server::start_relay(self.receiver.address(), webhooks).await
    }

    /// One round.
    async fn measure(&self, subject: &Subject, plan: Plan) -> Result<Measured> {
        let load = Load {
            doors: subject.doors.clone(),
            path: subject.path.clone(),
            data_bytes: plan.data_bytes,
            types: match plan.spread {
                Spread::Each(_) => 1,
                Spread::Turns { webhooks, .. } => webhooks,
            },
            pace: plan.pace,
        };
        let work_before = Work::read(subject).await?;
        let (cpu_before, database_before) = self.cpu_ms(subject)?;
        let run = self.ledger.open(plan.spread);
        let sent = load::send(&load, &self.ledger, self.stopwatch, run).await?;
        self.ledger.drain(self.patience()).await;
        let balance = self.ledger.close();
        let (cpu_after, database_after) = self.cpu_ms(subject)?;
        let work_after = Work::read(subject).await?;
        let seconds = |from: u64, to: u64| (to.saturating_sub(from).max(1)) as f64 / 1e9;
        self.progress.inc(1);
        Ok(Measured {
            deliveries_per_s: balance.arrived as f64 / seconds(sent.first_ns, balance.last_ns),
            events_per_s: sent.acknowledged as f64 / seconds(sent.first_ns, sent.last_ns),
            balance,
            events: sent.acknowledged,
            cpu_ms: cpu_after - cpu_before,
            database_cpu_ms: database_after
                .zip(database_before)
                .map(|(after, before)| after - before),
            work: work_after
                .zip(work_before)
                .map(|(after, before)| after - before),
        })
    }

    /// Processor time that was used so far: by what is measured, and by its server of databases.
    fn cpu_ms(&self, subject: &Subject) -> Result<(f64, Option<f64>)> {
        let mut own = 0.0;
        for pid in &subject.pids {
            own += measure::cpu_ms(*pid)?;
        }
        Ok((own, self.databases.cpu_ms()?))
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
                events: self.effort.pick(200, 200, 8),
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
        self.disk.borrow_mut().sample(self.effort.pick(50, 10, 10))
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
