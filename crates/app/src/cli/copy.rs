//! `bellwire copy`: moves a whole installation from one kind of store into the other.

use anyhow::Result;
use clap::Args;

use super::ConfigArgs;
use crate::{
    copy::{self, Place},
    failure::{Exit, Failure},
    telemetry,
};

/// Copy a whole installation from the embedded database to PostgreSQL, or back.
///
/// The source must not be served meanwhile, and is not written to. The target is an empty database,
/// migrated with `bellwire migrate`; a copy that was interrupted goes on when the same command runs
/// again. At the end the target is read back and compared with the source.
#[derive(Debug, Args)]
pub(super) struct Copy {
    /// The store to read: sqlite:/path/bellwire.db or postgresql://user:password@host/name
    #[arg(long, value_name = "STORE")]
    from: String,
    /// The store to write [default: the configured one, which keeps a password off the command line]
    #[arg(long, value_name = "STORE")]
    to: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

impl Copy {
    pub(super) fn run(self) -> Result<()> {
        let config = self.config.load()?.config;
        telemetry::start(&config.log)?;
        let place = |flag: &str, text: &str| {
            text.parse::<Place>()
                .map_err(|why| Failure::new(Exit::Usage, format!("{flag}: {why}")))
        };
        let options = copy::Options {
            from: place("--from", &self.from)?,
            to: match &self.to {
                Some(to) => place("--to", to)?,
                None => Place::configured(&config),
            },
            config,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(copy::run(&options))
    }
}
