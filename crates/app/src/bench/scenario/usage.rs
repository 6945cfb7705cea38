//! Usage of 10 000 developers: how many records a second are counted, in reports of 10 000 and of 100,
//! and what an event waits for its acknowledgement beside 50 000 of them a second, against alone.
//!
//! Afterwards everything is held against the books: what was counted for each developer is what was
//! acknowledged, what fired is what these counts cross, and each of it was delivered. Where that is
//! not so, there is no result.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use bellwire_core::{
    entropy::Entropy as _,
    time::{Clock as _, HOUR},
};
use futures_util::{TryStreamExt, stream::FuturesUnordered};
use serde_json::json;
use tokio::time::Instant;

use super::{Bench, DATA_BYTES, Effort, Row, api::Api, rounds};
use crate::{
    bench::{
        Measured, Plan, Server, Subject,
        ledger::{Spread, percentile_ms},
        load::Pace,
        report::{median, round3},
        reporter::{self, Reported, Reports, developer},
    },
    clock::SystemClock,
    entropy::SystemEntropy,
};

const ORGANIZATION: &str = "/api/v1/organizations/bench";
const RATE_PLAN: &str = "calls_monthly";
/// Connections that make the developers.
const MAKERS: u32 = 16;
/// Records in a report, and how many reports are under way at once.
const LARGE: (u32, u32) = (10_000, 2);
const SMALL: (u32, u32) = (100, 16);
/// Targets are spread evenly up to this, so that at any time a few developers are about to cross
/// theirs: of a thousand records, about two cross a percentage.
const TARGETS: u64 = 5_000;
const TARGET_STEP: u64 = 5;
const PERCENTAGES: [u64; 5] = [80, 90, 100, 110, 120];
/// Events a second beside the reports, and alone.
const EVENTS_PER_S: u32 = 200;
/// Records a second beside the events, and what is aimed at when there is nothing beside them.
const RECORDS_PER_S: u32 = 50_000;
/// The former with a server of databases that shares the machine.
const RECORDS_PER_S_SERVER: u32 = 20_000;
/// What is left of a schedule on a busy machine that counts as keeping it.
const KEPT: f64 = 0.98;
/// How much longer the 99th percentile of an acknowledgement may take.
const AIM_TIMES: f64 = 2.0;

pub(super) fn steps(effort: Effort) -> u64 {
    // A warm-up, reports in two sizes; in each round events three times, beside reports twice.
    3 + 5 * u64::from(rounds(effort))
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>> {
    bench.progress.set_message("usage: making developers");
    let server = bench.server("usage").await?;
    server
        .organization("bench", [(bench.receiver.url(0), "bench.0".to_owned())])
        .await?;
    let subject = server.subject("bench");
    let developers = bench.effort.pick(10_000, quick_developers(bench), 40);
    let began = Instant::now();
    make(bench, &subject, developers).await?;
    let made_s = began.elapsed().as_secs_f64();
    let mut run = Run {
        bench,
        server: &server,
        subject,
        developers,
        before: bench.receiver.others(),
        counts: vec![0; developers as usize],
        fired: 0,
    };

    run.warm_up().await?;
    bench.sample_disk()?;
    let mut rows = Vec::new();
    for size in [LARGE, SMALL] {
        rows.push(run.alone(size).await?);
    }
    let mut events = run.events().await?;
    rows.append(&mut events);
    let checked = run.check().await?;
    rows[0].notes.push(format!(
        "{developers} developers made in {made_s:.1} s; {checked}"
    ));
    Ok(rows)
}

/// Documents are made one at a time within an organization. Over a server of databases, where each
/// takes several round trips, ten thousand would take longer than a quick run may.
fn quick_developers(bench: &Bench) -> u32 {
    if bench.databases.is_server() {
        1_000
    } else {
        10_000
    }
}

/// A webhook, a plan that names it, and developers who have bought it.
async fn make(bench: &Bench, subject: &Subject, developers: u32) -> Result<()> {
    let mut api = Api::open(&subject.doors[0]).await?;
    let webhook = json!({
        "name": "quota",
        "url": bench.receiver.url(1),
        "event_types": [bellwire_core::usage::EVENT_TYPE],
    });
    let webhook = api.post(&path("webhooks"), webhook).await?;
    let package = json!({"id": "calls", "name": "Calls", "products": ["Calls"]});
    api.post(&path("packages"), package).await?;
    let plan = json!({
        "id": RATE_PLAN, "package": "calls", "name": "Monthly", "period_months": 1, "published": true,
    });
    api.post(&path("rate-plans"), plan).await?;
    let condition = json!({
        "rate_plan": RATE_PLAN,
        "thresholds": PERCENTAGES,
        "webhooks": [webhook["id"]],
    });
    api.post(&path("notification-conditions"), condition)
        .await?;
    let start = (SystemClock.now() - HOUR).to_string();
    let maker = async |first: u32| {
        let mut api = Api::open(&subject.doors[0]).await?;
        for number in (first..developers).step_by(MAKERS as usize) {
            let email = developer(number);
            let new = json!({"email": email, "first_name": "Ada", "last_name": "Lovelace"});
            api.post(&path("developers"), new).await?;
            let bought = json!({
                "developer": email,
                "rate_plan": RATE_PLAN,
                "quota_target": target(number),
                "start": start,
            });
            api.post(&path("developer-rate-plans"), bought).await?;
        }
        anyhow::Ok(())
    };
    let makers: FuturesUnordered<_> = (0..MAKERS).map(maker).collect();
    makers.try_collect::<()>().await
}

fn path(of: &str) -> String {
    format!("{ORGANIZATION}/{of}")
}

/// What a developer's target is.
fn target(number: u32) -> u64 {
    TARGET_STEP * (1 + u64::from(number) % (TARGETS / TARGET_STEP))
}

struct Run<'b> {
    bench: &'b Bench,
    server: &'b Server,
    subject: Subject,
    developers: u32,
    /// What had arrived at the endpoint before, of other scenarios.
    before: u64,
    /// What was counted for each developer, by the answers.
    counts: Vec<u64>,
    /// How many percentages have fired, by the answers.
    fired: u64,
}

