//! Trouble of the machine: a full disk, a poisoned call, a caller that goes away, secrets on disk.

mod fixture;

use std::sync::Arc;

use bellwire_core::{
    delivery::{Kind, State},
    ids::DeliveryId,
    ports::{Error, Store},
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    conformance::{Subject, World},
    people::any,
};
use bytes::Bytes;
use fixture::{entropy, keyring};
use tempfile::TempDir;

struct One {
    place: TempDir,
    store: Sqlite,
    max_size_mib: Option<u32>,
}

impl One {
    fn open(place: &TempDir, max_size_mib: Option<u32>) -> Sqlite {
        let options = Options {
            max_size_mib,
            ..Options::new(place.path().join("bellwire.db"))
        };
        Sqlite::open(&options, keyring(), entropy()).expect("the database opens")
    }

    fn new(max_size_mib: Option<u32>) -> Self {
        let place = TempDir::new().expect("a directory");
        Self {
            store: Self::open(&place, max_size_mib),
            place,
            max_size_mib,
        }
    }
}

#[async_trait::async_trait]
impl Subject for One {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    /// Closes in good order and opens without a limit.
    async fn reopen(&mut self) {
        self.store.close().await;
        self.max_size_mib = None;
        self.store = Self::open(&self.place, None);
    }
}

#[tokio::test]
async fn a_full_disk_refuses_loses_nothing_and_recovers() {
    let mut world = World::new(One::new(Some(3)));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut stored = Vec::new();
    let refused = loop {
        let mut event = world.event(&cool);
        event.data = Bytes::from(vec![b'x'; 100_000]);
        let new = world.to(event, &[&webhook], Kind::Matched, false);
        let id = new.event.id;
        match world.submit(&cool, vec![new]).await {
            Ok(_) => stored.push(id),
            Err(error) => break error,
        }
        assert!(stored.len() < 100, "the limit is never reached");
    };
    assert!(
        matches!(&refused, Error::Unavailable(why) if why.contains("full")),
        "{refused:?}"
    );
    assert!(stored.len() > 10);
    // Small calls that share a commit with one that does not fit are stored all the same.
    let small = world.to(world.event(&cool), &[&webhook], Kind::Matched, false);
    let mut event = world.event(&cool);
    event.data = Bytes::from(vec![b'x'; 1_000_000]);
    let large = world.to(event, &[&webhook], Kind::Matched, false);
    stored.push(small.event.id);
    let (fits, fits_not) = tokio::join!(
        world.submit(&cool, vec![small]),
        world.submit(&cool, vec![large])
    );
    fits.expect("it fits");
    assert!(
        matches!(fits_not, Err(Error::Unavailable(_))),
        "{fits_not:?}"
    );
    for id in &stored {
        assert!(
            world
                .store()
                .event(cool.id, *id)
                .await
                .expect("read")
                .is_some()
        );
    }
    assert_eq!(world.store().stats().pending, stored.len() as u64);
    // Reading and claiming go on; with room it is writable again.
    assert_eq!(world.claim(&webhook, 1000).await.len(), stored.len());
    world.crash().await;
    world.enqueue(&cool, &webhook).await;
    assert_eq!(world.store().stats().pending, stored.len() as u64 + 1);
}

/// A call that SQLite itself refuses (an id that is there already) fails alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisoned_call_fails_alone() {
    let world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let first = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
    world
        .submit(&cool, vec![first.clone()])
        .await
        .expect("stored");
    let mut calls = Vec::new();
    for index in 0..40 {
        let new = match index % 4 {
            0 => first.clone(),
            _ => world.to(world.event(&cool), &[&webhook], Kind::Matched, true),
        };
        let submission = world.submission(&cool, vec![new]).await;
        let store = world.store();
        calls.push(tokio::spawn(async move { store.enqueue(submission).await }));
    }
    for (index, call) in calls.into_iter().enumerate() {
        let answer = call.await.expect("no panic");
        match index % 4 {
            0 => assert!(matches!(answer, Err(Error::Corrupt(_))), "{answer:?}"),
            _ => drop(answer.expect("stored")),
        }
    }
    assert_eq!(world.store().stats().pending, 31);
    // Counters, generations and claims are as if the poisoned ones had never been.
    world.enqueue(&cool, &webhook).await;
    assert_eq!(
        world.claim(&webhook, 100).await.len(),
        1,
        "the others are held by who stored them"
    );
}

