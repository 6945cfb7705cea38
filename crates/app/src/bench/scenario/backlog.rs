//! A long backlog for one webhook, whose endpoint hangs: how another webhook fares beside it, how
//! much memory it takes, and how long a killed server takes to be back.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

use super::{Bench, DATA_BYTES, Row, fill::fill};
use crate::bench::{Plan, ledger::Spread, load::Pace, report::round3};

/// The healthy webhook, and the one with the backlog.
const HEALTHY: u32 = 0;
const HANGING: u32 = 1;
/// Events a second for the healthy webhook.
const PER_S: u32 = 100;
/// What is aimed at.
const AIM_TIMES: f64 = 2.0;
const AIM_MB: f64 = 200.0;
const AIM_READY_S: f64 = 2.0;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    let pending = bench.effort.pick(1_000_000, 20_000, 2_000);
    bench.progress.set_message("backlog: undisturbed");
    bench.receiver.hang(Some(HANGING));
    let rows = measure(bench, pending).await;
    bench.receiver.hang(None);
    rows
}

async fn measure(bench: &Bench, pending: u32) -> Result<Vec<Row>> {
    let mut server = bench.server("backlog").await?;
    let webhooks =
        [HEALTHY, HANGING].map(|number| (bench.receiver.url(number), format!("bench.{number}")));
    server.organization("bench", webhooks).await?;
    let subject = server.subject("bench");
    let plan = Plan {
        pace: Pace::Open {
            per_s: PER_S,
            duration: bench.effort.pick(
                Duration::from_secs(30),
                Duration::from_secs(6),
                Duration::from_millis(500),
            ),
        },
        data_bytes: DATA_BYTES,
        spread: Spread::Each(1),
    };
    bench.sample_disk()?;
    let warm_up = Pace::Open {
        per_s: PER_S,
        duration: Duration::from_millis(500),
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
    let before = [bench.measure(&subject, plan).await?];

    bench
        .progress
        .set_message(format!("backlog: making {pending} pending deliveries"));
    let began = Instant::now();
    fill(&subject, HANGING, pending).await?;
    let filled_s = began.elapsed().as_secs_f64();
    bench.progress.inc(1);

    bench.progress.set_message("backlog: the other webhook");
    let after = [bench.measure(&subject, plan).await?];
    let memory = server.memory()?;
    // What timed out meanwhile is pending again: the standard profile tries for days.
    let found = server.pending().await?;
    ensure!(
        found >= u64::from(pending),
        "{found} deliveries are pending, not {pending}"
    );

    bench.progress.set_message("backlog: restart");
    let began = Instant::now();
    server.restart().await?;
    let ready_s = began.elapsed().as_secs_f64();
    let first = Plan {
        pace: Pace::Closed {
            connections: 1,
            duration: Duration::from_secs(10),
            events: 1,
        },
        ..plan
    };
    let restarted = bench.measure(&server.subject("bench"), first).await?;
    let first_s = began.elapsed().as_secs_f64();
    ensure!(
        restarted.balance.arrived == 1,
        "nothing was delivered after the restart"
    );

    let before = Row::measured("backlog-undisturbed", None, &before, bench);
    let mut beside = Row::measured("backlog-beside", None, &after, bench);
    let memory_mb = memory.peak_mib * 1.048_576;
    beside.peak_rss_mib = Some(round3(memory.peak_mib));
    if let (Some(undisturbed), Some(p99)) = (before.p99_ms, beside.p99_ms) {
        let times = p99 / undisturbed;
        beside.aim(
            format!(
                "p99 of the other webhook {p99:.2} ms, {times:.2} times the undisturbed; aim: \
                 {AIM_TIMES} or less"
            ),
            times <= AIM_TIMES,
        );
    }
    beside.aim(
        format!("{memory_mb:.0} MB at most with {pending} pending; aim: {AIM_MB} MB or less"),
        memory_mb <= AIM_MB,
    );
    beside.notes.push(format!(
        "{pending} deliveries were made pending in {filled_s:.1} s, {:.0} a second",
        f64::from(pending) / filled_s
    ));
    // One number each, where the others have their median.
    let mut ready = Row::new("backlog-restart-ready", bench);
    ready.p50_ms = Some(round3(ready_s * 1_000.0));
    ready.aim(
        format!("ready {ready_s:.2} s after a kill and a start; aim: {AIM_READY_S} s or less"),
        ready_s <= AIM_READY_S,
    );
    let mut delivered = Row::new("backlog-restart-first-delivery", bench);
    delivered.p50_ms = Some(round3(first_s * 1_000.0));
    delivered.lost = Some(restarted.balance.lost);
    delivered.duplicates = Some(restarted.balance.duplicates);
    Ok(vec![before, beside, ready, delivered])
}
