//! Two nodes on one PostgreSQL that are told of the same usage at the same moment: a queue of the
//! producer's that delivers twice. Every record counts once, and every threshold fires once.

use std::{sync::Barrier, thread};

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{entropy::SeededEntropy, postgres, receiver::Receiver};
use serde_json::{Value, json};

use super::{
    cluster::{migrate, node},
    quota::{Books, Report, sell},
    server::{Producer, seed},
};

/// Reports that both nodes get.
const ROUNDS: usize = 80;
/// Records of a report, at most: several transactions.
const MOST: u64 = 1_500;

/// APG-27c on many nodes: the same records, in opposite orders, on two nodes at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_nodes_are_told_at_once_counts_once() {
    let dice = SeededEntropy::new(seed("these reports"));
    let server = postgres::Server::shared();
    let database = server.database();
    migrate(&database);
    let receiver = Receiver::start().await;
    let mut first = node(&database).await;
    let producer = Producer::new(&first.first_token().await);
    producer.organization(&first.url);
    let webhook = producer.webhook(&first.url, &receiver.url("/"), json!({}));
    sell(&producer, &first.url, &webhook);
    let second = node(&database).await;
    let other = producer.clone();

    let mut books = Books::default();
    // Reports of which each node counted a part.
    let mut shared = 0;
    for round in 0..ROUNDS {
        let records = 1 + (dice.u64() % MOST) as usize;
        let report = Report::draw(&dice, &format!("round{round}"), records);
        let reversed = report.reversed();
        let together = Barrier::new(2);
        let answers = thread::scope(|scope| {
            let ways = [
                (&producer, &first.url, &report),
                (&other, &second.url, &reversed),
            ];
            ways.map(|(producer, url, report)| {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    report.send(producer, url).expect("the node answers")
                })
            })
            .map(|sent| sent.join().expect("no panic"))
        });
        let [one, two] = answers.map(|(status, receipt): (u16, Value)| {
            assert_eq!(status, 200, "{receipt}");
            books.answered(&report, &receipt)
        });
        assert_eq!(
            one + two,
            report.len(),
            "each record was new to one of them"
        );
        shared += usize::from(one > 0 && two > 0);
        books.acknowledged(&report);
    }

    let (thresholds, more) = books.settle(&producer, &second.url, &receiver).await;
    println!(
        "{} records told to two nodes at once in {ROUNDS} reports, counted once; of {shared} reports \
         each node counted a part; {thresholds} thresholds, each recorded once and delivered",
        books.records,
    );
    assert_eq!(more, 0, "nothing was sent twice");
    assert!(shared > 0, "they were under way at the same time");
    for node in [first, second] {
        assert!(node.stop().await, "it stops in order");
    }
}
