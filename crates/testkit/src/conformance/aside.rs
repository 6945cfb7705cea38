//! Rows that cannot be read stop nothing behind them. They are damaged beside the store, so this is no
//! part of the suite that needs ports only: each store runs it from a test of its own.

use async_trait::async_trait;
use bellwire_core::{
    organization::Organization,
    own_event::{FAILING_AFTER, Kind},
    policy::Next,
    ports::TAKEN_US,
    statistics::Cell,
    stored::aside::{KEPT_US, NOTICE_WAITS_US},
    time::{DAY, MINUTE, Time},
    webhook::Webhook,
};

use super::{Subject, World, outbox::made};

/// A store whose database can be got at beside it.
#[async_trait]
pub trait Raw: Subject {
    /// What the database calls a column of bytes.
    const BYTES: &'static str;

    /// Runs a statement.
    async fn run(&self, sql: &str);

    /// The number that a query gives.
    async fn number(&self, sql: &str) -> i64;
}

async fn attempts<S: Raw>(world: &mut World<S>, cool: &Organization, hook: &Webhook, count: u64) {
    for _ in 0..count {
        world.now = world.now + 1;
        world.enqueue(cool, hook).await;
        let job = world.claim(hook, 1).await.remove(0);
        world.attempt(&job, 200, Next::Deliver).await;
    }
}

async fn total<S: Raw>(world: &World<S>, cool: &Organization) -> Cell {
    let minute = |at: Time| Time::from_micros(at.as_micros() - at.as_micros() % MINUTE);
    let (since, until) = (minute(world.now - DAY), minute(world.now + MINUTE));
    let cell = world.store().totals(cool.id, None, since, until).await;
    cell.expect("totals are read")
}

async fn fold<S: Raw>(world: &World<S>) {
    while world.store().fold(world.now).await.expect("folded").more {}
}

async fn aside<S: Raw>(world: &World<S>, source: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM set_aside WHERE source = '{source}'");
    world.subject().number(&sql).await
}

/// What a commit counted and cannot be read: everything else is counted, before and after folding.
pub async fn counts_of_a_commit<S: Raw>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let hook = world.webhook(&cool).await;
    attempts(&mut world, &cool, &hook, 1).await;
    let damage = format!("UPDATE rollup_deltas SET body = CAST('?' AS {})", S::BYTES);
    world.subject().run(&damage).await;
    attempts(&mut world, &cool, &hook, 2).await;
    assert_eq!(total(&world, &cool).await.attempts(), 2);
    assert_eq!(world.store().stats().unreadable, 1);
    fold(&world).await;
    assert_eq!(total(&world, &cool).await.attempts(), 2);
    assert_eq!(aside(&world, "rollup_deltas").await, 1);
    let left = world.subject().number("SELECT count(*) FROM rollup_deltas");
    assert_eq!(left.await, 0);
    assert_eq!(world.store().stats().unreadable, 2);

    // It is kept for a while, and not for ever.
    world.now = world.now + KEPT_US + 1;
    fold(&world).await;
    assert_eq!(aside(&world, "rollup_deltas").await, 0);
}

/// A row of counts whose histogram cannot be read: its numbers are kept, and nothing that is added to
/// it is lost.
pub async fn a_row_of_counts<S: Raw>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let hook = world.webhook(&cool).await;
    attempts(&mut world, &cool, &hook, 2).await;
    fold(&world).await;
    let damage = format!("UPDATE rollups SET latency = CAST('?' AS {})", S::BYTES);
    world.subject().run(&damage).await;
    let damaged = total(&world, &cool).await;
    assert_eq!(damaged.attempts(), 2);
    assert_eq!(damaged.latency.quantile(0.5), None);
    attempts(&mut world, &cool, &hook, 3).await;
    fold(&world).await;
    let mended = total(&world, &cool).await;
    assert_eq!(mended.attempts(), 5);
    assert!(mended.total_us > damaged.total_us);
    assert!(mended.latency.quantile(0.5).is_some());
    // Minute, hour and day; of the webhook, its organization, and all; of the type, and of all types.
    assert_eq!(aside(&world, "rollups").await, 18);
    let left = world.subject().number("SELECT count(*) FROM rollup_deltas");
    assert_eq!(left.await, 0);
}

/// A notice that cannot be read keeps no other from being told. It waits for a version that knows it,
/// and is set aside when none has come.
pub async fn a_notice<S: Raw>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (first, second) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let failing = async |world: &mut World<S>, webhook: &Webhook| {
        for _ in 0..FAILING_AFTER {
            let record = made(world, webhook, 500, |_| {}).await;
            let recorded = world.store().record([record].into()).await;
            recorded.expect("recorded");
        }
    };
    failing(&mut world, &first).await;
    let rename = "UPDATE outbox SET kind = 'webhook.unheard'";
    world.subject().run(rename).await;
    failing(&mut world, &second).await;
    let taken = async |world: &World<S>| {
        let taken = world.store().take_notices(world.now, 1).await;
        taken.expect("notices are taken")
    };
    let told = taken(&world).await;
    assert_eq!(told.len(), 1, "one at a time, and the other is passed over");
    assert_eq!(
        (told[0].webhook_id, told[0].kind),
        (second.id, Kind::Failing)
    );
    let forgotten = world.store().forget_notices(&[told[0].id]).await;
    forgotten.expect("it is forgotten");

    world.now = world.now + TAKEN_US;
    assert_eq!(taken(&world).await, []);
    assert_eq!(aside(&world, "outbox").await, 0);
    world.now = world.now + NOTICE_WAITS_US;
    assert_eq!(taken(&world).await, []);
    assert_eq!(aside(&world, "outbox").await, 1);
    let left = world.subject().number("SELECT count(*) FROM outbox");
    assert_eq!(left.await, 0);
    assert_eq!(world.store().stats().unreadable, 1);
}
