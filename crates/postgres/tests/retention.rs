//! Days that go: what is moved, what is waited for, who does it.

mod database;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire_core::{
    delivery::Kind,
    ids::EventId,
    organization::Organization,
    policy::Next,
    ports::{
        Enqueue as _, EventFilter, NewDelivery, Query as _, Removed, Retain as _, Retained,
        Retention, Store,
    },
    time::{DAY, HOUR},
    webhook::Webhook,
};
use bellwire_postgres::Postgres;
use bellwire_testkit::conformance::{Subject, World};
use database::{Database, connect};
use tokio::time::timeout;
use tokio_postgres::Client;

/// Far above what anything here takes, far below what a hanging test costs.
const PATIENCE: Duration = Duration::from_secs(60);

const EVENTS: Retention = Retention {
    events: Some(10 * DAY),
    payloads: None,
    attempts: None,
    audit: None,
};
const PAYLOADS: Retention = Retention {
    events: None,
    payloads: Some(10 * DAY),
    attempts: None,
    audit: None,
};

struct Node(Postgres);

#[async_trait]
impl Subject for Node {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {
        unreachable!("nothing crashes here");
    }
}

struct Setting {
    database: Database,
    world: World<Node>,
    cool: Organization,
    slow: Webhook,
    quick: Webhook,
    client: Client,
}

/// One node, an organization, and two webhooks.
async fn setting() -> Setting {
    let database = Database::new().await;
    let world = World::new(Node(database.open().await));
    let cool = world.organization("cool").await;
    let (slow, quick) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let client = connect(&database.url).await;
    Setting {
        database,
        world,
        cool,
        slow,
        quick,
        client,
    }
}

impl Setting {
    fn store(&self) -> &Postgres {
        &self.world.subject().0
    }

    /// Stores an event and has it delivered.
    async fn delivered(&self) -> EventId {
        let (event, _) = self.world.enqueue(&self.cool, &self.quick).await;
        for job in self.world.claim(&self.quick, 10).await {
            self.world.attempt(&job, 200, Next::Deliver).await;
        }
        event
    }

    async fn resend(&self, event: EventId) {
        let new = NewDelivery {
            id: self.world.id(),
            webhook_id: self.slow.id,
            kind: Kind::Resent,
            claimed: false,
        };
        let stored = self
            .store()
            .enqueue_again(self.cool.id, event, vec![new], self.world.now)
            .await;
        stored.expect("resent");
    }

    async fn step(&self, limits: &Retention) -> Retained {
        let step = self.store().retain(limits, self.world.now).await;
        step.expect("a step works")
    }

    async fn pass(&self, limits: &Retention) -> Removed {
        let mut removed = Removed::default();
        let all = async {
            loop {
                let step = self.step(limits).await;
                removed += step.removed;
                if !step.more {
                    return;
                }
            }
        };
        timeout(PATIENCE, all).await.expect("a pass has an end");
        removed
    }

    async fn data(&self, event: EventId) -> Option<String> {
        let found = self.store().event(self.cool.id, event).await;
        let detail = found.expect("read")?;
        Some(String::from_utf8(detail.event.data.to_vec()).expect("text"))
    }

    /// The days that have a table of events.
    async fn days(&self) -> Vec<String> {
        let sql = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                   WHERE i.inhparent = 'events'::regclass ORDER BY 1";
        let rows = self.client.query(sql, &[]).await.expect("asked");
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn number(&self, sql: &str) -> i64 {
        let row = self.client.query_one(sql, &[]).await.expect("asked");
        row.get(0)
    }
}

/// One delivery that waits does not keep its whole day: after a day of waiting, it is all that is
/// kept of it, and when it is done the tables go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_is_not_kept_for_one_delivery() {
    let mut s = setting().await;
    for _ in 0..50 {
        s.delivered().await;
    }
    let (kept, _) = s.world.enqueue(&s.cool, &s.slow).await;
    let day = "events_2025_11_21".to_owned();
    assert!(s.days().await.contains(&day));
    s.world.now = s.world.now + 10 * DAY + DAY;
    assert_eq!(
        s.pass(&EVENTS).await,
        Removed::default(),
        "it is waited for"
    );
    s.world.now = s.world.now + DAY;
    let removed = s.pass(&EVENTS).await;
    assert_eq!((removed.events, removed.deliveries), (50, 50));
    assert_eq!(s.data(kept).await.as_deref(), Some("{\"n\":1}"));
    for table in ["events", "deliveries"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(s.number(&count).await, 1, "{table}");
    }
    assert_eq!(s.pass(&EVENTS).await, Removed::default());
    let jobs = s.world.claim(&s.slow, 5).await;
    assert_eq!(jobs[0].event.id, kept);
    s.world.attempt(&jobs[0], 200, Next::Deliver).await;
    assert_eq!(s.pass(&EVENTS).await.events, 1);
    assert!(!s.days().await.contains(&day), "its tables are gone");
    let left = s.number("SELECT count(*) FROM retention_days").await;
    assert_eq!(left, 0);
    s.delivered().await;
}

/// While one node is at it, another has nothing to do; when it is gone, the other goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_does_it_at_a_time() {
    let mut s = setting().await;
    let other = s.database.open().await;
    let event = s.delivered().await;
    s.world.now = s.world.now + 13 * DAY;
    assert!(s.step(&EVENTS).await.more);
    let now = s.world.now;
    let idle = other.retain(&EVENTS, now).await.expect("a step works");
    assert_eq!(idle, Retained::default());
    assert_eq!(s.data(event).await.as_deref(), Some("{\"n\":1}"));
    s.store().close().await;
    let gone = async {
        // Until the server has noticed that the first one's connection is gone.
        while s.number("SELECT count(*) FROM events").await > 0 {
            other.retain(&EVENTS, now).await.expect("a step works");
        }
    };
    timeout(PATIENCE, gone).await.expect("the other goes on");
}

