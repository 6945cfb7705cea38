//! As fast as it goes: every connection posts its next event as soon as the last one was
//! acknowledged. Deliveries a second count until the last one has arrived, so what was only
//! accepted is not counted as done.

use std::time::Duration;

use anyhow::Result;

use super::{Bench, DATA_BYTES, Row, rounds};
use crate::bench::{Plan, ledger::Spread, load::Pace};

/// The ratio to the relay that is aimed at, at [`AIM_AT`] connections: with a file, and with a server
/// of databases that shares the machine.
const AIM_RATIO: f64 = 0.6;
const AIM_RATIO_SERVER: f64 = 0.25;
const AIM_AT: u32 = 64;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    let server = bench.server("saturation").await?;
    server
        .organization("bench", [(bench.receiver.url(0), "bench.0".to_owned())])
        .await?;
    let subject = server.subject("bench");
    let (_relay, relay) = bench.relay(1).await?;
    let mut rows = Vec::new();
    for (name, data_bytes) in [
        ("saturation-500B", DATA_BYTES),
        ("saturation-10KiB", 10 * 1024),
    ] {
        for connections in [16, AIM_AT, 256] {
            bench
                .progress
                .set_message(format!("{name} × {connections}"));
            let plan = Plan {
                pace: Pace::Closed {
                    connections,
                    duration: Duration::from_millis(bench.effort.pick(4_000, 400, 50)),
                    events: u32::MAX,
                },
                data_bytes,
                spread: Spread::Each(1),
            };
            let comparison = bench
                .compare((&relay, &subject), rounds(bench.effort), plan)
                .await?;
            let mut row = Row::compared(name, Some(connections), &comparison, bench);
            row.peak_rss_mib = Some(server.memory()?.peak_mib);
            if connections == AIM_AT {
                let ratio = row.ratio_to_relay.unwrap_or(0.0);
                let aim = if bench.databases.is_server() {
                    AIM_RATIO_SERVER
                } else {
                    AIM_RATIO
                };
                row.aim(
                    format!("{ratio:.2} of the relay; aim: {aim} or more"),
                    ratio >= aim,
                );
            }
            rows.push(row);
        }
    }
    Ok(rows)
}
