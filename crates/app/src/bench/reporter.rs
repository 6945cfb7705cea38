//! The reporter: usage of many developers, reported over kept-alive connections. On a thread of its
//! own, because writing ten thousand records takes milliseconds in which events would be sent late.
//!
//! Ids of records are random, which is the worst that they can be for a store that keeps them in
//! order. Developers are drawn at random, and each record counts one to three.

use std::{cell::RefCell, fmt::Write, time::Duration};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream::FuturesUnordered};
use serde::Deserialize;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use super::connection::{Connection, Door};

/// The most that one record counts.
const MAX_COUNT: u64 = 3;
/// The most bytes that a record takes in a report.
const RECORD_BYTES: usize = 128;

/// What is reported where.
#[derive(Debug, Clone)]
pub(super) struct Reports {
    /// The nodes; connections are spread over them.
    pub(super) doors: Vec<Door>,
    /// The path of the organization's usage.
    pub(super) path: String,
    /// How many developers there are; see [`developer`].
    pub(super) developers: u32,
    /// The rate plan that all of them have bought.
    pub(super) rate_plan: String,
    /// Records in one report.
    pub(super) batch: u32,
    /// How many reports are under way at once, at most.
    pub(super) connections: u32,
    /// Records a second by a schedule; `None`: as fast as they are answered.
    pub(super) per_s: Option<u32>,
    pub(super) duration: Duration,
    /// Of the random numbers. Another one for each run, or the ids of its records are known already.
    pub(super) seed: u64,
}

/// What was reported.
#[derive(Debug, Clone, Default)]
pub(super) struct Reported {
    /// Records in all answered reports.
    pub(super) records: u64,
    /// Percentages that fired, by the answers.
    pub(super) fired: u64,
    /// How much was counted for each developer, by the answered reports.
    pub(super) counts: Vec<u64>,
    /// How long each report took until it was answered, in microseconds, ascending. Where there is a
    /// schedule, from when it should have been sent.
    pub(super) took_us: Vec<u32>,
    /// From the first report sent to the last one answered.
    pub(super) seconds: f64,
}

impl Reported {
    pub(super) fn per_s(&self) -> f64 {
        self.records as f64 / self.seconds.max(1e-9)
    }
}

/// The e-mail address of a developer.
pub(super) fn developer(number: u32) -> String {
    format!("d{number}@example.com")
}

/// Starts to report; what comes of it is sent when it is over.
pub(super) fn start(reports: Reports) -> Result<oneshot::Receiver<Result<Reported>>> {
    let (tell, told) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("reporter".to_owned())
        .spawn(move || {
            // Nobody waits for it any more: the bench is ending.
            let _ = tell.send(runtime.block_on(report(&reports)));
        })?;
    Ok(told)
}

/// Reports, and waits until that is over.
pub(super) async fn run(reports: Reports) -> Result<Reported> {
    start(reports)?.await.context("the reporter has ended")?
}

struct Books {
    reported: Reported,
    dice: Dice,
    /// The next report.
    next: u32,
}

async fn report(reports: &Reports) -> Result<Reported> {
    let books = RefCell::new(Books {
        reported: Reported {
            counts: vec![0; reports.developers as usize],
            ..Reported::default()
        },
        dice: Dice(reports.seed),
        next: 0,
    });
    let interval = reports
        .per_s
        .map(|per_s| Duration::from_secs_f64(f64::from(reports.batch) / f64::from(per_s.max(1))));
    let begin = Instant::now();
    let clients: FuturesUnordered<_> = (0..reports.connections)
        .map(|number| client(reports, &books, number, begin, interval))
        .collect();
    clients.try_collect::<()>().await?;
    let mut reported = books.into_inner().reported;
    reported.seconds = begin.elapsed().as_secs_f64();
    reported.took_us.sort_unstable();
    Ok(reported)
}

