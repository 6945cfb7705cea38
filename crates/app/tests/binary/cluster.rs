//! Several nodes of the real binary over one PostgreSQL, and producers that post to them without
//! pause.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    ffi::OsString,
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bellwire_testkit::receiver::{Received, Receiver};
use serde_json::json;
use tokio::sync::watch;

use super::server::{Producer, Server};

/// The same key on every node.
const KEY: &str = "secrets.keys=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// How long a producer that was refused waits before it posts again.
const BACK_OFF: Duration = Duration::from_millis(20);
/// How long a wait for acknowledgements may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command line of a command on this database.
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

/// Makes the schema.
pub(crate) fn migrate(database: &str) {
    let words = words("migrate", database);
    let output = std::process::Command::new(&words[0])
        .args(&words[1..])
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

/// Starts a node on this database.
pub(crate) async fn node(database: &str) -> Server {
    Server::start(&words("serve", database)).await
}

/// Starts a node for each of these URLs of one database, which is new. The producer may use them
/// all; there is one webhook, which sends to this URL.
pub(crate) async fn nodes(databases: &[String], webhook: &str) -> (Vec<Server>, Producer) {
    let mut first = node(&databases[0]).await;
    let producer = Producer::new(&first.first_token().await);
    producer.organization(&first.url);
    producer.webhook(&first.url, webhook, json!({}));
    let mut nodes = vec![first];
    for database in &databases[1..] {
        nodes.push(node(database).await);
    }
    (nodes, producer)
}

/// An event that a node has acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) id: String,
    /// Which node.
    pub(crate) node: usize,
    /// When.
    pub(crate) at: Instant,
}

/// What producers have seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Answers of 503.
    pub(crate) refused: usize,
    /// Requests that were not answered: the node was killed.
    pub(crate) broken: usize,
    /// The longest that anybody waited for an answer.
    pub(crate) slowest: Duration,
}

impl Seen {
    /// The ids of what was acknowledged.
    pub(crate) fn ids(&self) -> HashSet<String> {
        let ids = self.acknowledged.iter().map(|event| event.id.clone());
        ids.collect()
    }
}

/// Producers that post until they are stopped: so many for each node, each of them to its node and,
/// while that is down, to nobody.
pub(crate) struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// Where each node is; `None` while it is down.
    urls: Mutex<Vec<Option<String>>>,
    seen: watch::Sender<Seen>,
    done: Mutex<bool>,
    /// Told when it is done.
    end: Condvar,
}

impl Load {
    /// Begins.
    pub(crate) fn start(nodes: &[Server], producer: &Producer, each: usize) -> Self {
        let shared = Arc::new(Shared {
            urls: Mutex::new(nodes.iter().map(|node| Some(node.url.clone())).collect()),
            seen: watch::Sender::new(Seen::default()),
            done: Mutex::new(false),
            end: Condvar::new(),
        });
        let threads = (0..nodes.len() * each)
            .map(|number| {
                let (shared, producer) = (Arc::clone(&shared), producer.clone());
                let node = number % nodes.len();
                thread::spawn(move || shared.post(&producer, node))
            })
            .collect();
        Self { shared, threads }
    }

    /// A node is where this says, or down.
    pub(crate) fn moved(&self, node: usize, url: Option<String>) {
        self.shared.urls.lock().expect("no panic")[node] = url;
    }

    /// Waits until so many have been acknowledged by each node since then; by when that was.
    pub(crate) async fn acknowledged(&self, since: Instant, each: usize) -> Instant {
        let nodes = self.shared.urls.lock().expect("no panic").len();
        let mut seen = self.shared.seen.subscribe();
        let enough = seen.wait_for(|seen| {
            let mut counts = vec![0; nodes];
            let fresh = seen.acknowledged.iter().rev();
            for event in fresh.take_while(|event| event.at > since) {
                counts[event.node] += 1;
            }
            counts.iter().all(|count| *count >= each)
        });
        let waited = tokio::time::timeout(PATIENCE, enough).await;
        drop(
            waited
                .expect("every node acknowledges")
                .expect("producers live"),
        );
        Instant::now()
    }

    /// Ends; what was seen.
    pub(crate) fn stop(self) -> Seen {
        *self.shared.done.lock().expect("no panic") = true;
        self.shared.end.notify_all();
        for thread in self.threads {
            thread
                .join()
                .expect("a producer saw 202, 503 and broken connections");
        }
        self.shared.seen.send_replace(Seen::default())
    }
}

impl Shared {
    /// Posts to one node, until the end. A node that cannot commit says 503, and nothing else but
    /// 202.
    fn post(&self, producer: &Producer, node: usize) {
        let mut number = 0_u64;
        while !*self.done.lock().expect("no panic") {
            let url = self.urls.lock().expect("no panic")[node].clone();
            number += 1;
            let began = Instant::now();
            let answer = url.map(|url| producer.event(&url, &json!({"number": number})));
            let mut goes_on = false;
            self.seen.send_if_modified(|seen| {
                match answer {
                    Some(Ok((202, answer))) => {
                        goes_on = true;
                        seen.acknowledged.push(Acknowledged {
                            id: answer["id"].as_str().expect("an id").to_owned(),
                            node,
                            at: Instant::now(),
                        });
                    }
                    Some(Ok((503, _))) => seen.refused += 1,
                    Some(Err(_)) => seen.broken += 1,
                    Some(Ok((status, answer))) => {
                        panic!("posting was answered with {status}: {answer}")
                    }
                    None => return false,
                }
                seen.slowest = seen.slowest.max(began.elapsed());
                goes_on
            });
            if !goes_on {
                let done = self.done.lock().expect("no panic");
                drop(self.end.wait_timeout(done, BACK_OFF).expect("no panic"));
            }
        }
    }
}

/// The id of the event that a request carries.
pub(crate) fn id(request: &Received) -> &str {
    request
        .header("webhook-id")
        .expect("each request is signed")
}

/// Waits until all of these have arrived; how many requests there were beyond one for each event.
pub(crate) async fn arrived(receiver: &Receiver, wanted: HashSet<String>) -> usize {
    let left = RefCell::new((0, wanted));
    receiver
        .wait_until(|requests| {
            let (looked, left) = &mut *left.borrow_mut();
            for request in &requests[*looked..] {
                left.remove(id(request));
            }
            *looked = requests.len();
            left.is_empty()
        })
        .await;
    let requests = receiver.received();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for request in &requests {
        *counts.entry(id(request)).or_default() += 1;
    }
    requests.len() - counts.len()
}
