//! Three nodes on one PostgreSQL and a webhook with a rate limit: however often its owner is killed,
//! the endpoint never gets more than the limit allows, in any stretch of time.

use std::time::{Duration, Instant};

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{
    entropy::SeededEntropy,
    postgres,
    receiver::{Received, Receiver},
};
use serde_json::json;

use super::{
    cluster::{Load, migrate, node},
    server::{Producer, seed},
};

const NODES: usize = 3;
const KILLS: usize = 4;
const PER_SECOND: usize = 50;
const BURST: usize = 25;
/// How long the nodes are left alone between one kill and the next, at least and at most.
const PAUSE_MS: (u64, u64) = (1_500, 3_000);
/// Requests are counted where they go out. On the way to the endpoint they may come closer together,
/// by what a busy machine makes of it: that much time is added to each stretch.
const ON_THE_WAY: Duration = Duration::from_millis(250);

/// The most requests beyond the rate that any stretch of time has.
pub(crate) fn most_beyond(times: &[Instant], per_second: usize) -> f64 {
    let mut most = f64::MIN;
    for (first, begin) in times.iter().enumerate() {
        for (last, end) in times.iter().enumerate().skip(first) {
            let seconds = (end.duration_since(*begin) + ON_THE_WAY).as_secs_f64();
            most = most.max((last - first + 1) as f64 - seconds * per_second as f64);
        }
    }
    most
}

/// WNK-10: an endpoint is sent no more than it takes, by all nodes together.
#[tokio::test(flavor = "multi_thread")]
async fn a_rate_holds_over_all_nodes_and_over_their_deaths() {
    let dice = SeededEntropy::new(seed("the moments of these kills"));
    let server = postgres::Server::start(&[]);
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    let mut first = node(&database).await;
    let producer = Producer::new(&first.first_token().await);
    producer.organization(&first.url);
    let limit = json!({"per_second": PER_SECOND, "burst": BURST});
    let webhook = json!({"overrides": {"rate_limit": limit}});
    producer.webhook(&first.url, &receiver.url("/"), webhook);
    let mut started = vec![first];
    for _ in 1..NODES {
        started.push(node(&database).await);
    }
    let load = Load::start(&started, &producer, 1);
    let mut running: Vec<_> = started.into_iter().map(Some).collect();
    for kill in 0..KILLS {
        let (least, most) = PAUSE_MS;
        // Waits for nothing: the moment of the kill, as the dice say.
        tokio::time::sleep(Duration::from_millis(least + dice.u64() % (most - least))).await;
        // Each in turn, so that the owner is among them.
        let victim = kill % NODES;
        load.moved(victim, None);
        running[victim].take().expect("it runs").kill().await;
        let anew = node(&database).await;
        load.moved(victim, Some(anew.url.clone()));
        running[victim] = Some(anew);
    }
    let seen = load.stop();
    // It goes on after the last of them, whoever owns it then.
    let enough = receiver.count() + 2 * PER_SECOND;
    receiver
        .wait_until(|received| received.len() >= enough)
        .await;
    let received: Vec<Received> = receiver.received();
    let times: Vec<Instant> = received.iter().map(|request| request.at).collect();
    let beyond = most_beyond(&times, PER_SECOND);
    println!(
        "{} events acknowledged by {NODES} nodes with {KILLS} kills; {} requests, at most {beyond:.1} \
         beyond {PER_SECOND} a second",
        seen.acknowledged.len(),
        times.len(),
    );
    assert!(beyond <= BURST as f64, "{beyond:.1} beyond the rate");
    for node in running.into_iter().flatten() {
        node.kill().await;
    }
}
