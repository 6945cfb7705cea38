//! Killed at any moment, the server loses nothing that it acknowledged, and sends twice at most
//! what was in flight.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use bellwire::keyring;
use bellwire_core::{
    entropy::Entropy,
    ids::WebhookId,
    ports::{Claim as _, LaneAsk},
    time::Time,
};
use bellwire_testkit::{
    entropy::SeededEntropy,
    receiver::{Behaviour, Received, Receiver},
};
use serde_json::json;

use super::{
    lives::Lives,
    server::{Producer, Server, seed, serve},
};

const KILLS: usize = 30;
const POSTERS: usize = 4;
/// The longest that a life lasts after its first acknowledgement.
const LIFE_MS: u64 = 250;

/// Posts without pause, into whichever life there is, until it is told to end.
fn post(lives: &Lives, producer: &Producer, poster: usize) {
    let mut life = 0;
    for number in 0_u64.. {
        let (url, now) = {
            let state = lives.wait(|state| state.done || state.url.is_some() && state.life >= life);
            if state.done {
                return;
            }
            (state.url.clone().expect("waited for"), state.life)
        };
        match producer.event(&url, &json!({"poster": poster, "number": number})) {
            Ok((202, answer)) => {
                let id = answer["id"].as_str().expect("202 has an id").to_owned();
                lives.change(|state| {
                    state.acknowledged.push(id);
                    state.acknowledged_now += usize::from(state.life == now);
                });
            }
            Ok((status, answer)) => panic!("posting was answered with {status}: {answer}"),
            // Killed in between: nobody knows what became of this event. On with the next life.
            Err(_) => life = now + 1,
        }
    }
}

/// What is pending in a copy of the database: what the next life will find. A copy, so that it is
/// the next life that recovers the log, and not this look.
async fn pending(folder: &Path, webhook: WebhookId) -> HashSet<String> {
    let copy = tempfile::tempdir().expect("a folder");
    for name in ["bellwire.db", "bellwire.db-wal", "bellwire.db.key"] {
        if folder.join(name).exists() {
            std::fs::copy(folder.join(name), copy.path().join(name)).expect("a copy");
        }
    }
    let path = copy.path().join("bellwire.db");
    let entropy = Arc::new(SeededEntropy::new(1));
    let keyring = keyring::load(&[], &path, &*entropy).expect("the key is there");
    let options = bellwire_sqlite::Options::new(&path);
    let store = bellwire_sqlite::Sqlite::open(&options, keyring, entropy).expect("it opens");
    let ask = LaneAsk {
        webhook_id: webhook,
        room: 1_000_000,
        exclusive: false,
    };
    let jobs = store
        .claim(&[ask], Time::from_micros(i64::MAX / 2))
        .await
        .expect("it reads");
    store.close().await;
    jobs.iter().map(|job| job.event.id.to_string()).collect()
}

/// How often each event arrived at a path.
fn arrivals(requests: &[Received], path: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in requests.iter().filter(|request| request.path == path) {
        let id = request
            .header("webhook-id")
            .expect("each request is signed");
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

/// ADV-11, and the promise behind every 202: thirty kills at seeded moments, four producers that
/// post without pause, one endpoint that answers and one that has to be tried again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_only_what_was_in_flight_is_sent_twice() {
    let seed = seed("the moments of these kills");
    let dice = SeededEntropy::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    // Long enough that something is in flight at any moment.
    receiver.always(
        "/steady",
        Behaviour::AnswerAfter(Duration::from_millis(3), 200),
    );
    receiver.script("/flaky", vec![Behaviour::Status(503); 500]);

    let mut server = Server::start(&serve(folder.path())).await;
    let producer = Producer::new(&server.first_token().await);
    producer.organization(&server.url);
    let retry = json!({"kind": "fixed", "interval_s": 1, "max_attempts": 100});
    let steady = producer.webhook(&server.url, &receiver.url("/steady"), json!({}));
    producer.webhook(
        &server.url,
        &receiver.url("/flaky"),
        json!({"overrides": {"retry": retry}}),
    );
    let steady: WebhookId = steady.parse().expect("an id");

    let lives = Arc::new(Lives::default());
    let posters: Vec<_> = (0..POSTERS)
        .map(|poster| {
            let (lives, producer) = (Arc::clone(&lives), producer.clone());
            thread::spawn(move || post(&lives, &producer, poster))
        })
        .collect();

    // For each event, how many kills found it sent but not yet recorded.
    let mut in_flight: BTreeMap<String, usize> = BTreeMap::new();
    for kill in 1..=KILLS {
        lives.begin(&server.url);
        drop(lives.wait(|state| state.acknowledged_now > 0));
        // The moment of the kill: a wait for nothing, as long as the dice say.
        tokio::time::sleep(Duration::from_millis(dice.u64() % LIFE_MS)).await;
        lives.change(|state| state.url = None);
        server.kill().await;
        receiver.wait_open(0).await;
        let acknowledged = lives.change(|state| state.acknowledged.clone());
        let arrived = arrivals(&receiver.received(), "/steady");
        let pending = pending(folder.path(), steady).await;
        for id in &acknowledged {
            let safe = arrived.contains_key(id) || pending.contains(id);
            assert!(
                safe,
                "kill {kill}: {id} was acknowledged, did not arrive, and is not stored"
            );
        }
        for id in pending.into_iter().filter(|id| arrived.contains_key(id)) {
            *in_flight.entry(id).or_default() += 1;
        }
        server = Server::start(&serve(folder.path())).await;
    }
    lives.change(|state| state.done = true);
    for poster in posters {
        poster
            .join()
            .expect("a poster saw nothing but 202 and broken connections");
    }

    let acknowledged = lives.change(|state| std::mem::take(&mut state.acknowledged));
    for path in ["/steady", "/flaky"] {
        let missing: RefCell<(usize, HashSet<&String>)> =
            RefCell::new((0, acknowledged.iter().collect()));
        receiver
            .wait_until(|requests| {
                let (seen, missing) = &mut *missing.borrow_mut();
                for request in &requests[*seen..] {
                    if request.path == path {
                        missing.remove(&request.header("webhook-id").unwrap_or("").to_owned());
                    }
                }
                *seen = requests.len();
                missing.is_empty()
            })
            .await;
    }
    assert!(server.stop().await, "it stops in order");

    let mut duplicates = 0;
    for (id, count) in arrivals(&receiver.received(), "/steady") {
        duplicates += count - 1;
        let allowed = in_flight.get(&id).copied().unwrap_or(0);
        assert!(
            count - 1 <= allowed,
            "{id} arrived {count} times, in flight at {allowed} kills"
        );
    }
    println!(
        "{KILLS} kills: {} events acknowledged, none lost, {duplicates} sent twice of {} in flight",
        acknowledged.len(),
        in_flight.values().sum::<usize>(),
    );
    assert!(acknowledged.len() >= KILLS, "there was something to lose");
}
