//! Killed in the middle of a resend in bulk, the server goes on with it: every event is sent again,
//! and by the job exactly once.

use std::collections::HashMap;

use bellwire_testkit::receiver::{Behaviour, Received, Receiver};
use serde_json::{Value, json};

use super::server::{ORGANIZATION, Producer, Server, serve};

/// Events that failed.
const FAILED: usize = 2_000;
/// Posted in one request.
const BATCH: usize = 500;
/// When the server is killed: after so many of them have arrived.
const KILLS: [usize; 3] = [150, 700, 1_300];
/// What can be in flight at a kill: the requests at once of a webhook that does not say otherwise.
const IN_FLIGHT: usize = 64;

fn within(path: &str) -> String {
    format!("/organizations/{ORGANIZATION}{path}")
}

/// How often each event was sent.
fn counts(requests: &[Received]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in requests {
        let id = request.header("webhook-id").unwrap_or_default();
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

/// Asks again until the answer is as wanted.
async fn until(ask: impl Fn() -> Value, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..100_000 {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    panic!("it does not come to that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_killed_goes_on_and_sends_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    receiver.always("/hook", Behaviour::Status(503));
    let mut server = Server::start(&serve(folder.path())).await;
    let producer = Producer::new(&server.first_token().await);
    producer.organization(&server.url);
    let url = receiver.url("/hook");
    let once = json!({"overrides": {"retry": {"kind": "none"}}});
    let webhook = producer.webhook(&server.url, &url, once);
    let post = |server: &Server, path: &str, body: &Value| {
        let answer = producer.post(&server.url, &within(path), body);
        answer.expect("the server answers")
    };
    let mut events: Vec<String> = Vec::new();
    for batch in 0..FAILED / BATCH {
        let new: Vec<Value> = (0..BATCH)
            .map(|n| json!({"type": "test.event", "data": {"n": batch * BATCH + n}}))
            .collect();
        let (status, answer) = post(&server, "/events", &json!(new));
        assert_eq!(status, 202, "{answer}");
        let receipts = answer["events"].as_array().expect("receipts");
        events.extend(
            receipts
                .iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(events.len(), FAILED);
    receiver.wait_for(FAILED).await;
    let filter = json!({"filter": {"webhook": webhook}});
    let counted = until(
        || post(&server, "/jobs/count", &filter).1,
        |count| count["count"] == FAILED,
    )
    .await;
    assert_eq!(counted["complete"], true);

    receiver.clear();
    receiver.always("/hook", Behaviour::Status(200));
    let path = format!("/webhooks/{webhook}/resend-failed");
    let (status, job) = post(&server, &path, &json!({"per_second": 500}));
    assert_eq!(status, 202, "{job}");
    assert_eq!(job["total"], FAILED);
    for kill in KILLS {
        receiver.wait_for(kill).await;
        server.kill().await;
        receiver.wait_open(0).await;
        server = Server::start(&serve(folder.path())).await;
    }
    receiver
        .wait_until(|requests| counts(requests).len() == FAILED)
        .await;
    let again = format!("/jobs/{}", job["id"].as_str().expect("an id"));
    let get = |path: &str| producer.get(&server.url, &within(path));
    let job = until(|| get(&again), |job| job["state"] == "finished").await;
    assert_eq!(job["done"], FAILED, "{job}");
    assert_eq!(job["skipped"]["total"], 0, "{job}");
    for event in &events {
        let shown = get(&format!("/events/{event}"));
        let resent: Vec<&Value> = shown["deliveries"]
            .as_array()
            .expect("deliveries")
            .iter()
            .filter(|delivery| delivery["kind"] == "resent")
            .collect();
        assert_eq!(resent.len(), 1, "{shown}");
    }
    let sent = counts(&receiver.received());
    let twice: usize = sent.values().map(|count| count - 1).sum();
    println!("{} kills: {twice} sent twice", KILLS.len());
    assert!(twice <= KILLS.len() * IN_FLIGHT, "{twice} were sent twice");
    assert!(server.stop().await, "it stops in order");
}