/// A table that somebody reads is not waited for long: ingest goes on, and so does the day, later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_read_delays_the_day_and_not_ingest() {
    let mut s = setting().await;
    let old = s.delivered().await;
    s.world.now = s.world.now + 13 * DAY;
    s.delivered().await;
    let mut reader = connect(&s.database.url).await;
    let reading = reader.transaction().await.expect("begun");
    let read = "SELECT count(*) FROM events";
    reading.query_one(read, &[]).await.expect("read");
    let mut steps = 0;
    loop {
        let step = s.step(&EVENTS).await;
        if !step.more {
            break;
        }
        steps += 1;
        assert!(steps < 100, "it gives up for this pass");
        timeout(PATIENCE, s.delivered())
            .await
            .expect("it is stored");
    }
    assert!(s.data(old).await.is_some());
    reading.commit().await.expect("done");
    assert_eq!(s.pass(&EVENTS).await.events, 1);
    assert!(s.data(old).await.is_none());
}

/// While the copy without data is made, an event can be sent again: it has its data in the end, and
/// loses it when that is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resend_during_the_copy_keeps_its_data() {
    let mut s = setting().await;
    let mut events = Vec::new();
    for _ in 0..20 {
        events.push(s.delivered().await);
    }
    s.world.now = s.world.now + 13 * DAY;
    let mut resent = 0;
    let mut removed = Removed::default();
    loop {
        let step = s.step(&PAYLOADS).await;
        removed += step.removed;
        if !step.more {
            break;
        }
        if resent < events.len() && removed == Removed::default() {
            s.resend(events[resent]).await;
            resent += 1;
        }
    }
    assert!(resent > 1, "the copy takes several steps");
    assert_eq!(removed.payloads as usize, events.len() - resent);
    for (index, event) in events.iter().enumerate() {
        let expected = if index < resent { "{\"n\":1}" } else { "" };
        assert_eq!(s.data(*event).await.as_deref(), Some(expected), "{index}");
    }
    let jobs = s.world.claim(&s.slow, 100).await;
    assert_eq!(jobs.len(), resent);
    for job in &jobs {
        assert_eq!(job.event.data, "{\"n\":1}");
        s.world.attempt(job, 200, Next::Deliver).await;
    }
    assert_eq!(s.pass(&PAYLOADS).await.payloads as usize, resent);
    assert_eq!(s.data(events[0]).await.as_deref(), Some(""));
    assert_eq!(
        s.number("SELECT count(*) FROM pg_class WHERE relname LIKE '%slim'")
            .await,
        0,
        "the copies have taken over"
    );
    let constraints = "SELECT count(*) FROM pg_constraint WHERE conname = 'of_day'";
    assert_eq!(s.number(constraints).await, 0);
}

/// An external id that was used again names the younger event still; when that is gone it names
/// nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn external_ids_go_with_their_events() {
    let mut s = setting().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let mut event = s.world.event(&s.cool);
        event.external_id = Some("again".to_owned());
        ids.push(event.id);
        let new = s.world.to(event, &[], Kind::Matched, false);
        s.world.submit(&s.cool, vec![new]).await.expect("stored");
        s.world.now = s.world.now + 2 * DAY;
    }
    let filter = EventFilter {
        external_id: Some("again".to_owned()),
        ..EventFilter::default()
    };
    s.world.now = s.world.now + 5 * DAY;
    for left in (0..3).rev() {
        assert_eq!(s.pass(&EVENTS).await.events, 1, "{left} are left");
        let page = s
            .store()
            .events(s.cool.id, &filter, None, 10, std::time::Duration::MAX)
            .await;
        let found = page.expect("listed").items;
        assert_eq!(found.len(), left);
        let count = "SELECT coalesce(sum(1 + cardinality(earlier)), 0) FROM external_ids";
        assert_eq!(s.number(count).await, left as i64);
        s.world.now = s.world.now + 2 * DAY;
    }
}

/// A delivery that was made with its event, a moment after midnight, keeps its event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn midnight_between_an_event_and_its_delivery() {
    let mut s = setting().await;
    let midnight = s.world.now.day() + 1;
    let event = s.world.event(&s.cool);
    let id = event.id;
    s.world.now = bellwire_core::time::Time::from_micros(midnight * DAY + HOUR);
    let new = s.world.to(event, &[&s.slow], Kind::Matched, false);
    s.world.submit(&s.cool, vec![new]).await.expect("stored");
    for now in [10 * DAY, 11 * DAY] {
        s.world.now = bellwire_core::time::Time::from_micros(midnight * DAY + HOUR + now);
        s.pass(&EVENTS).await;
        assert_eq!(s.data(id).await.as_deref(), Some("{\"n\":1}"));
        s.pass(&PAYLOADS).await;
        assert_eq!(s.data(id).await.as_deref(), Some("{\"n\":1}"));
    }
    let jobs = s.world.claim(&s.slow, 5).await;
    s.world.attempt(&jobs[0], 200, Next::Deliver).await;
    s.world.now = s.world.now + 2 * DAY;
    assert_eq!(s.pass(&EVENTS).await.events, 1);
    assert_eq!(s.data(id).await, None);
}