impl Run<'_> {
    fn reports(&self, (batch, connections): (u32, u32), duration_ms: u64) -> Reports {
        Reports {
            doors: self.subject.doors.clone(),
            path: path("usage"),
            developers: self.developers,
            rate_plan: RATE_PLAN.to_owned(),
            batch: self.bench.effort.pick(batch, batch, batch.min(1_000)),
            connections,
            per_s: None,
            duration: Duration::from_millis(duration_ms),
            seed: SystemEntropy.u64(),
        }
    }

    fn book(&mut self, reported: &Reported) {
        self.fired += reported.fired;
        for (all, more) in self.counts.iter_mut().zip(&reported.counts) {
            *all += more;
        }
        self.bench.progress.inc(1);
    }

    async fn warm_up(&mut self) -> Result<()> {
        let duration_ms = self.bench.effort.pick(1_000, 500, 50);
        let reported = reporter::run(self.reports(SMALL, duration_ms)).await?;
        self.book(&reported);
        Ok(())
    }

    /// Reports of one size, as fast as they are answered.
    async fn alone(&mut self, size: (u32, u32)) -> Result<Row> {
        let (batch, connections) = size;
        let name = format!("usage-{batch}");
        self.bench.progress.set_message(name.clone());
        let duration_ms = self.bench.effort.pick(10_000, 1_500, 100);
        let reported = reporter::run(self.reports(size, duration_ms)).await?;
        self.book(&reported);
        let mut row = Row::new(name, self.bench);
        row.concurrency = Some(connections);
        tell(&mut row, &reported);
        row.peak_rss_mib = Some(self.server.memory()?.peak_mib);
        row.fsync_p50_ms = self.bench.disk.borrow().p50_ms();
        let per_s = reported.per_s();
        let aim = f64::from(RECORDS_PER_S);
        let said = format!("{per_s:.0} records a second");
        if size == LARGE && !self.bench.databases.is_server() {
            row.aim(format!("{said}; aim: {aim:.0} or more"), per_s >= aim);
        } else {
            row.notes.push(said);
        }
        row.notes.push(format!(
            "p50 and p99 are those of a report; {} percentages fired",
            reported.fired
        ));
        Ok(row)
    }

    /// Events alone and beside reports of either size, in turns.
    async fn events(&mut self) -> Result<Vec<Row>> {
        let duration_ms = self.bench.effort.pick(10_000, 1_500, 100);
        let records_per_s = if self.bench.databases.is_server() {
            RECORDS_PER_S_SERVER
        } else {
            RECORDS_PER_S
        };
        let (mut alone, mut large, mut small) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds(self.bench.effort) {
            self.bench.progress.set_message("usage: events alone");
            self.bench.sample_disk()?;
            alone.push(self.measure(duration_ms).await?);
            for (size, beside) in [(LARGE, &mut large), (SMALL, &mut small)] {
                let (batch, _) = size;
                let message = format!("usage: events beside reports of {batch}");
                self.bench.progress.set_message(message);
                let reports = Reports {
                    per_s: Some(records_per_s),
                    ..self.reports(size, duration_ms)
                };
                let reported = reporter::start(reports)?;
                let measured = self.measure(duration_ms).await?;
                let reported = reported.await.context("the reporter has ended")??;
                self.book(&reported);
                beside.push((measured, reported));
            }
        }
        let mut first = Row::measured("usage: events alone", None, &alone, self.bench);
        first.ingest_p99_ms = ingest_p99(&alone);
        let undisturbed = first.ingest_p99_ms;
        let mut rows = vec![first];
        for ((batch, _), beside) in [(LARGE, large), (SMALL, small)] {
            let (measured, reported): (Vec<Measured>, Vec<Reported>) = beside.into_iter().unzip();
            let name = format!("usage: events beside reports of {batch}");
            let mut row = Row::measured(name, None, &measured, self.bench);
            row.peak_rss_mib = Some(self.server.memory()?.peak_mib);
            row.records_per_s = median(&reported, |one| Some(one.per_s()));
            row.ingest_p99_ms = ingest_p99(&measured);
            let per_s = row.records_per_s.unwrap_or(0.0);
            if let (Some(alone), Some(p99)) = (undisturbed, row.ingest_p99_ms) {
                let times = p99 / alone;
                let kept = per_s >= KEPT * f64::from(records_per_s);
                row.aim(
                    format!(
                        "p99 of an acknowledgement {p99:.2} ms beside {per_s:.0} records a second, \
                         {times:.2} times the {alone:.2} ms alone; aim: {AIM_TIMES} or less beside \
                         {records_per_s}"
                    ),
                    kept && times <= AIM_TIMES,
                );
            }
            rows.push(row);
        }
        Ok(rows)
    }

    async fn measure(&self, duration_ms: u64) -> Result<Measured> {
        let plan = Plan {
            pace: Pace::Open {
                per_s: EVENTS_PER_S,
                duration: Duration::from_millis(duration_ms),
            },
            data_bytes: DATA_BYTES,
            spread: Spread::Each(1),
        };
        self.bench.measure(&self.subject, plan).await
    }

    /// Holds the server against the books; in words, what agreed.
    async fn check(&self) -> Result<String> {
        self.bench.progress.set_message("usage: checking the books");
        let (used, looked_s) = self.used().await?;
        let mut crossed = 0;
        for (number, booked) in (0..self.developers).zip(&self.counts) {
            let email = developer(number);
            let counted = used.get(&email).copied().unwrap_or(0);
            ensure!(
                counted == *booked,
                "{email} has used {counted}, and {booked} were acknowledged"
            );
            let is_crossed = |percent: &&u64| counted * 100 >= target(number) * **percent;
            crossed += PERCENTAGES.iter().filter(is_crossed).count() as u64;
        }
        ensure!(
            crossed == self.fired,
            "{crossed} percentages were crossed, and {} fired",
            self.fired
        );
        let arrived = self.arrived().await;
        ensure!(
            arrived == self.fired,
            "{} percentages fired, and {arrived} calls arrived",
            self.fired
        );
        let records: u64 = self.counts.iter().sum();
        Ok(format!(
            "{records} counted in all, as acknowledged for each of them (read in {looked_s:.1} s); \
             {crossed} percentages crossed, each fired and delivered once"
        ))
    }

    /// How much each developer has used, by the server; and how long it took to say so.
    async fn used(&self) -> Result<(HashMap<String, u64>, f64)> {
        let began = Instant::now();
        let mut api = Api::open(&self.subject.doors[0]).await?;
        let mut used = HashMap::new();
        let mut cursor = String::new();
        loop {
            let page = api
                .get(&format!("{}?limit=100{cursor}", path("usage")))
                .await?;
            for item in page["items"].as_array().into_iter().flatten() {
                let email = item["developer"].as_str().context("an address")?;
                let count = item["used"].as_u64().context("a count")?;
                used.insert(email.to_owned(), count);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok((used, began.elapsed().as_secs_f64())),
            }
        }
    }

    /// How many calls have arrived, once as many have as fired, or nothing has for a while.
    async fn arrived(&self) -> u64 {
        const LOOK_EVERY: Duration = Duration::from_millis(10);
        let arrived = || self.bench.receiver.others() - self.before;
        let (mut last, mut since) = (arrived(), Instant::now());
        while last < self.fired && since.elapsed() < self.bench.patience() {
            tokio::time::sleep(LOOK_EVERY).await;
            if arrived() != last {
                (last, since) = (arrived(), Instant::now());
            }
        }
        arrived()
    }
}

/// What a row says of reports.
fn tell(row: &mut Row, reported: &Reported) {
    row.records_per_s = Some(round3(reported.per_s()));
    row.p50_ms = percentile_ms(&reported.took_us, 0.5).map(round3);
    row.p99_ms = percentile_ms(&reported.took_us, 0.99).map(round3);
}

/// The median over rounds of the 99th percentile of an acknowledgement.
fn ingest_p99(rounds: &[Measured]) -> Option<f64> {
    median(rounds, |round| {
        percentile_ms(&round.balance.answers_us, 0.99)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_spread_evenly() {
        let targets: Vec<u64> = (0..10_000).map(target).collect();
        assert_eq!(targets.iter().min(), Some(&TARGET_STEP));
        assert_eq!(targets.iter().max(), Some(&TARGETS));
        assert_eq!(targets.iter().filter(|one| **one == 500).count(), 10);
    }
}
