//! The pages of the portal over the log of the scenario `query`, as a browser asks for them: signed
//! in, compressed. What is aimed at is what a page takes beside the query it shows.

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use super::{Bench, Row};
use crate::bench::{
    Effort, Server,
    connection::Connection,
    ledger::percentile_ms,
    log::{Log, ORGANIZATIONS},
    report::round3,
};

/// What a page may take beside its query, and what a query may take.
const PAGE_MS: f64 = 20.0;
const QUERY_MS: f64 = 50.0;

/// Who looks.
const EMAIL: &str = "bench@bellwire.example";
const PASSWORD: &str = "plum gravel orbit lantern";

pub(super) async fn run(bench: &Bench, server: &Server, log: &Log) -> Result<Vec<Row>> {
    let subject = server.subject(ORGANIZATIONS[0].0);
    let mut connection = Connection::open(&subject.doors[0]).await?;
    let user = json!({"email": EMAIL, "password": PASSWORD, "operator": true}).to_string();
    connection.post("/api/v1/users", user.into()).await?;
    let cookie = connection.sign_in(EMAIL, PASSWORD).await?;
    let runs = bench.effort.pick(300, 100, 3);
    let mut rows = Vec::new();
    for (name, path, queries) in asked(log) {
        let mut micros = Vec::with_capacity(runs);
        let mut bytes = 0;
        for turn in 0..runs + runs / 10 + 1 {
            let began = Instant::now();
            let (status, page) = connection.open_page(&path, &cookie).await?;
            let took = began.elapsed();
            ensure!(status == StatusCode::OK, "GET {path} was answered {status}");
            // The first ones warm up what is cached.
            if turn > runs / 10 {
                micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
            }
            bytes = page.len();
        }
        micros.sort_unstable();
        let mut row = Row::new(format!("portal: {name}"), bench);
        row.p50_ms = percentile_ms(&micros, 0.5).map(round3);
        row.p99_ms = percentile_ms(&micros, 0.99).map(round3);
        let p99 = row.p99_ms.unwrap_or_default();
        let aim = PAGE_MS + if queries { QUERY_MS } else { 0.0 };
        row.aim(
            format!("{bytes} bytes compressed; p99 {p99:.1} ms; aim: {aim} ms or less"),
            p99 <= aim || bench.effort == Effort::Tiny,
        );
        rows.push(row);
    }
    let query = beside_its_query(&mut connection, runs).await?;
    let page = rows.first().and_then(|row| row.p50_ms);
    if let (Some(row), Some(query), Some(page)) = (rows.first_mut(), query, page) {
        row.notes.push(format!(
            "the same query over the API takes {query:.1} ms (p50), the page {:.1} ms more",
            page - query
        ));
    }
    Ok(rows)
}

/// The p50 of the log's first page over the API, with as many entries as the page has.
async fn beside_its_query(connection: &mut Connection, runs: usize) -> Result<Option<f64>> {
    let path = format!(
        "/api/v1/organizations/{}/events?limit=30",
        ORGANIZATIONS[0].0
    );
    let mut micros = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        let (status, _) = connection.call(Method::GET, &path, Bytes::new()).await?;
        ensure!(status == StatusCode::OK, "GET {path} was answered {status}");
        micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    micros.sort_unstable();
    Ok(percentile_ms(&micros, 0.5))
}

/// What a page is called here, its path, and whether it searches the log.
fn asked(log: &Log) -> Vec<(&'static str, String, bool)> {
    let slug = ORGANIZATIONS[0].0;
    let path = |rest: &str| format!("/portal/{slug}/{rest}");
    let mut pages = vec![
        ("log", path("events"), true),
        ("log, failed", path("events?state=failed"), true),
        ("webhooks", path("webhooks"), true),
        ("webhook form", path("webhooks/new"), false),
        ("overview, 24 hours", path("overview"), true),
        ("overview, 7 days", path("overview?period=7d"), true),
        ("all organizations", "/overview?period=7d".to_owned(), true),
        ("event types", path("event-types"), false),
    ];
    if let Some(id) = log.webhooks[0].first() {
        pages.push(("webhook", path(&format!("webhooks/{id}")), true));
    }
    if let Some(id) = log.events.first() {
        pages.push(("event", path(&format!("events/{id}")), true));
    }
    pages
}
