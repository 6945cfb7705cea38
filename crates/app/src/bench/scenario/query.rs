//! The log with many events in it: how long the first page of every filter takes over HTTP, how long
//! a search for text takes until it answers, what the pages of the portal take over the same log
//! (`pages`), what a delivery costs beside an empty database, and whether statistics agree with a full
//! count (`agree`).

use std::time::Duration;

use anyhow::{Result, ensure};
use bellwire_core::time::{Clock as _, DAY, HOUR};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::time::Instant;

use super::{Bench, DATA_BYTES, Row, agree, pages};
use crate::{
    bench::{
        Measured, Plan, Server,
        connection::Connection,
        ledger::{Spread, percentile_ms},
        load::Pace,
        log::{self, CHANNELS, Log, ORGANIZATIONS, TYPES},
        report::round3,
        space,
    },
    clock::SystemClock,
};

/// What is aimed at.
const AIM_MS: f64 = 50.0;
const AIM_TIMES: f64 = 1.2;
/// The organization that deliveries are made for.
const OWN: &str = "bench";
/// Entries of a page when none are asked for.
const PAGE: usize = 50;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    let events = bench
        .events
        .unwrap_or_else(|| bench.effort.pick(10_000_000, 200_000, 2_000));
    let room = space::check(bench.directory.path(), events)?;
    let say = |text: String| bench.progress.suspend(|| crate::say!("{text}"));
    if !bench.json {
        say(room)?;
    }
    let empty = delivered(bench, &bench.server("query-empty").await?).await?;

    let directory = bench.directory.path().join("query");
    let home = bench.databases.fresh(&directory).await?;
    let style = ProgressStyle::with_template("{bar:30.cyan} {pos}/{len} events  {eta}")?;
    let progress = ProgressBar::new(events).with_style(style);
    let began = Instant::now();
    let end = SystemClock.now() - HOUR;
    let log = log::write(&home, events, end, &progress).await?;
    progress.finish_and_clear();
    let filled_s = began.elapsed().as_secs_f64();
    let server = Server::on(&directory, home, &log.token, bench.nodes.get()).await?;

    let mut rows = Vec::new();
    for asked in asked(&log) {
        bench.progress.set_message(format!("query: {}", asked.name));
        rows.push(measure(bench, &server, &asked).await?);
    }
    bench.progress.set_message("query: pages of the portal");
    rows.extend(pages::run(bench, &server, &log).await?);
    bench.progress.inc(1);
    rows[0].notes.push(format!(
        "{events} events, {} deliveries, {} attempts over 30 days and {} rows of their counts, written \
         in {filled_s:.0} s",
        log.deliveries, log.attempts, log.statistics
    ));
    bench.progress.set_message("query: deliveries beside it");
    let beside = delivered(bench, &server).await?;
    rows.extend(compared(bench, empty, beside));
    bench.progress.set_message("query: counts");
    rows.push(agree::run(bench, server, &directory, OWN, &log).await?);
    bench.progress.inc(1);
    Ok(rows)
}

/// A query that is asked many times, each time for something else.
struct Asked {
    name: &'static str,
    path: Box<dyn Fn(usize) -> String>,
    /// Something must be on its first page, however large the log is.
    fills: bool,
}

fn asked(log: &Log) -> Vec<Asked> {
    let large = format!("/api/v1/organizations/{}/events", ORGANIZATIONS[0].0);
    let small = format!("/api/v1/organizations/{}/events", ORGANIZATIONS[2].0);
    let webhooks = log.webhooks[0].clone();
    let events = log.events.clone();
    let end = log.end;
    let times = |name: &str, back: i64| format!("{name}={}", end - back);
    let day = times("updated_since", DAY);
    let week = times("updated_since", 7 * DAY);
    let month = times("updated_since", 30 * DAY);
    let old = format!(
        "{}&{}",
        times("created_since", 21 * DAY),
        times("created_until", 20 * DAY)
    );
    let one = move |name, query: String, fills| -> Asked {
        let path = format!("{large}?{query}");
        Asked {
            name,
            path: Box::new(move |_| path.clone()),
            fills,
        }
    };
    let large = format!("/api/v1/organizations/{}/events", ORGANIZATIONS[0].0);
    let by = |name, fills, query: Box<dyn Fn(usize) -> String>| Asked {
        name,
        path: {
            let large = large.clone();
            Box::new(move |turn| format!("{large}?{}", query(turn)))
        },
        fills,
    };
    let (first, second, third) = (webhooks.clone(), webhooks.clone(), webhooks);
    let of = |ids: &[bellwire_core::ids::WebhookId], turn: usize| ids[turn % ids.len()].to_string();
    let mut all = vec![
        one("none", String::new(), true),
        by(
            "type",
            true,
            Box::new(|turn| format!("type=log.type{}", turn as u32 % TYPES)),
        ),
        by(
            "channel",
            true,
            Box::new(|turn| format!("channel=account:{}", turn as u32 % CHANNELS)),
        ),
        one("state=failed", "state=failed".into(), true),
        one("state=cancelled", "state=cancelled".into(), true),
        one("state=pending", "state=pending".into(), false),
        one("state=delivered", "state=delivered".into(), true),
        by(
            "webhook",
            true,
            Box::new(move |turn| format!("webhook={}", of(&first, turn))),
        ),
        by(
            "webhook, state=failed",
            true,
            Box::new(move |turn| format!("webhook={}&state=failed", of(&second, turn))),
        ),
        one("status=503", "status=503".into(), true),
        one("status=4xx", "status=4xx".into(), true),
        one("cause=dns", "cause=dns".into(), true),
        by(
            "webhook, cause",
            true,
            Box::new(move |turn| format!("webhook={}&cause=refused", of(&third, turn))),
        ),
        one("24 hours", day.clone(), true),
        one("7 days", week, true),
        one("30 days", month, true),
        one("24 hours, made before", format!("{day}&{old}"), false),
        one("a day three weeks ago", old, true),
        one(
            "failed, of a type",
            "state=failed&type=log.type3".into(),
            true,
        ),
        one("text", "q=nowhere+to+be+found".into(), false),
    ];
    if !events.is_empty() {
        let query = move |turn: usize| format!("id={}", events[turn % events.len()]);
        all.push(by("id", true, Box::new(query)));
    }
    all.push(Asked {
        name: "a small organization's failed",
        path: Box::new(move |_| format!("{small}?state=failed")),
        fills: true,
    });
    all
}

