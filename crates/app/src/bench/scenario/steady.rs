//! 100 events a second: what one delivery takes when nobody is in its way.

use std::time::Duration;

use anyhow::Result;

use super::{Bench, DATA_BYTES, Row, rounds};
use crate::bench::{Plan, ledger::Spread, load::Pace};

const PER_S: u32 = 100;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    bench.progress.set_message("steady");
    let server = bench.server("steady").await?;
    server
        .organization("bench", [(bench.receiver.url(0), "bench.0".to_owned())])
        .await?;
    let subject = server.subject("bench");
    let (_relay, relay) = bench.relay(1).await?;
    let plan = Plan {
        pace: Pace::Open {
            per_s: PER_S,
            duration: Duration::from_millis(bench.effort.pick(20_000, 4_000, 300)),
        },
        data_bytes: DATA_BYTES,
        spread: Spread::Each(1),
    };
    let comparison = bench
        .compare((&relay, &subject), rounds(bench.effort), plan)
        .await?;
    let mut row = Row::compared("steady", None, &comparison, bench);
    row.peak_rss_mib = Some(server.memory()?.peak_mib);
    if let (Some(p50), Some(relay), Some(sync)) = (row.p50_ms, row.relay_p50_ms, row.fsync_p50_ms) {
        let limit = relay + 2.0 * sync;
        row.aim(
            format!("p50 {p50:.2} ms; aim: the relay's and two syncs, {limit:.2} ms, or less"),
            p50 <= limit,
        );
    }
    Ok(vec![row])
}