/// One connection.
async fn client(
    reports: &Reports,
    books: &RefCell<Books>,
    number: u32,
    begin: Instant,
    interval: Option<Duration>,
) -> Result<()> {
    let door = &reports.doors[number as usize % reports.doors.len()];
    let mut connection = Connection::open(door).await?;
    let mut counts = Vec::with_capacity(reports.batch as usize);
    loop {
        let (body, due) = {
            let books = &mut *books.borrow_mut();
            let due = interval.map(|interval| begin + interval * books.next);
            let end = begin + reports.duration;
            // One that is behind its schedule does not catch up for ever.
            if Instant::now() >= end || due.is_some_and(|due| due >= end) {
                return Ok(());
            }
            books.next += 1;
            (write(reports, &mut books.dice, &mut counts), due)
        };
        if let Some(due) = due {
            sleep(due.saturating_duration_since(Instant::now())).await;
        }
        let sent = due.unwrap_or_else(Instant::now);
        let answer = connection.post(&reports.path, body).await?;
        let took = sent.elapsed();
        let receipt: Receipt = serde_json::from_slice(&answer)
            .with_context(|| format!("a report was answered {}", shortened(&answer)))?;
        ensure!(
            receipt.accepted == u64::from(reports.batch) && receipt.repeated == 0,
            "of {} new records, {} were counted and {} were known",
            reports.batch,
            receipt.accepted,
            receipt.repeated
        );
        let reported = &mut books.borrow_mut().reported;
        reported.records += receipt.accepted;
        reported.fired += receipt.fired.len() as u64;
        let took_us = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        reported.took_us.push(took_us);
        for (developer, count) in &counts {
            reported.counts[*developer as usize] += count;
        }
    }
}

/// What a report is answered with.
#[derive(Deserialize)]
struct Receipt {
    accepted: u64,
    repeated: u64,
    fired: Vec<serde::de::IgnoredAny>,
}

fn shortened(answer: &[u8]) -> String {
    String::from_utf8_lossy(&answer[..answer.len().min(500)]).into_owned()
}

/// Writes a report; which developer each record is of and how much it counts are left in `counts`.
fn write(reports: &Reports, dice: &mut Dice, counts: &mut Vec<(u32, u64)>) -> Bytes {
    let mut body = String::with_capacity(reports.batch as usize * RECORD_BYTES);
    counts.clear();
    for _ in 0..reports.batch {
        let id = (u128::from(dice.next()) << 64) | u128::from(dice.next());
        let drawn = dice.next();
        // The developer from the upper half, the count from the lower one.
        let developer = ((drawn >> 32) % u64::from(reports.developers.max(1))) as u32;
        let count = 1 + (drawn & u64::from(u32::MAX)) % MAX_COUNT;
        counts.push((developer, count));
        body.push_str(if body.is_empty() {
            "{\"records\":["
        } else {
            ","
        });
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            r#"{{"id":"{id:032x}","developer":"d{developer}@example.com","rate_plan":"{}","count":{count}}}"#,
            reports.rate_plan
        );
    }
    body.push_str("]}");
    Bytes::from(body)
}

/// SplitMix64: random enough for ids that must not repeat, and next to nothing to make.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_report_names_as_many_records_as_the_books_say() {
        let reports = Reports {
            doors: Vec::new(),
            path: String::new(),
            developers: 7,
            rate_plan: "calls".to_owned(),
            batch: 500,
            connections: 1,
            per_s: None,
            duration: Duration::ZERO,
            seed: 3,
        };
        let (mut dice, mut counts) = (Dice(reports.seed), Vec::new());
        let body = write(&reports, &mut dice, &mut counts);
        assert!(body.len() <= 500 * RECORD_BYTES, "{} bytes", body.len());
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let records = body["records"].as_array().unwrap();
        assert_eq!((records.len(), counts.len()), (500, 500));
        let ids: BTreeSet<&str> = records.iter().filter_map(|r| r["id"].as_str()).collect();
        assert_eq!(ids.len(), 500);
        for (record, (number, count)) in records.iter().zip(&counts) {
            assert_eq!(record["developer"], developer(*number));
            assert_eq!(record["count"], *count);
            assert!((1..=MAX_COUNT).contains(count) && *number < 7);
        }
        let again = write(&reports, &mut dice, &mut counts);
        assert_ne!(
            serde_json::from_slice::<serde_json::Value>(&again).unwrap(),
            body
        );
    }
}
