//! Three nodes on one PostgreSQL, killed again and again, and the database with them: nothing that
//! any of them acknowledged is lost, and they recover by themselves.

use std::time::Duration;

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{
    entropy::SeededEntropy,
    postgres::{self, Stop},
    receiver::{Behaviour, Receiver},
};

use super::{
    cluster::{Load, arrived, migrate, node, nodes},
    server::seed,
};

const NODES: usize = 3;
const KILLS: usize = 8;
/// How long the nodes are left alone between one disturbance and the next, at most.
const PAUSE_MS: u64 = 900;

/// ADV-11 on many nodes: kills of a random node, and a stop and a crash of PostgreSQL in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_by_any_node_is_lost() {
    let dice = SeededEntropy::new(seed("the moments of these kills"));
    let server = postgres::Server::start(&[]);
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    receiver.always("/", Behaviour::AnswerAfter(Duration::from_millis(3), 200));
    let urls = vec![database.clone(); NODES];
    let (started, producer) = nodes(&urls, &receiver.url("/")).await;
    let load = Load::start(&started, &producer, 1);
    let mut running: Vec<_> = started.into_iter().map(Some).collect();

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
        load.moved(victim, None);
        running[victim].take().expect("it runs").kill().await;
        let anew = node(&database).await;
        load.moved(victim, Some(anew.url.clone()));
        running[victim] = Some(anew);
    }
    // A last one, which nobody starts again: the others take over what it held.
    load.moved(0, None);
    running[0].take().expect("it runs").kill().await;
    let seen = load.stop();

    let more = arrived(&receiver, seen.ids()).await;
    println!(
        "{} events acknowledged by {NODES} nodes, none lost; {more} requests more than that; {} \
         refused, {} not answered",
        seen.acknowledged.len(),
        seen.refused,
        seen.broken,
    );
    assert!(
        seen.acknowledged.len() > 10 * KILLS,
        "there was something to lose"
    );
    assert!(seen.refused > 0, "the database was away");
    for node in running.into_iter().flatten() {
        assert!(node.stop().await, "it stops in order");
    }
}
