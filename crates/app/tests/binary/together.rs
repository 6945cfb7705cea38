//! Several nodes on one PostgreSQL that act as one: a pause holds on each of them, what it held drains
//! at one rate, and a resend in bulk that all of them move on makes each delivery once.

use std::{collections::HashMap, time::Instant};

use bellwire_testkit::{
    postgres,
    receiver::{Behaviour, Received, Receiver},
};
use serde_json::{Value, json};

use super::{
    cluster::{migrate, node},
    rate::most_beyond,
    server::{ORGANIZATION, Producer, Server},
};

fn within(path: &str) -> String {
    format!("/organizations/{ORGANIZATION}{path}")
}

/// Two nodes on a database of their own.
async fn two() -> (String, [Server; 2], Producer) {
    let database = postgres::Server::shared().database();
    migrate(&database);
    let mut first = node(&database).await;
    let producer = Producer::new(&first.first_token().await);
    producer.organization(&first.url);
    let second = node(&database).await;
    (database, [first, second], producer)
}

/// Asks again until the answer is as wanted.
async fn until(ask: impl Fn() -> Value, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..20_000 {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    panic!("it does not come to that: {}", ask());
}

/// Posts so many events to each node in turn; their ids.
fn post(producer: &Producer, nodes: &[Server], count: usize) -> Vec<String> {
    const BATCH: usize = 50;
    let mut ids = Vec::new();
    for batch in 0..count / BATCH {
        let new: Vec<Value> = (0..BATCH)
            .map(|n| json!({"type": "test.event", "data": {"n": batch * BATCH + n}}))
            .collect();
        let url = &nodes[batch % nodes.len()].url;
        let (status, answer) = producer
            .post(url, &within("/events"), &json!(new))
            .expect("the node answers");
        assert_eq!(status, 202, "{answer}");
        let receipts = answer["events"].as_array().expect("receipts");
        ids.extend(
            receipts
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
    }
    ids
}

fn counts(requests: &[Received]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in requests {
        let id = request.header("webhook-id").unwrap_or_default();
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

fn change(producer: &Producer, node: &Server, path: &str, body: &Value) -> Value {
    let (status, answer) = producer
        .post(&node.url, &within(path), body)
        .expect("the node answers");
    assert!((200..300).contains(&status), "{path}: {status}: {answer}");
    answer
}

/// WNK-9: what one node is told, all of them do: paused through the one, nothing goes out from either;
/// resumed through the other, it drains at the rate that was asked for, whoever sends it.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_on_every_node_and_drains_at_one_rate() {
    const HELD: usize = 400;
    const PER_SECOND: usize = 100;
    let (_, nodes, producer) = two().await;
    let receiver = Receiver::start().await;
    let webhook = producer.webhook(&nodes[0].url, &receiver.url("/"), json!({}));
    post(&producer, &nodes, 100);
    receiver.wait_for(100).await;
    let path = format!("/webhooks/{webhook}");
    change(&producer, &nodes[0], &format!("{path}/pause"), &json!({}));
    receiver.clear();
    let held = post(&producer, &nodes, HELD);
    for node in &nodes {
        let shown = producer.get(&node.url, &within(&path));
        assert_eq!(shown["paused"]["held"]["count"], HELD, "{shown}");
        for id in [&held[0], &held[HELD - 1]] {
            let event = producer.get(&node.url, &within(&format!("/events/{id}")));
            assert_eq!(event["deliveries"][0]["state"], "held", "{event}");
            assert_eq!(event["deliveries"][0]["attempts"], json!([]), "{event}");
        }
    }
    assert_eq!(receiver.count(), 0, "nothing goes out");

    let drain = json!({"drain_per_second": PER_SECOND});
    change(&producer, &nodes[1], &format!("{path}/resume"), &drain);
    let received = receiver
        .wait_until(|requests| counts(requests).len() == HELD)
        .await;
    assert_eq!(received.len(), HELD, "each once");
    let times: Vec<Instant> = received.iter().map(|request| request.at).collect();
    let beyond = most_beyond(&times, PER_SECOND);
    println!("{HELD} held, drained at most {beyond:.1} beyond {PER_SECOND} a second");
    // The burst of a drain is a tenth of its rate.
    assert!(
        beyond <= PER_SECOND as f64 / 10.0,
        "{beyond:.1} beyond the rate"
    );
    for node in &nodes {
        let ask = || producer.get(&node.url, &within(&path));
        let shown = until(ask, |shown| shown["drain"].is_null()).await;
        assert_eq!(shown["paused"], Value::Null, "{shown}");
    }
    for node in nodes {
        assert!(node.stop().await, "it stops in order");
    }
}

/// A job is everybody's: two nodes move it on, one of them is killed in the middle and another comes,
/// and each delivery is made once, no faster than the rate.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_run_by_several_nodes_and_makes_each_delivery_once() {
    const FAILED: usize = 1_000;
    const PER_SECOND: usize = 200;
    let (database, nodes, producer) = two().await;
    let receiver = Receiver::start().await;
    receiver.always("/", Behaviour::Status(503));
    let once = json!({"overrides": {"retry": {"kind": "none"}}});
    let webhook = producer.webhook(&nodes[0].url, &receiver.url("/"), once);
    let events = post(&producer, &nodes, FAILED);
    receiver.wait_for(FAILED).await;
    let filter = json!({"filter": {"webhook": webhook}});
    let ask = || {
        let counted = producer.post(&nodes[1].url, &within("/jobs/count"), &filter);
        counted.expect("the node answers").1
    };
    until(ask, |count| count["count"] == FAILED).await;

    receiver.clear();
    receiver.always("/", Behaviour::Status(200));
    let path = format!("/webhooks/{webhook}/resend-failed");
    let rate = json!({"per_second": PER_SECOND});
    let job = change(&producer, &nodes[0], &path, &rate);
    let job = within(&format!("/jobs/{}", job["id"].as_str().expect("an id")));
    receiver.wait_for(FAILED / 4).await;
    let [first, second] = nodes;
    first.kill().await;
    let third = node(&database).await;
    let received = receiver
        .wait_until(|requests| counts(requests).len() == FAILED)
        .await;
    let done = until(
        || producer.get(&third.url, &job),
        |job| job["state"] == "finished",
    )
    .await;
    assert_eq!(done["done"], FAILED, "{done}");
    assert_eq!(done["skipped"]["total"], 0, "{done}");
    for event in &events {
        let shown = producer.get(&second.url, &within(&format!("/events/{event}")));
        let deliveries = shown["deliveries"].as_array().expect("deliveries");
        let resent = deliveries.iter().filter(|one| one["kind"] == "resent");
        assert_eq!(resent.count(), 1, "{shown}");
    }
    let took = received[received.len() - 1].at - received[0].at;
    println!(
        "{FAILED} sent again by three nodes, one of them killed, in {took:?}; {} sent twice",
        received.len() - FAILED
    );
    // The first of them is due at once, with the rest of its step.
    let least = (FAILED - PER_SECOND) as f64 / PER_SECOND as f64;
    assert!(
        took.as_secs_f64() >= least,
        "{took:?} is faster than its rate"
    );
    for node in [second, third] {
        assert!(node.stop().await, "it stops in order");
    }
}
