//! Who goes before whom at the writer.

use std::{
    future::{Future as _, poll_fn},
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    task::Poll,
};

use bellwire_core::ports::{Group, Store, Usage as _, UsageRecord};
use bellwire_testkit::conformance::{Subject, usage::Market};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use crate::{Sqlite, fixture::open, work::Work};

type Order = Arc<Mutex<Vec<&'static str>>>;

/// A call that notes that it ran, in the queue when this returns.
async fn asked(store: &Sqlite, order: &Order, name: &'static str, behind: bool) -> JoinHandle<()> {
    let (store, order) = (store.clone(), Arc::clone(order));
    let (sent, is_sent) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let note = move |_: &mut Work<'_>| {
            order.lock().push(name);
            Ok(())
        };
        let call = async {
            match behind {
                true => store.writer().call_behind(1_000, note).await,
                false => store.writer().call(1, note).await,
            }
        };
        let mut call = Box::pin(call);
        // The first poll sends it.
        let answer = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        let _ = sent.send(());
        match answer {
            Poll::Ready(answer) => answer.expect("ran"),
            Poll::Pending => call.await.expect("ran"),
        }
    });
    is_sent.await.expect("sent");
    task
}

/// What a call saw of whether somebody waits for it, when it began and when it ended.
type Awaited = (bool, bool);

/// A call that keeps the writer until it is told to go. It has begun when this returns.
async fn held(store: &Sqlite, rows: usize, behind: bool) -> (Sender<()>, JoinHandle<Awaited>) {
    let store = store.clone();
    let (go, wait) = channel::<()>();
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let mut began = Some(began);
    let call = tokio::spawn(async move {
        let hold = move |work: &mut Work<'_>| {
            let before = work.is_awaited();
            if let Some(began) = began.take() {
                let _ = began.send(());
            }
            let _ = wait.recv();
            Ok((before, work.is_awaited()))
        };
        match behind {
            true => store.writer().call_behind(rows, hold).await,
            false => store.writer().call(rows, hold).await,
        }
        .expect("ran")
    });
    has_begun.await.expect("begun");
    (go, call)
}

/// Work in bulk waits for a commit with other calls, and not for a second one.
#[tokio::test]
async fn bulk_stands_behind_everything_else_and_goes_on() {
    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let order = Order::default();
    // The writer is busy until everything is in its queue, and then with the calls that come next.
    let (go, busy) = held(&store, 1, false).await;
    let mut tasks = Vec::new();
    for (name, behind) in [
        ("first in bulk", true),
        ("an event", false),
        ("second in bulk", true),
        ("another event", false),
    ] {
        tasks.push(asked(&store, &order, name, behind).await);
    }
    go.send(()).expect("it waits");
    busy.await.expect("no panic");
    for task in tasks {
        task.await.expect("no panic");
    }
    let expected = [
        "an event",
        "another event",
        "first in bulk",
        "second in bulk",
    ];
    assert_eq!(*order.lock(), expected);
    // Closing finishes what was asked.
    let last = asked(&store, &order, "the last", true).await;
    store.close().await;
    last.await.expect("no panic");
    assert_eq!(order.lock().last(), Some(&"the last"));
}

/// Work in bulk can learn that somebody waits for it to end, and nobody does once they were served.
#[tokio::test]
async fn bulk_learns_that_somebody_waits() {
    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let (go, bulk) = held(&store, 1, true).await;
    let order = Order::default();
    let behind = asked(&store, &order, "more in bulk", true).await;
    let event = asked(&store, &order, "an event", false).await;
    go.send(()).expect("it waits");
    assert_eq!(bulk.await.expect("no panic"), (false, true));
    for task in [behind, event] {
        task.await.expect("no panic");
    }
    let later = |work: &mut Work<'_>| Ok(work.is_awaited());
    assert!(!store.writer().call_behind(1, later).await.expect("ran"));
}

/// Work in bulk that is taken along learns that others wait for the commit, though nobody is behind it.
#[tokio::test]
async fn bulk_learns_that_others_wait_for_its_commit() {
    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let order = Order::default();
    // It fills its transaction but for one row.
    let (go, busy) = held(&store, super::ROWS_PER_COMMIT - 1, false).await;
    let look = |work: &mut Work<'_>| Ok(work.is_awaited());
    let mut bulk = Box::pin(store.writer().call_behind(1, look));
    assert!(poll_fn(|context| Poll::Ready(bulk.as_mut().poll(context).is_pending())).await);
    // The first one shares the transaction of what is busy, which then takes no more.
    let events = [
        asked(&store, &order, "an event", false).await,
        asked(&store, &order, "another event", false).await,
    ];
    go.send(()).expect("it waits");
    assert!(bulk.await.expect("ran"), "it shares the second event's");
    busy.await.expect("no panic");
    for event in events {
        event.await.expect("no panic");
    }
}

/// A chunk of a report gives way to everybody who comes while it is counted, and is counted whole.
#[tokio::test]
async fn a_report_gives_way_to_who_comes_meanwhile() {
    struct Own(Sqlite);
    #[async_trait::async_trait]
    impl Subject for Own {
        fn store(&self) -> Arc<dyn Store> {
            Arc::new(self.0.clone())
        }

        async fn reopen(&mut self) {}
    }
    const DEVELOPERS: u32 = 300;

    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let market = Market::open(Own(store.clone())).await;
    let mut groups = Vec::new();
    for number in 0..DEVELOPERS {
        let plan = market.sell(&format!("dev{number}"), 0).await;
        groups.push(Group {
            plan: plan.id,
            begins: plan.start,
            period: market.period(),
            records: vec![UsageRecord {
                id: u128::from(number).to_be_bytes(),
                count: 1,
                application: "".into(),
            }],
        });
    }
    let chunk = market.chunk(groups).await;
    let report = {
        let store = store.clone();
        tokio::spawn(async move { store.count(chunk).await.expect("counted") })
    };
    let mut seen = Vec::new();
    while !report.is_finished() {
        let counted = |work: &mut Work<'_>| {
            let counters = "SELECT count(*) FROM usage_counters";
            Ok(work
                .conn
                .query_row(counters, [], |row| row.get::<_, i64>(0))?)
        };
        seen.push(store.writer().call(1, counted).await.expect("ran"));
    }
    assert!(seen.is_sorted());
    let half = seen
        .iter()
        .filter(|counted| (1..i64::from(DEVELOPERS)).contains(*counted));
    assert!(half.count() > 0, "{seen:?}");
    assert_eq!(report.await.expect("no panic").groups, DEVELOPERS as usize);
}

/// Who comes while work in bulk is at it does not wait for another commit, however much that has done.
#[tokio::test]
async fn who_comes_while_bulk_runs_shares_its_commit() {
    let place = tempfile::tempdir().expect("a directory");
    let store = open(place.path());
    let before = store.inner.stats.read();
    let (go, bulk) = held(&store, 10 * super::ROWS_PER_COMMIT, true).await;
    let order = Order::default();
    let tasks = [
        asked(&store, &order, "more in bulk", true).await,
        asked(&store, &order, "an event", false).await,
        asked(&store, &order, "another event", false).await,
    ];
    go.send(()).expect("it waits");
    bulk.await.expect("no panic");
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(*order.lock(), ["an event", "another event", "more in bulk"]);
    let after = store.inner.stats.read();
    assert_eq!(
        after.commits - before.commits,
        2,
        "the rest of it has its own"
    );
    assert_eq!(after.calls - before.calls, 4);
}
