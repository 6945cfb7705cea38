//! Three nodes, each with its own bad connection to PostgreSQL: cut in the middle of a message,
//! stalled, refused, forgotten. Nothing that was acknowledged is lost, nothing waits for ever, and
//! all recovers by itself.

use std::{
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

const NODES: usize = 3;
const CHANGES: usize = 16;
/// How long one kind of weather lasts, at most.
const WEATHER_MS: u64 = 1_000;
/// An event takes a few thousand bytes to store and record.
const WITHIN: u64 = 20_000;
/// The longest that any request may take: a transaction gets ten seconds to be answered, the one
/// behind it ten more to connect.
const LONGEST: Duration = Duration::from_secs(25);
/// From the moment when all connections are forgotten to an acknowledgement by every node: those ten
/// seconds, and room for a busy machine.
const BOUND: Duration = Duration::from_secs(15);
/// What is left to do after the last disturbance is done by then.
const DONE_BY: Duration = Duration::from_secs(45);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_hangs_over_bad_connections() {
    let seed = seed("this weather");
    let dice = SeededEntropy::new(seed);
    let server = postgres::Server::shared();
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    receiver.always("/", Behaviour::AnswerAfter(Duration::from_millis(3), 200));
    let direct = format!(":{}/", server.port());
    let (mut proxies, mut urls) = (Vec::new(), Vec::new());
    for number in 0..NODES {
        let target = SocketAddr::from(([127, 0, 0, 1], server.port()));
        let proxy = Proxy::before(target, seed + number as u64).await;
        let through = format!(":{}/", proxy.address().port());
        urls.push(database.replace(&direct, &through));
        proxies.push(proxy);
    }
    let (nodes, producer) = nodes(&urls, &receiver.url("/")).await;
    let load = Load::start(&nodes, &producer, 2);
    load.acknowledged(Instant::now(), 20).await;

    for change in 0..CHANGES {
        let weather = match change % 4 {
            0 => Weather::Stalled,
            1 => Weather::Refusing,
            _ => Weather::Cutting { within: WITHIN },
        };
        let node = usize::try_from(dice.u64() % NODES as u64).expect("small");
        proxies[node].set(weather);
        // Waits for nothing: how long the weather lasts, as the dice say.
        tokio::time::sleep(Duration::from_millis(dice.u64() % WEATHER_MS)).await;
        // Weather of several nodes overlaps.
        if change % 3 == 2 {
            proxies.iter().for_each(|proxy| proxy.set(Weather::Clear));
        }
    }
    proxies.iter().for_each(|proxy| proxy.set(Weather::Clear));
    load.acknowledged(Instant::now(), 1).await;

    // All connections at once, of which nobody is told.
    let forgotten = Instant::now();
    proxies.iter().for_each(Proxy::forget);
    let back = load.acknowledged(forgotten, 1).await - forgotten;
    load.acknowledged(Instant::now(), 20).await;
    let seen = load.stop();
    let cuts: usize = proxies.iter().map(Proxy::cuts).sum();
    println!(
        "{} events acknowledged over {cuts} cuts; {} refused, the longest request took {:.1} s; every \
         node acknowledged again {:.1} s after all connections were forgotten",
        seen.acknowledged.len(),
        seen.refused,
        seen.slowest.as_secs_f64(),
        back.as_secs_f64(),
    );

    let more = arrived(&receiver, seen.ids()).await;
    // Also what a refused request had stored all the same, and what was recorded in vain.
    let pending = "SELECT count(*) FROM deliveries WHERE state = 0 OR node IS NOT NULL";
    while server.run(&database, pending) != "0" {
        assert!(forgotten.elapsed() < DONE_BY, "something hangs");
    }
    println!(
        "everything arrived and was recorded {:.1} s after that; {more} requests more than events",
        forgotten.elapsed().as_secs_f64(),
    );
    assert!(cuts >= 3, "there were cuts");
    assert!(seen.refused > 0, "there was something to refuse");
    assert_eq!(seen.broken, 0, "the nodes themselves were well");
    assert!(seen.slowest < LONGEST, "{:?}", seen.slowest);
    assert!(back < BOUND, "{back:?}");
    for node in nodes {
        assert!(node.stop().await, "it stops in order");
    }
}
