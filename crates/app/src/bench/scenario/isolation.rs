//! Half of the endpoints hang: how the other half fares. Measured twice in one process of the
//! server, first with every endpoint well. Then the same of what is held back (`paced`).

use std::time::Duration;

use anyhow::Result;

use super::{Bench, DATA_BYTES, Row};
use crate::bench::{Plan, ledger::Spread, load::Pace};

/// How many webhooks there are, and how many of them hang.
const WEBHOOKS: u32 = 100;
const HANGING: u32 = 50;
/// Events a second, each to one webhook in turn. 500 a second go to endpoints that keep each
/// request for 15 seconds: who sends with a bounded number of workers for all webhooks has 7500 of
/// them waiting, and everybody else behind them.
const PER_S: u32 = 1_000;
/// How much longer the 99th percentile of the healthy may be.
const AIM_TIMES: f64 = 2.0;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    bench.progress.set_message("isolation: all are well");
    let server = bench.server("isolation").await?;
    let webhooks =
        (0..WEBHOOKS).map(|number| (bench.receiver.url(number), format!("bench.{number}")));
    server.organization("bench", webhooks).await?;
    let subject = server.subject("bench");
    let plan = Plan {
        pace: Pace::Open {
            per_s: PER_S,
            duration: Duration::from_millis(bench.effort.pick(60_000, 8_000, 500)),
        },
        data_bytes: DATA_BYTES,
        spread: Spread::Turns {
            webhooks: WEBHOOKS,
            watched: WEBHOOKS - HANGING,
        },
    };
    bench.sample_disk()?;
    let warm_up = Pace::Open {
        per_s: PER_S / 2,
        duration: Duration::from_secs(1),
    };
    bench
        .measure(
            &subject,
            Plan {
                pace: warm_up,
                ..plan
            },
        )
        .await?;
    let well = [bench.measure(&subject, plan).await?];
    bench.progress.set_message("isolation: half of them hang");
    bench.receiver.hang(Some(WEBHOOKS - HANGING));
    let disturbed = bench.measure(&subject, plan).await;
    bench.receiver.hang(None);
    let disturbed = [disturbed?];

    let before = Row::measured("isolation-undisturbed", None, &well, bench);
    let mut after = Row::measured("isolation-half-hang", None, &disturbed, bench);
    after.peak_rss_mib = Some(server.memory()?.peak_mib);
    if let (Some(undisturbed), Some(p99)) = (before.p99_ms, after.p99_ms) {
        let times = p99 / undisturbed;
        after.aim(
            format!(
                "p99 of the healthy {p99:.2} ms, {times:.2} times the undisturbed; aim: \
                 {AIM_TIMES} or less"
            ),
            times <= AIM_TIMES,
        );
    }
    for row in [&before, &after] {
        debug_assert!(row.lost.is_some());
    }
    drop(server);
    let paced = super::paced::run(bench).await?;
    Ok([vec![before, after], paced].concat())
}