async fn measure(bench: &Bench, server: &Server, asked: &Asked) -> Result<Row> {
    let subject = server.subject(ORGANIZATIONS[0].0);
    let mut connection = Connection::open(&subject.doors[0]).await?;
    let runs = bench.effort.pick(500, 200, 5);
    let mut micros = Vec::with_capacity(runs);
    let (mut shown, mut cut, mut empty) = (0, 0, 0);
    for turn in 0..runs + runs / 10 {
        let path = (asked.path)(turn);
        let began = Instant::now();
        let (status, answer) = connection.call(Method::GET, &path, Bytes::new()).await?;
        let took = began.elapsed();
        ensure!(
            status == StatusCode::OK,
            "GET {path} was answered {status}: {}",
            String::from_utf8_lossy(&answer)
        );
        // The first ones warm up what is cached.
        if turn < runs / 10 {
            continue;
        }
        micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        let page: Value = serde_json::from_slice(&answer)?;
        let items = page["items"].as_array().map_or(0, Vec::len);
        shown += items;
        empty += usize::from(items == 0);
        cut += usize::from(page["searched_back_to"].is_string());
    }
    micros.sort_unstable();
    let mut row = Row::new(format!("query: {}", asked.name), bench);
    row.p50_ms = percentile_ms(&micros, 0.5).map(round3);
    row.p99_ms = percentile_ms(&micros, 0.99).map(round3);
    let p99 = row.p99_ms.unwrap_or_default();
    let pages = format!(
        "{:.1} events a page of {PAGE}, {cut} of {runs} pages cut short by time",
        shown as f64 / runs as f64
    );
    let found = !asked.fills || empty == 0 || bench.effort == crate::bench::Effort::Tiny;
    row.aim(
        format!("{pages}; p99 {p99:.1} ms; aim: {AIM_MS} ms or less, and something found"),
        p99 <= AIM_MS && found,
    );
    Ok(row)
}

/// Rounds of deliveries to a webhook of an organization of their own.
async fn delivered(bench: &Bench, server: &Server) -> Result<Vec<Measured>> {
    server
        .organization(OWN, [(bench.receiver.url(0), "bench.0".to_owned())])
        .await?;
    let subject = server.subject(OWN);
    let plan = Plan {
        pace: Pace::Closed {
            connections: 16,
            duration: Duration::from_millis(bench.effort.pick(10_000, 3_000, 300)),
            events: bench.effort.pick(u32::MAX, u32::MAX, 50),
        },
        data_bytes: DATA_BYTES,
        spread: Spread::Each(1),
    };
    let mut rounds = Vec::new();
    for _ in 0..super::rounds(bench.effort) {
        bench.sample_disk()?;
        rounds.push(bench.measure(&subject, plan).await?);
    }
    Ok(rounds)
}

fn compared(bench: &Bench, empty: Vec<Measured>, beside: Vec<Measured>) -> [Row; 2] {
    let before = Row::measured("query: deliveries, empty", Some(16), &empty, bench);
    let mut after = Row::measured("query: deliveries, full", Some(16), &beside, bench);
    if let (Some(empty), Some(full)) = (before.deliveries_per_s, after.deliveries_per_s) {
        let times = empty / full.max(1.0);
        after.aim(
            format!("a delivery costs {times:.2} times that of an empty database; aim: {AIM_TIMES} or less"),
            times <= AIM_TIMES,
        );
    }
    [before, after]
}
