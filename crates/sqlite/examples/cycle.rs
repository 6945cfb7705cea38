//! What one event costs the store: enqueue with a claim, then record, by many callers at once.
//!
//! `cargo run --release -p bellwire-sqlite --example cycle -- [callers] [fan-out] [data bytes]`
//! prints cycles a second, the writer thread's processor time and the bytes written for each
//! delivery. `-- backlog [deliveries]` makes a backlog of one webhook and prints how long opening,
//! finding work and claiming take then. Linux only: it reads `/proc`.
#![allow(clippy::print_stdout)]

use std::{sync::Arc, time::Instant};

use bellwire_core::{
    crypt::{Key, Keyring},
    delivery::{Job, Kind},
    headers::HeaderList,
    policy::Next,
    ports::{Claim, LaneAsk, Query, Store},
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    conformance::{Subject, World},
    entropy::SeededEntropy,
};
use bytes::Bytes;
use tokio::sync::mpsc;

const EVENTS: usize = 60_000;

struct Bench(Sqlite);

#[async_trait::async_trait]
impl Subject for Bench {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {}
}

/// Processor time of a thread of this process, in seconds.
fn thread_cpu(name: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    tasks
        .flatten()
        .filter(|task| {
            let comm = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            name.starts_with(comm.trim())
        })
        .map(|task| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            stat.split_whitespace()
                .next()
                .and_then(|ns| ns.parse::<f64>().ok())
                .unwrap_or(0.0)
        })
        .sum::<f64>()
        / 1e9
}

fn written() -> f64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("Linux");
    io.lines()
        .find_map(|line| line.strip_prefix("wchar: "))
        .and_then(|bytes| bytes.parse().ok())
        .unwrap_or(0.0)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build();
    let runtime = runtime.expect("a runtime");
    if std::env::args().nth(1).as_deref() == Some("backlog") {
        let size = std::env::args()
            .nth(2)
            .map_or(1_000_000, |text| text.parse().expect("a number"));
        return runtime.block_on(backlog(size));
    }
    let mut arguments = std::env::args()
        .skip(1)
        .map(|text| text.parse::<usize>().expect("a number"));
    let callers = arguments.next().unwrap_or(64);
    let fan_out = arguments.next().unwrap_or(1);
    let size = arguments.next().unwrap_or(500);
    runtime.block_on(run(callers, fan_out, size));
}

fn open(place: &tempfile::TempDir) -> Sqlite {
    let keyring = Keyring::new(vec![Key::from_bytes([1; 32])]).expect("a key");
    let options = Options::new(place.path().join("bellwire.db"));
    Sqlite::open(&options, keyring, Arc::new(SeededEntropy::new(1))).expect("it opens")
}

/// Resident memory of this process, in MiB.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

