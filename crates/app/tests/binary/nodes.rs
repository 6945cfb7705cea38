//! Three nodes on one PostgreSQL, killed again and again, and the database with them: nothing that
//! any of them acknowledged is lost, and they recover by themselves.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{
    entropy::SeededEntropy,
    postgres::{self, Stop},
    receiver::{Behaviour, Received, Receiver},
};
use serde_json::json;

use super::server::{Producer, Server};

const NODES: usize = 3;
const KILLS: usize = 8;
const POSTERS: usize = 3;
/// How long the nodes are left alone between one disturbance and the next, at most.
const PAUSE_MS: u64 = 900;
/// The same key on every node.
const KEY: &str = "secrets.keys=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn words(command: &str, database: &str) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![env!("CARGO_BIN_EXE_bellwire").into(), command.into()];
    let url = format!("store.url={database}");
    for setting in [
        "server.listen=127.0.0.1:0",
        "delivery.allow_networks=127.0.0.0/8",
        "delivery.allow_http_loopback=true",
        "log.level=error",
        KEY,
        &url,
    ] {
        words.extend(["--set".into(), setting.into()]);
    }
    words
}

fn migrate(database: &str) {
    let words = words("migrate", database);
    let output = std::process::Command::new(&words[0])
        .args(&words[1..])
        .output();
    let output = output.expect("the binary runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where each node is; `None` while it is down.
type Urls = Arc<Mutex<Vec<Option<String>>>>;

/// Posts without pause to one node after the other, and keeps the ids of what was acknowledged. A
/// node that cannot commit says 503, and nothing else but 202.
fn post(urls: &Urls, done: &AtomicBool, producer: &Producer, poster: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0_usize.. {
        if done.load(Ordering::SeqCst) {
            break;
        }
        let url = urls.lock().expect("no panic")[(poster + number) % NODES].clone();
        let Some(url) = url else {
            thread::yield_now();
            continue;
        };
        match producer.event(&url, &json!({"poster": poster, "number": number})) {
            Ok((202, answer)) => {
                acknowledged.push(answer["id"].as_str().expect("an id").to_owned());
            }
            Ok((503, _)) | Err(_) => {}
            Ok((status, answer)) => panic!("posting was answered with {status}: {answer}"),
        }
    }
    acknowledged
}

fn ids(requests: &[Received]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in requests {
        let id = request
            .header("webhook-id")
            .expect("each request is signed");
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

/// ADV-11 on many nodes: kills of a random node, and a stop and a crash of PostgreSQL in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_by_any_node_is_lost() {
    let seed =
        std::env::var("BELLWIRE_TEST_SEED").map_or(7, |seed| seed.parse().expect("a number"));
    println!("BELLWIRE_TEST_SEED={seed} repeats the moments of these kills");
    let dice = SeededEntropy::new(seed);
    let server = postgres::Server::start(&[]);
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    receiver.always("/", Behaviour::AnswerAfter(Duration::from_millis(3), 200));

    let mut first = Server::start(&words("serve", &database)).await;
    let producer = Producer::new(&first.first_token().await);
    producer.organization(&first.url);
    producer.webhook(&first.url, &receiver.url("/"), json!({}));
    let mut nodes = vec![Some(first)];
    for _ in 1..NODES {
        nodes.push(Some(Server::start(&words("serve", &database)).await));
    }
    let addresses = nodes.iter().flatten().map(|node| Some(node.url.clone()));
    let urls: Urls = Arc::new(Mutex::new(addresses.collect()));
    let done = Arc::new(AtomicBool::new(false));
    let posters: Vec<_> = (0..POSTERS)
        .map(|poster| {
            let (urls, done, producer) = (Arc::clone(&urls), Arc::clone(&done), producer.clone());
            thread::spawn(move || post(&urls, &done, &producer, poster))
        })
        .collect();

    for kill in 0..KILLS {
        // Waits for nothing: the moment of the kill, as the dice say.
        tokio::time::sleep(Duration::from_millis(dice.u64() % PAUSE_MS)).await;
        match kill {
            2 => server.stop(Stop::Fast),
            5 => server.stop(Stop::Immediate),
            _ => {}
        }
        if matches!(kill, 2 | 5) {
            tokio::time::sleep(Duration::from_millis(dice.u64() % PAUSE_MS)).await;
            server.resume();
            continue;
        }
        let victim = usize::try_from(dice.u64() % NODES as u64).expect("small");
        urls.lock().expect("no panic")[victim] = None;
        nodes[victim].take().expect("it runs").kill().await;
        let node = Server::start(&words("serve", &database)).await;
        urls.lock().expect("no panic")[victim] = Some(node.url.clone());
        nodes[victim] = Some(node);
    }
    // A last one, which nobody starts again: the others take over what it held.
    urls.lock().expect("no panic")[0] = None;
    nodes[0].take().expect("it runs").kill().await;
    let killed = Instant::now();
    done.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    for poster in posters {
        acknowledged.extend(
            poster
                .join()
                .expect("a poster saw 202, 503 and broken connections"),
        );
    }

    let wanted: HashSet<&String> = acknowledged.iter().collect();
    receiver
        .wait_until(|requests| {
            let arrived = ids(requests);
            wanted.iter().all(|id| arrived.contains_key(*id))
        })
        .await;
    let taken_over = killed.elapsed();
    let sent: usize = ids(&receiver.received()).values().sum();
    println!(
        "{} events acknowledged by {NODES} nodes, none lost; {} sent more than once; everything had \
         arrived {:.1} s after the last kill",
        acknowledged.len(),
        sent - ids(&receiver.received()).len(),
        taken_over.as_secs_f64(),
    );
    assert!(
        acknowledged.len() > 10 * KILLS,
        "there was something to lose"
    );
    for node in nodes.into_iter().flatten() {
        assert!(node.stop().await, "it stops in order");
    }
}
