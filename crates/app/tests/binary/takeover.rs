//! How long what a dead node held waits: its lease ends ten seconds after its last heartbeat, and
//! then another node goes on with it.

use std::{collections::HashMap, time::Duration, time::Instant};

use bellwire_testkit::{
    postgres,
    receiver::{Behaviour, Receiver},
};
use serde_json::json;

use super::cluster::{id, migrate, nodes};

/// Deliveries that the node holds when it is killed.
const HELD: usize = 200;
/// A lease of ten seconds, a look each second for who is dead, and room for a busy machine.
const BOUND: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_node_held_goes_on_elsewhere() {
    let server = postgres::Server::shared();
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    // So that the node keeps what it is given: some in flight, the rest in its lane.
    receiver.always("/", Behaviour::Hang);
    let urls = vec![database.clone(); 2];
    let (mut nodes, producer) = nodes(&urls, &receiver.url("/")).await;
    let other = nodes.pop().expect("two nodes");
    let victim = nodes.pop().expect("two nodes");

    let mut posted = Vec::new();
    for number in 0..HELD {
        let answer = producer.event(&victim.url, &json!({"number": number}));
        let (status, answer) = answer.expect("it answers");
        assert_eq!(status, 202, "{answer}");
        posted.push(answer["id"].as_str().expect("an id").to_owned());
    }
    let held = "SELECT count(*) FROM deliveries WHERE node = (SELECT min(id) FROM nodes)";
    assert_eq!(
        server.run(&database, held),
        HELD.to_string(),
        "all are leased to it"
    );
    receiver.wait_for(1).await;

    receiver.always("/", Behaviour::Status(200));
    let before = receiver.connections();
    let killed = Instant::now();
    victim.kill().await;
    // When each event came first on a connection of the other node.
    let arrivals = |requests: &[bellwire_testkit::receiver::Received]| {
        let mut first: HashMap<String, Duration> = HashMap::new();
        for request in requests.iter().filter(|one| one.connection >= before) {
            let after = request.at - killed;
            first.entry(id(request).to_owned()).or_insert(after);
        }
        first
    };
    let requests = receiver
        .wait_until(|requests| arrivals(requests).len() == HELD)
        .await;
    let first = arrivals(&requests);
    let mut after: Vec<Duration> = posted.iter().map(|id| first[id]).collect();
    after.sort_unstable();
    println!(
        "a node was killed: its {HELD} deliveries went on elsewhere, the first after {:.1} s, half of \
         them after {:.1} s, the last after {:.1} s",
        after[0].as_secs_f64(),
        after[HELD / 2].as_secs_f64(),
        after[HELD - 1].as_secs_f64(),
    );
    assert!(after[HELD - 1] < BOUND, "{:?}", after[HELD - 1]);
    assert!(other.stop().await, "it stops in order");
}