async fn backlog(size: usize) {
    let place = tempfile::TempDir::new().expect("a directory");
    let store = open(&place);
    println!("empty: {} MiB", resident_mib());
    let world = World::new(Bench(store.clone()));
    let cool = world.organization("cool").await;
    let (busy, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let began = Instant::now();
    for _ in 0..size / 1000 {
        let events = (0..1000)
            .map(|_| world.to(world.event(&cool), &[&busy], Kind::Matched, false))
            .collect();
        world.submit(&cool, events).await.expect("stored");
    }
    println!(
        "{size} stored in {:.1?}: {} MiB",
        began.elapsed(),
        resident_mib()
    );
    world.enqueue(&cool, &other).await;
    drop(world);
    store.close().await;
    drop(store);
    let began = Instant::now();
    let store = open(&place);
    println!(
        "open: {:.1?}, {} pending",
        began.elapsed(),
        Query::stats(&store).pending
    );
    let began = Instant::now();
    let lanes = store.due_lanes().await.expect("asked");
    println!("due_lanes: {:.1?}, {} lanes", began.elapsed(), lanes.len());
    for (name, webhook) in [("other", &other), ("busy", &busy), ("busy", &busy)] {
        let began = Instant::now();
        let asks = [LaneAsk {
            webhook_id: webhook.id,
            room: 64,
            exclusive: false,
        }];
        let now = webhook.created_at + 1;
        let jobs = store.claim(&asks, now).await.expect("claimed");
        println!(
            "claim of {name}: {:.1?}, {} jobs",
            began.elapsed(),
            jobs.len()
        );
    }
    println!("{} MiB", resident_mib());
}

async fn run(callers: usize, fan_out: usize, size: usize) {
    let place = tempfile::TempDir::new().expect("a directory");
    let world = Arc::new(World::new(Bench(open(&place))));
    let cool = world.organization("cool").await;
    let mut webhooks = Vec::new();
    for _ in 0..fan_out {
        webhooks.push(world.webhook(&cool).await);
    }
    let events = EVENTS / fan_out;
    let template = world.submission(&cool, Vec::new()).await;
    let (sender, mut inbox) = mpsc::channel(256);
    let recorder = {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let mut batch: Vec<Job> = Vec::new();
            let mut done = 0;
            while inbox.recv_many(&mut batch, 128).await > 0 {
                let records = batch
                    .drain(..)
                    .map(|job| record(&world, &job))
                    .collect::<Arc<[_]>>();
                done += records.len();
                world.store().record(records).await.expect("recorded");
            }
            done
        })
    };
    let (began, cpu, bytes) = (Instant::now(), thread_cpu("store-writer"), written());
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (world, cool, webhooks) = (Arc::clone(&world), cool.clone(), webhooks.clone());
            let (template, sender) = (template.clone(), sender.clone());
            tokio::spawn(async move {
                for _ in 0..events / callers {
                    let mut event = world.event(&cool);
                    event.data = Bytes::from(vec![b'x'; size]);
                    let to: Vec<_> = webhooks.iter().collect();
                    let new = world.to(event, &to, Kind::Matched, true);
                    let mut submission = template.clone();
                    submission.events = vec![new.clone()];
                    world.store().enqueue(submission).await.expect("stored");
                    for delivery in &new.deliveries {
                        let job = Job {
                            delivery_id: delivery.id,
                            webhook_id: delivery.webhook_id,
                            kind: delivery.kind,
                            attempts: 0,
                            created_at: world.now,
                            event: Arc::clone(&new.event),
                        };
                        sender.send(job).await.expect("the recorder runs");
                    }
                }
            })
        })
        .collect();
    drop(sender);
    for task in tasks {
        task.await.expect("no panic");
    }
    let done = recorder.await.expect("no panic") as f64;
    let took = began.elapsed().as_secs_f64();
    let stats = world.store().stats();
    println!(
        "callers {callers}, fan-out {fan_out}, {size} B: {:.0} deliveries/s, writer {:.1} us, \
         checkpoint {:.1} us, {:.0} B written each; {:.0} us and {:.1} calls a commit",
        done / took,
        (thread_cpu("store-writer") - cpu) / done * 1e6,
        thread_cpu("store-checkpoint") / done * 1e6,
        (written() - bytes) / done,
        stats.commit_us as f64 / stats.commits as f64,
        stats.calls as f64 / stats.commits as f64,
    );
}

fn record(world: &World<Bench>, job: &Job) -> bellwire_core::ports::Record {
    let mut record = world.record(job, 200, Next::Deliver);
    record.attempt.address = Some("127.0.0.1:8080".parse().expect("an address"));
    record.attempt.request_headers = [
        ("content-type", "application/json"),
        ("user-agent", "Bellwire/0.1.0"),
        ("webhook-id", &job.event.id.to_string()),
        ("webhook-timestamp", "1763700000"),
        ("webhook-signature", "***"),
    ]
    .into_iter()
    .collect();
    let mut response_headers: HeaderList = [
        ("content-type", "application/json"),
        ("content-length", "200"),
    ]
    .into_iter()
    .collect();
    for index in 0..8 {
        response_headers.push(&format!("x-header-{index}"), "some value of a header");
    }
    record.attempt.response_headers = response_headers;
    record.attempt.excerpt = Bytes::from(vec![b'y'; 200]);
    record
}
