//! `bellwire migrate`: brings the schema of the database up to date.

use std::sync::Arc;

use anyhow::Result;
use bellwire_core::entropy::Entropy;
use clap::Args;

use super::ConfigArgs;
use crate::{backend, entropy::SystemEntropy, say, telemetry};

/// Bring the schema of the database up to date.
///
/// On PostgreSQL `serve` never does this by itself: run it once, before the first node of a new
/// version. Nodes of the version before go on working. The embedded database is migrated whenever
/// it is opened.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Migrate {
    pub(super) fn run(self) -> Result<()> {
        let config = self.config.load()?.config;
        telemetry::start(&config.log)?;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let done = runtime.block_on(backend::migrate(&config, &entropy))?;
        say!("{done}")?;
        Ok(())
    }
}
