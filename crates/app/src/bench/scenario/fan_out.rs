//! Each event to several webhooks: stored once, sent many times.

use std::time::Duration;

use anyhow::Result;

use super::{Bench, DATA_BYTES, Row, rounds};
use crate::bench::{Plan, ledger::Spread, load::Pace};

/// Connections that post.
const CONNECTIONS: u32 = 64;
/// How many times the deliveries of one webhook an event that ten webhooks are aimed at.
const AIM_TIMES: f64 = 2.0;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    let server = bench.server("fan-out").await?;
    let mut rows: Vec<Row> = Vec::new();
    for (webhooks, deliveries) in [(1_u32, 3_000), (10, 6_000), (100, 10_000)] {
        let name = format!("fan-out-{webhooks}");
        bench.progress.set_message(name.clone());
        let all = (0..webhooks).map(|number| (bench.receiver.url(number), "bench.0".to_owned()));
        server.organization(&name, all).await?;
        let subject = server.subject(&name);
        let (_relay, relay) = bench.relay(webhooks).await?;
        let deliveries = bench
            .effort
            .pick(20 * deliveries, deliveries, deliveries / 20);
        let plan = Plan {
            // So many, not so long: what is accepted in a second can take many to deliver.
            pace: Pace::Closed {
                connections: CONNECTIONS,
                duration: Duration::from_secs(60),
                events: deliveries / webhooks,
            },
            data_bytes: DATA_BYTES,
            spread: Spread::Each(webhooks),
        };
        let comparison = bench
            .compare((&relay, &subject), rounds(bench.effort), plan)
            .await?;
        let mut row = Row::compared(name, Some(CONNECTIONS), &comparison, bench);
        row.peak_rss_mib = Some(server.memory()?.peak_mib);
        let one = rows.first().and_then(|row| row.deliveries_per_s);
        if let (10, Some(one), Some(ten)) = (webhooks, one, row.deliveries_per_s) {
            let times = ten / one;
            row.aim(
                format!(
                    "{times:.2} times the deliveries of one webhook an event; aim: {AIM_TIMES} \
                     or more"
                ),
                times >= AIM_TIMES,
            );
        }
        rows.push(row);
    }
    Ok(rows)
}
