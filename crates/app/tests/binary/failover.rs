//! The primary dies and its synchronous standby takes its place: nothing that was acknowledged is
//! lost, and the nodes find the new primary by themselves.

use std::{
    collections::HashSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{
    entropy::SeededEntropy,
    postgres,
    proxy::{Proxy, Weather},
    receiver::{Behaviour, Receiver},
};

use super::{
    cluster::{Load, arrived, migrate, nodes},
    server::seed,
};

const NODES: usize = 2;
/// Events that each node acknowledges before the primary dies, and after.
const EVENTS: usize = 200;
/// How long the primary lives on, at most, when it does not reach its standby any more: long enough
/// to lose something, if it acknowledged what the standby does not have.
const CUT_OFF_MS: u64 = 500;
/// How long nobody promotes the standby, at most: what Patroni and its like take to decide is added
/// to what is measured here.
const UNDECIDED_MS: u64 = 500;
/// From the promotion to an acknowledgement by every node: a look at both hosts, and room for a busy
/// machine.
const BOUND: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_standby_takes_over() {
    let seed = seed("the moments of the end and of the promotion");
    let dice = SeededEntropy::new(seed);
    let primary = postgres::Server::start(&[]);
    let database = primary.database();
    migrate(&database);
    let target = SocketAddr::from(([127, 0, 0, 1], primary.port()));
    let between = Proxy::before(target, seed).await;
    let standby = primary.standby(between.address().port());
    let name = database.rsplit('/').next().expect("a name");
    let both = format!(
        "postgresql://postgres@127.0.0.1:{},127.0.0.1:{}/{name}?target_session_attrs=read-write",
        primary.port(),
        standby.port()
    );
    let receiver = Receiver::start().await;
    receiver.always("/", Behaviour::AnswerAfter(Duration::from_millis(3), 200));
    let (nodes, producer) = nodes(&vec![both; NODES], &receiver.url("/")).await;
    let load = Load::start(&nodes, &producer, 2);
    load.acknowledged(Instant::now(), EVENTS).await;

    let cut_off = Instant::now();
    between.set(Weather::Stalled);
    // Both wait for nothing: how long the primary lives on, and how long it takes to decide.
    tokio::time::sleep(Duration::from_millis(100 + dice.u64() % CUT_OFF_MS)).await;
    primary.kill();
    tokio::time::sleep(Duration::from_millis(dice.u64() % UNDECIDED_MS)).await;
    let decided = Instant::now();
    standby.promote();
    let promoted = decided.elapsed();
    let back = load.acknowledged(decided, 1).await - decided;
    load.acknowledged(decided, EVENTS).await;
    let seen = load.stop();
    let lasting = seen.acknowledged.iter().filter(|event| event.at < cut_off);
    println!(
        "{} events acknowledged, {} of them before the primary was cut off from its standby and then \
         killed; the standby was promoted in {:.1} s, and every node acknowledged again {:.1} s after \
         that was asked for; {} requests were refused, the longest took {:.1} s",
        seen.acknowledged.len(),
        lasting.count(),
        promoted.as_secs_f64(),
        back.as_secs_f64(),
        seen.refused,
        seen.slowest.as_secs_f64(),
    );

    let stored = standby.run(&standby.url(name), "SELECT id FROM events");
    let stored: HashSet<&str> = stored.lines().collect();
    for id in seen.ids() {
        assert!(stored.contains(id.as_str()), "{id} was acknowledged");
    }
    let more = arrived(&receiver, seen.ids()).await;
    println!("all of them arrived; {more} requests more than that");
    assert!(seen.refused > 0, "the database was away");
    assert_eq!(seen.broken, 0, "no node was");
    assert!(back < BOUND, "{back:?}");
    for node in nodes {
        assert!(node.stop().await, "it stops in order");
    }
}
