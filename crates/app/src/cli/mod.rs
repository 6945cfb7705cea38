//! The command line: one file per command.

mod audit;
mod bench;
mod check_signature;
mod config;
mod copy;
mod delivery;
mod demo;
mod developer;
mod developer_rate_plan;
mod event;
mod event_list;
mod explain;
mod failures;
mod history;
mod import;
mod inspect;
mod inspector;
mod job;
mod local;
mod migrate;
mod notification_condition;
mod openapi;
mod organization;
mod package;
mod portal_link;
mod rate_plan;
mod secret;
mod serve;
mod sparkline;
mod stats;
mod storage;
mod target;
mod test_event;
mod token;
mod usage;
mod usage_report;
mod user;
mod webhook;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

pub(crate) use event::state as colour_state;

use crate::{
    config::{Loaded, Sources, load},
    failure::{Exit, Failure},
};

/// The file that is read from the working directory when no other is named.
const DEFAULT_FILE: &str = "bellwire.toml";

const EXIT_CODES: &str = "\
Exit codes: 0 all is well · 1 something failed · 2 wrong command line or configuration ·
3 the database cannot be opened · 4 the address cannot be listened on · 5 the server cannot be
reached or refused the token";

/// Events in, signed webhooks out.
#[derive(Debug, Parser)]
#[command(name = "bellwire", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Bring the schema of the database up to date
    Migrate(migrate::Migrate),
    /// Copy a whole installation from the embedded database to PostgreSQL, or back
    Copy(copy::Copy),
    /// See everything at work: a server, a receiver, real events of all five profiles
    Demo(demo::Demo),
    /// Receive requests and print them: an endpoint to point a webhook at
    Inspect(inspect::Inspect),
    /// See what arrives at a private URL in the server
    Inspector(inspector::Inspector),
    /// Create, list and revoke API tokens
    Token(token::Token),
    /// Manage users: people who sign in
    User(user::User),
    /// Let customers into the portal of an organization
    PortalLink(portal_link::PortalLink),
    /// Read the audit log: who changed what
    Audit(audit::Audit),
    /// Manage organizations
    #[command(alias = "org")]
    Organization(organization::Organization),
    /// Manage webhooks
    Webhook(webhook::Webhook),
    /// Send events, and see what became of them
    Event(event::Event),
    /// See what exactly was sent, as bytes or as a command with curl
    Delivery(delivery::Delivery),
    /// Send failed deliveries again in bulk, as jobs
    Job(job::Job),
    /// Manage developers: who uses what is sold
    Developer(developer::Developer),
    /// Manage packages: what is sold by rate plans
    Package(package::Package),
    /// Manage rate plans: how packages are sold
    RatePlan(rate_plan::RatePlan),
    /// Manage developer rate plans: who has bought what, with which target
    DeveloperRatePlan(developer_rate_plan::DeveloperRatePlan),
    /// Manage notification conditions: at which percentages which webhooks are called
    NotificationCondition(notification_condition::NotificationCondition),
    /// Report usage, and see it against targets
    Usage(usage::Usage),
    /// Take over what another system exported
    Import(import::Import),
    /// See counts, success rate and latency of attempts
    Stats(stats::Stats),
    /// See what fails: by webhook and result, with the reason
    Failures(failures::Failures),
    /// See what takes how much space, and how long it is kept
    Storage(storage::Storage),
    /// Measure this build on this machine, against a relay that stores nothing
    Bench(bench::Bench),
    /// Print the configuration in force, and where each value comes from
    Config(config::ConfigCommand),
    /// The relay of the bench
    #[command(hide = true)]
    BenchRelay(bench::BenchRelay),
    /// Print the OpenAPI document
    #[command(hide = true)]
    Openapi(openapi::Openapi),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, in one line; see [`crate::failure::verdict`] for its exit code.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::Serve(command) => command.run(),
            Command::Migrate(command) => command.run(),
            Command::Copy(command) => command.run(),
            Command::Demo(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Inspector(command) => command.run(),
            Command::Token(command) => command.run(),
            Command::User(command) => command.run(),
            Command::PortalLink(command) => command.run(),
            Command::Audit(command) => command.run(),
            Command::Organization(command) => command.run(),
            Command::Webhook(command) => command.run(),
            Command::Event(command) => command.run(),
            Command::Delivery(command) => command.run(),
            Command::Job(command) => command.run(),
            Command::Developer(command) => command.run(),
            Command::Package(command) => command.run(),
            Command::RatePlan(command) => command.run(),
            Command::DeveloperRatePlan(command) => command.run(),
            Command::NotificationCondition(command) => command.run(),
            Command::Usage(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::Stats(command) => command.run(),
            Command::Failures(command) => command.run(),
            Command::Storage(command) => command.run(),
            Command::Bench(command) => command.run(),
            Command::Config(command) => command.run(),
            Command::BenchRelay(command) => command.run(),
            Command::Openapi(command) => command.run(),
        }
    }
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub struct ConfigArgs {
    /// The configuration file [default: bellwire.toml in the working directory, if it exists]
    #[arg(long, short, value_name = "FILE", env = "BELLWIRE_CONFIG")]
    config: Option<PathBuf>,
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The database file
    #[arg(long, value_name = "FILE")]
    store: Option<String>,
    /// Any setting by its key, for example --set delivery.max_concurrency=64; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl ConfigArgs {
    /// Loads the configuration: defaults < file < environment < flags.
    fn load(&self) -> Result<Loaded> {
        let mut flags = Vec::new();
        for set in &self.set {
            let Some((key, value)) = set.split_once('=') else {
                return Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "--set {set}: write it as --set KEY=VALUE; `bellwire config` lists the keys"
                    ),
                )
                .into());
            };
            flags.push(("--set".to_owned(), key.trim().to_owned(), value.to_owned()));
        }
        for (flag, key, value) in [
            ("--listen", "server.listen", &self.listen),
            ("--store", "store.path", &self.store),
        ] {
            if let Some(value) = value {
                flags.push((flag.to_owned(), key.to_owned(), value.clone()));
            }
        }
        let sources = Sources {
            file: self.config.clone(),
            default_file: Some(PathBuf::from(DEFAULT_FILE)),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            flags,
        };
        load(&sources).map_err(|error| Failure::new(Exit::Usage, error.to_string()).into())
    }
}