/// Who stores with a claim and goes away before the answer holds nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_holds_nothing() {
    let world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut ids: Vec<DeliveryId> = Vec::new();
    for _ in 0..20 {
        let new = world.to(world.event(&cool), &[&webhook], Kind::Matched, true);
        ids.push(new.deliveries[0].id);
        let submission = world.submission(&cool, vec![new]).await;
        let store = world.store();
        let mut call = Box::pin(async move { store.enqueue(submission).await });
        // Asked, and dropped at the first wait.
        tokio::select! {
            biased;
            _ = &mut call => {}
            () = std::future::ready(()) => {}
        }
    }
    // A call behind them is answered when they have run.
    world.store().ping().await.expect("it writes");
    let mut given: Vec<_> = world
        .claim(&webhook, 100)
        .await
        .iter()
        .map(|job| job.delivery_id)
        .collect();
    given.sort_unstable();
    assert_eq!(given, ids);
}

/// Secrets and headers are nowhere in the files, in none of their spellings.
#[tokio::test]
async fn secrets_and_headers_are_not_on_disk_in_clear() {
    let mut world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let mut next = world.read(&webhook).await;
    next.revision = 2;
    next.settings.name = "a name that is found".to_owned();
    world
        .store()
        .update_webhook(next, false, any())
        .await
        .expect("changed");
    let header = webhook.settings.headers[0].value.clone();
    let secret = webhook.secrets[0]
        .value
        .trim_start_matches("whsec_")
        .to_owned();
    let look = |files: &[u8]| {
        let found = |text: &str| {
            files
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(found("a name that is found"), "the search works");
        for clear in [header.as_str(), secret.as_str(), "nobody may read this"] {
            assert!(!found(clear), "{clear}");
        }
    };
    for _ in 0..2 {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(world.subject().place.path()).expect("read") {
            files.extend(std::fs::read(entry.expect("an entry").path()).expect("read"));
        }
        look(&files);
        world.crash().await;
    }
    let read = world.read(&webhook).await;
    assert_eq!(read.secrets, webhook.secrets);
}

/// A webhook's ciphertexts do not open in another webhook's row.
#[tokio::test]
async fn ciphertexts_stay_where_they_belong() {
    let world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let (a, b) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let path = world.subject().place.path().join("bellwire.db");
    let conn = rusqlite::Connection::open(path).expect("opens");
    conn.execute(
        "UPDATE webhooks SET secrets = (SELECT secrets FROM webhooks WHERE id = ?1) WHERE id = ?2",
        [a.id.as_bytes(), b.id.as_bytes()],
    )
    .expect("moved");
    let read = world.store().webhook(cool.id, b.id).await;
    assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
    assert!(
        world
            .store()
            .webhook(cool.id, a.id)
            .await
            .expect("read")
            .is_some()
    );
}

/// The log starts again from its beginning while writing goes on: it does not grow with what was
/// written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_bounded_under_load() {
    let world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let mut written = 0_u64;
    let mut largest = 0;
    while written < 300 << 20 {
        let mut event = world.event(&cool);
        event.data = Bytes::from(vec![b'x'; 1 << 20]);
        written += event.data.len() as u64;
        let new = world.to(event, &[], Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
        let log = world.subject().place.path().join("bellwire.db-wal");
        largest = largest.max(log.metadata().expect("there").len());
    }
    assert!(largest < 120 << 20, "{} MiB", largest >> 20);
}

/// Cancelled rows by the thousand that are not swept yet do not hide what came after them.
#[tokio::test]
async fn what_a_disable_left_does_not_hide_new_deliveries() {
    let mut world = World::new(One::new(None));
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    for _ in 0..15 {
        let events = (0..1000)
            .map(|_| world.to(world.event(&cool), &[&webhook], Kind::Matched, false))
            .collect();
        world.submit(&cool, events).await.expect("stored");
    }
    world.now = world.now + 1;
    world.switch(&webhook, false).await;
    world.now = world.now + 1;
    world.switch(&webhook, true).await;
    let (_, new) = world.enqueue(&cool, &webhook).await;
    assert_eq!(
        world.store().next_due(webhook.id).await.expect("asked"),
        Some(world.now)
    );
    let given = world.claim(&webhook, 10).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [new]
    );
    assert_eq!(world.state(&cool, new).await, State::Pending);
}
