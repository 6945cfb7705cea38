//! The memory of a server that has just been started and does nothing.

use std::time::Duration;

use anyhow::Result;

use super::{Bench, Row};
use crate::bench::report::round3;

/// How long it does nothing before it is looked at.
const IDLE: Duration = Duration::from_secs(3);
/// What is aimed at, in bytes.
const AIM_MB: f64 = 25.0;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    bench.progress.set_message("idle");
    let server = bench.server("idle").await?;
    tokio::time::sleep(IDLE).await;
    let memory = server.memory()?;
    bench.progress.inc(1);
    let now_mb = memory.now_mib * 1.048_576;
    let mut row = Row::new("idle", bench);
    row.peak_rss_mib = Some(round3(memory.peak_mib));
    row.aim(
        format!("{now_mb:.1} MB resident; aim: {AIM_MB} MB or less"),
        now_mb <= AIM_MB,
    );
    Ok(vec![row])
}
