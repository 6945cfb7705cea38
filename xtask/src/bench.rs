//! `cargo xtask bench`: the measurements of docs/reference/performance.md, on this machine.

use anyhow::Result;

use crate::process;

/// Builds for release and hands every flag to `bellwire bench`.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut command = process::cargo(&["run", "--release", "--package", "bellwire", "--", "bench"]);
    process::run(command.args(flags))
}
