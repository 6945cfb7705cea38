//! What commands take that can work straight on the store, on the machine that has it.

use anyhow::Result;
use bellwire_core::{
    access::{Actor, ActorKind},
    service::{Error, Service},
};
use clap::Args;

use super::ConfigArgs;
use crate::{
    config::Config,
    failure::{Exit, Failure},
    serve::Local,
};

/// Whether to go to the store, and where it is.
#[derive(Debug, Clone, Args)]
pub(super) struct InStore {
    /// Write to the store itself, on the machine that has it; the server may be running
    #[arg(long, global = true)]
    pub(super) local: bool,
    /// With --local: the configuration file
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        env = "BELLWIRE_CONFIG"
    )]
    config: Option<std::path::PathBuf>,
    /// With --local: the database file
    #[arg(long, global = true, value_name = "FILE")]
    store: Option<String>,
}

impl InStore {
    /// Does something with the use cases over the store.
    pub(super) fn run(
        self,
        action: impl AsyncFnOnce(&Service, &Config) -> Result<()>,
    ) -> Result<()> {
        let loaded = ConfigArgs {
            config: self.config,
            store: self.store,
            ..ConfigArgs::default()
        }
        .load()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let local = Local::open(&loaded.config).await?;
            let done = action(local.service(), &loaded.config).await;
            local.close().await;
            done
        })
    }
}

/// Whoever has the machine.
pub(super) fn console() -> Actor {
    Actor::named(ActorKind::Console, "console")
}

/// What a use case refused, for people.
pub(super) fn refused(error: Error) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
