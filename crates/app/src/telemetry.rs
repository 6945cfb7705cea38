//! The log: lines on standard error, for people or for machines.

use std::io::IsTerminal;

use anyhow::Result;
use tracing_subscriber::EnvFilter;

use crate::{
    config::{Format, Log},
    failure::{Exit, Failure},
};

/// Starts the log; the first call of a process counts, further ones are ignored (tests start
/// several servers in one process).
///
/// # Errors
/// When `log.level` cannot be read.
pub fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!(
                "`log.level` is wrong: `{}`: {error}; expected a level such as info, or \
                 directives such as info,bellwire_dispatch=debug",
                log.level
            ),
        )
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = match log.format {
        Format::Text => builder
            .with_ansi(std::io::stderr().is_terminal() && console::colors_enabled_stderr())
            .with_target(false)
            .try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
