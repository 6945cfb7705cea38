//! Two nodes that report usage at once.

mod database;

use std::collections::BTreeSet;

use bellwire_core::{
    ids::EventId,
    ports::{Group, Usage as _},
};
use bellwire_testkit::conformance::usage::{Market, record};
use database::{
    connect,
    nodes::{Node, PATIENCE},
};
use tokio::time::timeout;

/// The same records of the same plans, reported to both at once and in another order: each counts once,
/// each percentage fires once, and neither waits for the other in a circle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_count_the_same_report_once() {
    const PLANS: u64 = 20;
    const ROUNDS: u64 = 25;
    let database = database::Database::new().await;
    let (one, other) = (database.open().await, database.open().await);
    let market = Market::open(Node(one.clone())).await;
    let webhook = market.world.webhook(&market.organization).await;
    market.tell("%= 10 to 100 by 10", &[&webhook]).await;
    let mut plans = Vec::new();
    for number in 0..PLANS {
        plans.push(market.sell(&format!("dev{number}"), ROUNDS * 4).await);
    }
    let (mut repeated, mut fired) = (0, Vec::new());
    for round in 0..ROUNDS {
        let groups = |turned: bool| -> Vec<Group> {
            let place = |n: u64| if turned { PLANS - 1 - n } else { n };
            (0..PLANS)
                .map(|n| Group {
                    plan: plans[place(n) as usize].id,
                    begins: plans[place(n) as usize].start,
                    period: market.period(),
                    records: (0..4)
                        .map(|n| if turned { 3 - n } else { n })
                        .map(|id| record(place(n) * 1000 + round * 4 + id, 1))
                        .collect(),
                })
                .collect()
        };
        let (here, there) = (
            market.chunk(groups(false)).await,
            market.chunk(groups(true)).await,
        );
        let counting = async { tokio::join!(one.count(here), other.count(there)) };
        let (here, there) = timeout(PATIENCE, counting).await.expect("in time");
        for counted in [here, there] {
            let counted = counted.expect("counted");
            repeated += counted.repeated;
            fired.extend(counted.fired);
        }
    }
    assert_eq!(repeated, ROUNDS * PLANS * 4);
    for plan in &plans {
        assert_eq!(market.used(plan).await, Some((ROUNDS * 4, 100)));
    }
    let told: BTreeSet<EventId> = fired.iter().map(|fired| fired.event_id).collect();
    assert_eq!(
        (fired.len(), told.len()),
        (10 * PLANS as usize, 10 * PLANS as usize)
    );
    let jobs = market.world.claim(&webhook, 1_000).await;
    assert_eq!(jobs.len(), told.len());
    // The server's own count, which is told when its sessions are idle.
    let client = connect(&database.url).await;
    one.close().await;
    other.close().await;
    let deadlocks: i64 = client
        .query_one(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
            &[],
        )
        .await
        .expect("statistics")
        .get(0);
    assert_eq!(deadlocks, 0);
}
