//! Killed in the middle of reports of usage, the server neither loses nor repeats a threshold, and
//! counts every acknowledged record once.

use std::{sync::Arc, thread, time::Duration};

use bellwire_core::entropy::Entropy as _;
use bellwire_testkit::{entropy::SeededEntropy, receiver::Receiver};
use serde_json::json;

use super::{
    lives::Lives,
    quota::{Books, Report, sell},
    server::{Producer, Server, seed, serve},
};

const KILLS: usize = 30;
const REPORTERS: usize = 4;
/// The longest that a life lasts after its first acknowledgement.
const LIFE_MS: u64 = 250;
/// Records of a usual report, at most; and of one in ten, which is counted in several transactions.
const FEW: u64 = 60;
const MANY: usize = 1_200;

/// What can be in flight at a kill: the requests at once of a webhook that does not say otherwise.
const IN_FLIGHT: usize = 64;

/// What a reporter has seen beside its books.
#[derive(Default)]
struct Seen {
    books: Books,
    /// Reports that had to be sent again because no answer came.
    again: usize,
    /// Records of these that had been counted when the server was killed.
    counted_before: u64,
    /// Reports that were counted in part when it was.
    in_part: usize,
}

/// Reports without pause, into whichever life there is. A report that was not answered is sent again,
/// with the same ids, until it is: also when there will be no other life.
fn report(lives: &Lives, producer: &Producer, reporter: usize, dice: &SeededEntropy) -> Seen {
    let mut seen = Seen::default();
    let (mut life, mut number) = (0, 0);
    let mut unanswered: Option<Report> = None;
    loop {
        let (url, now) = {
            let over = unanswered.is_none();
            let state =
                lives.wait(|state| state.done && over || state.url.is_some() && state.life >= life);
            if state.done && over {
                return seen;
            }
            (state.url.clone().expect("waited for"), state.life)
        };
        let is_again = unanswered.is_some();
        let report = unanswered.take().unwrap_or_else(|| {
            number += 1;
            let records = match dice.u64() % 10 {
                0 => MANY,
                _ => 1 + (dice.u64() % FEW) as usize,
            };
            Report::draw(dice, &format!("r{reporter}-{number}"), records)
        });
        match report.send(producer, &url) {
            Ok((200, receipt)) => {
                let repeated = seen.books.answered(&report, &receipt);
                seen.books.acknowledged(&report);
                if is_again {
                    seen.again += 1;
                    seen.counted_before += repeated;
                    seen.in_part += usize::from((1..report.len()).contains(&repeated));
                } else {
                    assert_eq!(repeated, 0, "nobody has sent these before: {receipt}");
                }
                lives.change(|state| state.acknowledged_now += usize::from(state.life == now));
                // A producer that is not sure: everything is known already, and nothing fires.
                if dice.u64().is_multiple_of(8)
                    && let Ok((200, receipt)) = report.send(producer, &url)
                {
                    assert_eq!(seen.books.answered(&report, &receipt), report.len());
                    assert_eq!(receipt["fired"], json!([]), "{receipt}");
                }
            }
            Ok((status, answer)) => panic!("reporting was answered with {status}: {answer}"),
            // Killed in between: nobody knows how much of this was counted.
            Err(_) => {
                unanswered = Some(report);
                life = now + 1;
            }
        }
    }
}

/// APG-27c, ADV-11: thirty kills at seeded moments, four reporters that report without pause. Each
/// threshold is delivered, none is recorded twice, and counters are the sum of what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn usage_is_counted_once_and_each_threshold_is_told_of_once() {
    let seed = seed("the moments of these kills");
    let dice = SeededEntropy::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start().await;
    let mut server = Server::start(&serve(folder.path())).await;
    let producer = Producer::new(&server.first_token().await);
    producer.organization(&server.url);
    // It listens to everything, and conditions name it: it gets each event once all the same.
    let webhook = producer.webhook(&server.url, &receiver.url("/"), json!({}));
    sell(&producer, &server.url, &webhook);

    let lives = Arc::new(Lives::default());
    let reporters: Vec<_> = (0..REPORTERS)
        .map(|reporter| {
            let (lives, producer) = (Arc::clone(&lives), producer.clone());
            let dice = SeededEntropy::new(seed + 1 + reporter as u64);
            thread::spawn(move || report(&lives, &producer, reporter, &dice))
        })
        .collect();
    for _ in 0..KILLS {
        lives.begin(&server.url);
        drop(lives.wait(|state| state.acknowledged_now > 0));
        // The moment of the kill: a wait for nothing, as long as the dice say.
        tokio::time::sleep(Duration::from_millis(dice.u64() % LIFE_MS)).await;
        lives.change(|state| state.url = None);
        server.kill().await;
        server = Server::start(&serve(folder.path())).await;
    }
    lives.begin(&server.url);
    lives.change(|state| state.done = true);
    let mut all = Seen::default();
    for reporter in reporters {
        let seen = reporter
            .join()
            .expect("a reporter saw nothing but 200 and broken connections");
        all.books.merge(seen.books);
        all.again += seen.again;
        all.counted_before += seen.counted_before;
        all.in_part += seen.in_part;
    }

    let (thresholds, more) = all.books.settle(&producer, &server.url, &receiver).await;
    assert!(server.stop().await, "it stops in order");
    println!(
        "{KILLS} kills: {} records acknowledged and counted; {} reports sent again, of which {} \
         records had been counted, {} reports in part; {thresholds} thresholds, each recorded once \
         and delivered, {more} calls made twice",
        all.books.records, all.again, all.counted_before, all.in_part,
    );
    assert!(more <= KILLS * IN_FLIGHT, "only what was in flight");
    assert!(thresholds > KILLS, "there was something to lose");
    assert!(all.again > 0, "a report was under way at some kill");
}
