//! What counting usage costs the store: records with random ids of many developers, in chunks as a
//! report of 10,000 is cut.
//!
//! `cargo run --release -p bellwire-sqlite --example records -- [records] [developers] [callers]`
//! prints records a second, how long chunks took from call to commit, the writer thread's processor
//! time and the bytes written for each record. Linux only: it reads `/proc`.
#![allow(clippy::print_stdout)]

use std::{sync::Arc, time::Instant};

use bellwire_core::{
    crypt::{Key, Keyring},
    entropy::Entropy as _,
    ports::{CHUNK, Chunk, Group, Store, Usage as _, UsageRecord},
    usage::DeveloperPlan,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    conformance::{Subject, usage::Market},
    entropy::SeededEntropy,
};

/// Records of a report: sorted by plan, then cut.
const REPORT: usize = 10_000;

struct Bench(Sqlite);

#[async_trait::async_trait]
impl Subject for Bench {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {}
}

/// Processor time of the writer's thread, in seconds.
fn writer_cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    tasks
        .flatten()
        .filter(|task| {
            let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            "store-writer".starts_with(name.trim())
        })
        .map(|task| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let used = stat.split_whitespace().next();
            used.and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0)
        })
        .sum::<f64>()
        / 1e9
}

fn written() -> f64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("Linux");
    let bytes = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    bytes.and_then(|bytes| bytes.parse().ok()).unwrap_or(0.0)
}

/// The chunks of a report by random developers.
fn chunks<S: Subject>(
    market: &Market<S>,
    plans: &[DeveloperPlan],
    like: &Chunk,
    random: &SeededEntropy,
) -> Vec<Chunk> {
    let mut places: Vec<usize> = (0..REPORT)
        .map(|_| (random.u64() % plans.len() as u64) as usize)
        .collect();
    places.sort_unstable();
    places
        .chunks(CHUNK)
        .map(|places| {
            let mut groups: Vec<Group> = Vec::new();
            for place in places {
                let mut id = [0; 16];
                random.fill(&mut id);
                let record = UsageRecord {
                    id,
                    count: 1,
                    application: "".into(),
                };
                let (plan, begins) = (plans[*place].id, plans[*place].start);
                match groups.last_mut() {
                    Some(group) if group.plan == plan => group.records.push(record),
                    _ => groups.push(Group {
                        plan,
                        begins,
                        period: market.period(),
                        records: vec![record],
                    }),
                }
            }
            Chunk {
                groups,
                ..like.clone()
            }
        })
        .collect()
}

fn main() {
    let argument = |place: usize, default: usize| {
        let text = std::env::args().nth(place);
        text.map_or(default, |text| text.parse().expect("a number"))
    };
    let (records, developers) = (argument(1, 2_000_000), argument(2, 10_000));
    let callers = argument(3, 2);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build();
    runtime
        .expect("a runtime")
        .block_on(run(records, developers, callers));
}

async fn run(records: usize, developers: usize, callers: usize) {
    let place = tempfile::tempdir().expect("a directory");
    let keyring = Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key");
    let store = Sqlite::open(
        &Options::new(place.path().join("bellwire.db")),
        keyring,
        Arc::new(SeededEntropy::new(3)),
    )
    .expect("it opens");
    let market = Arc::new(Market::open(Bench(store.clone())).await);
    let mut plans = Vec::with_capacity(developers);
    for number in 0..developers {
        // 1 % is reached every ten records or so, and nothing fires.
        plans.push(market.sell(&format!("dev{number}"), 1_000).await);
    }
    let like = market.chunk(Vec::new()).await;
    let random = SeededEntropy::new(5);
    let reports = records / REPORT;
    let mut times: Vec<f64> = Vec::new();
    let (began, cpu, bytes) = (Instant::now(), writer_cpu(), written());
    let mut shown = Instant::now();
    for number in 0..reports {
        let mut chunks = chunks(&market, &plans, &like, &random).into_iter();
        // As many at a time as there are callers: each of them waits for its answer.
        loop {
            let some: Vec<Chunk> = chunks.by_ref().take(callers).collect();
            if some.is_empty() {
                break;
            }
            let counts = some.into_iter().map(|chunk| {
                let store = store.clone();
                tokio::spawn(async move {
                    let began = Instant::now();
                    store.count(chunk).await.expect("counted");
                    began.elapsed().as_secs_f64() * 1e3
                })
            });
            for count in counts.collect::<Vec<_>>() {
                times.push(count.await.expect("no panic"));
            }
        }
        if shown.elapsed().as_secs() >= 5 {
            shown = Instant::now();
            let done = ((number + 1) * REPORT) as f64;
            println!(
                "{done:>10} records, {:.0}/s",
                done / began.elapsed().as_secs_f64()
            );
        }
    }
    let (took, done) = (began.elapsed().as_secs_f64(), (reports * REPORT) as f64);
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{:.0} records/s", done / took);
    println!(
        "a chunk: p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!(
        "of each record: {:.1} us of the writer, {:.0} bytes written",
        (writer_cpu() - cpu) / done * 1e6,
        (written() - bytes) / done
    );
}
