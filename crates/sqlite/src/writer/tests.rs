//! Who goes before whom at the writer.

use std::{
    future::{Future as _, poll_fn},
    sync::{Arc, mpsc::channel},
    task::Poll,
};

use bellwire_core::crypt::{Key, Keyring};
use bellwire_testkit::entropy::SeededEntropy;
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use crate::{Options, Sqlite};

type Order = Arc<Mutex<Vec<&'static str>>>;

/// A call that notes that it ran, in the queue when this returns.
async fn asked(store: &Sqlite, order: &Order, name: &'static str, behind: bool) -> JoinHandle<()> {
    let (store, order) = (store.clone(), Arc::clone(order));
    let (sent, is_sent) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let note = move |_: &mut crate::work::Work<'_>| {
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

/// Work in bulk waits for a commit with other calls, and not for a second one.
#[tokio::test]
async fn bulk_stands_behind_everything_else_and_goes_on() {
    let place = tempfile::tempdir().expect("a directory");
    let store = Sqlite::open(
        &Options::new(place.path().join("bellwire.db")),
        Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key"),
        Arc::new(SeededEntropy::new(1)),
    )
    .expect("it opens");
    let order = Order::default();
    // The writer is busy until everything is in its queue, and then with the calls that come next.
    let (go, wait) = channel::<()>();
    let (began, has_begun) = tokio::sync::oneshot::channel();
    let mut began = Some(began);
    let busy = {
        let store = store.clone();
        tokio::spawn(async move {
            let block = move |_: &mut crate::work::Work<'_>| {
                if let Some(began) = began.take() {
                    let _ = began.send(());
                }
                let _ = wait.recv();
                Ok(())
            };
            store.writer().call(1, block).await.expect("ran");
        })
    };
    has_begun.await.expect("begun");
    let mut tasks = vec![busy];
    for (name, behind) in [
        ("first in bulk", true),
        ("an event", false),
        ("second in bulk", true),
        ("another event", false),
    ] {
        tasks.push(asked(&store, &order, name, behind).await);
    }
    go.send(()).expect("it waits");
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
