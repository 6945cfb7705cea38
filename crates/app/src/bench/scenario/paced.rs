//! What is held back, and what is sent again, disturbs nobody: one webhook at its rate limit, one
//! paused with much held, one that hangs, and a job that sends much again, beside webhooks that are
//! well. The second half of `isolation`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hyper::Method;
use serde_json::json;

use super::{Bench, DATA_BYTES, Row, api::Api, fill::fill};
use crate::bench::{Plan, ledger::Spread, load::Pace};

/// Webhooks that are well, each of an event type of its own.
const HEALTHY: u32 = 50;
/// The others, by number: a later one hangs than all that answer.
const LIMITED: u32 = HEALTHY;
const PAUSED: u32 = LIMITED + 1;
const RESENT: u32 = PAUSED + 1;
const HANGING: u32 = RESENT + 1;
/// Event types of the load: those of the healthy, then those that go to the limited one, then the one
/// of the one that hangs.
const TYPES: u32 = 100;
/// The types of what is held and of what is sent again.
const HELD_TYPE: u32 = TYPES;
const RESENT_TYPE: u32 = TYPES + 1;
/// Events a second, in turn by type: 490 of them to the limited webhook.
const PER_S: u32 = 1_000;
/// What the limited one takes of them.
const LIMIT_PER_S: u32 = 100;
/// How much longer the 99th percentile of the healthy may be.
const AIM_TIMES: f64 = 2.0;
const WEBHOOKS: &str = "/api/v1/organizations/bench/webhooks";
const JOBS: &str = "/api/v1/organizations/bench/jobs";

async fn webhook(api: &mut Api, url: String, types: Vec<String>) -> Result<String> {
    let body = json!({"name": "bench", "url": url, "event_types": types});
    let made = api.post(WEBHOOKS, body).await?;
    let id = made["id"].as_str().context("a webhook has an id")?;
    Ok(format!("{WEBHOOKS}/{id}"))
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    let rows = measure(bench).await;
    bench.receiver.hang(None);
    rows
}

async fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let many = bench.effort.pick(100_000, 10_000, 1_000);
    bench
        .progress
        .set_message("isolation: nothing is held back");
    let server = bench.server("paced").await?;
    server.organization("bench", []).await?;
    let subject = server.subject("bench");
    let mut api = Api::open(&subject.doors[0]).await?;
    let of = |types: std::ops::Range<u32>| types.map(|number| format!("bench.{number}")).collect();
    let url = |number| bench.receiver.url(number);
    for number in 0..HEALTHY {
        webhook(&mut api, url(number), of(number..number + 1)).await?;
    }
    let limited = webhook(&mut api, url(LIMITED), of(HEALTHY..TYPES - 1)).await?;
    let paused = webhook(&mut api, url(PAUSED), of(HELD_TYPE..HELD_TYPE + 1)).await?;
    let resent = webhook(&mut api, url(RESENT), of(RESENT_TYPE..RESENT_TYPE + 1)).await?;
    webhook(&mut api, url(HANGING), of(TYPES - 1..TYPES)).await?;
    let plan = Plan {
        pace: Pace::Open {
            per_s: PER_S,
            duration: Duration::from_millis(bench.effort.pick(60_000, 8_000, 500)),
        },
        data_bytes: DATA_BYTES,
        spread: Spread::Turns {
            webhooks: TYPES,
            watched: HEALTHY,
        },
    };
    bench.sample_disk()?;
    let warm_up = Pace::Open {
        per_s: PER_S / 2,
        duration: Duration::from_secs(1),
    };
    let warm_up = Plan {
        pace: warm_up,
        ..plan
    };
    bench.measure(&subject, warm_up).await?;
    let before = [bench.measure(&subject, plan).await?];

    bench
        .progress
        .set_message(format!("isolation: holding {many}, cancelling {many}"));
    let limit = json!({"rate_limit": {"per_second": LIMIT_PER_S}});
    let limit = json!({"overrides": limit});
    api.call(Method::PATCH, &limited, Some(limit)).await?;
    for webhook in [&paused, &resent] {
        api.post(&format!("{webhook}/pause"), json!({})).await?;
    }
    fill(&subject, HELD_TYPE, many).await?;
    fill(&subject, RESENT_TYPE, many).await?;
    api.post(&format!("{resent}/cancel-pending"), json!({}))
        .await?;
    api.post(&format!("{resent}/resume"), json!({})).await?;
    bench.receiver.hang(Some(HANGING));
    // As fast as it is done when the load ends.
    let per_second = bench.effort.pick(1_500, 1_000, 1_000);
    let webhook = resent.rsplit('/').next().unwrap_or_default();
    let job = json!({
        "kind": "resend",
        "filter": {"webhook": webhook, "states": ["cancelled"]},
        "per_second": per_second,
    });
    let job = api.post(JOBS, job).await?;
    bench
        .progress
        .set_message("isolation: beside a limit, a pause, a job and one that hangs");
    let after = [bench.measure(&subject, plan).await?];
    let shown = api.get(&paused).await?;
    let held = shown["paused"]["held"]["count"].as_u64().unwrap_or(0);
    ensure!(
        held >= u64::from(many),
        "{held} deliveries are held, not {many}: {shown}"
    );

    let job = format!("{JOBS}/{}", job["id"].as_str().context("a job has an id")?);
    let job = api.get(&job).await?;
    let resent = job["done"].as_u64().unwrap_or(0);
    ensure!(resent > 0, "the job has sent nothing: {job}");

    let before = Row::measured("isolation-unpaced", None, &before, bench);
    let mut beside = Row::measured("isolation-paced", None, &after, bench);
    beside.peak_rss_mib = Some(server.memory()?.peak_mib);
    if let (Some(undisturbed), Some(p99)) = (before.p99_ms, beside.p99_ms) {
        let times = p99 / undisturbed;
        beside.aim(
            format!(
                "p99 of the healthy {p99:.2} ms, {times:.2} times the undisturbed; aim: \
                 {AIM_TIMES} or less"
            ),
            times <= AIM_TIMES,
        );
    }
    beside.notes.push(format!(
        "{held} held, {resent} of {many} sent again at {per_second} a second, a webhook limited to \
         {LIMIT_PER_S} a second, one that hangs"
    ));
    Ok(vec![before, beside])
}
