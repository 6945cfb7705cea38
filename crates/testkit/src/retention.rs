//! How long it takes to clear old events while new ones come in, and what those feel of it: what the
//! stores' examples `retention_…` print.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bellwire_core::{
    delivery::{Job, Kind},
    organization::Organization,
    policy::Next,
    ports::{NewEvent, Removed, Retention},
    time::DAY,
    webhook::Webhook,
};
use bytes::Bytes;
use tokio::time::{interval, sleep};

use crate::conformance::{Subject, World};

/// Events stored in one call while filling.
const CHUNK: usize = 100;

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Old events, each with a delivery and an attempt.
    pub old: usize,
    /// Bytes of data of each event.
    pub data: usize,
    /// Callers that post new events, each one after the other.
    pub callers: usize,
    /// Milliseconds between two events of a caller; 0 for none.
    pub every_ms: u64,
    /// How long ingest is measured without retention.
    pub alone: Duration,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Latencies of enqueues without retention, sorted.
    pub alone: Vec<Duration>,
    /// The same with retention at work.
    pub beside: Vec<Duration>,
    /// How long that was.
    pub took: Duration,
    /// Seconds that enqueues were measured for without it.
    pub alone_for: Duration,
    /// What was removed.
    pub removed: Removed,
    /// Steps that it took, and the longest of them.
    pub steps: usize,
    /// The longest step.
    pub longest: Duration,
}

/// The value that this share of sorted values does not exceed.
#[must_use]
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// Fills the store with old events, then posts new ones without and with retention at work.
///
/// # Panics
/// When the store refuses anything.
pub async fn measure<S: Subject>(subject: S, plan: Plan) -> Measured {
    let mut world = World::new(subject);
    let organization = world.organization("cool").await;
    let webhook = world.webhook(&organization).await;
    for _ in 0..plan.old / CHUNK {
        let events = (0..CHUNK).map(|_| event(&world, &organization, &webhook, plan.data));
        let events: Vec<NewEvent> = events.collect();
        let jobs: Vec<Job> = events.iter().map(job).collect();
        world.submit(&organization, events).await.expect("stored");
        let records: Vec<_> = jobs
            .iter()
            .map(|job| world.record(job, 200, Next::Deliver))
            .collect();
        world
            .store()
            .record(records.into())
            .await
            .expect("recorded");
    }
    world.now = world.now + 20 * DAY;
    let bench = Arc::new(Bench {
        world,
        organization,
        webhook,
        plan,
    });
    let stop = Arc::new(AtomicBool::new(false));
    let load = bench.load(&stop);
    let began = Instant::now();
    sleep(plan.alone).await;
    stop.store(true, Relaxed);
    let alone = load.await;
    let alone_for = began.elapsed();

    let stop = Arc::new(AtomicBool::new(false));
    let load = bench.load(&stop);
    let limits = Retention {
        events: Some(10 * DAY),
        ..Retention::default()
    };
    let (mut removed, mut steps, mut longest) = (Removed::default(), 0, Duration::ZERO);
    let began = Instant::now();
    loop {
        let step_began = Instant::now();
        let step = bench.world.store().retain(&limits, bench.world.now).await;
        let step = step.expect("a step works");
        longest = longest.max(step_began.elapsed());
        removed += step.removed;
        steps += 1;
        if !step.more {
            break;
        }
        sleep(Duration::from_micros(step.pause.unsigned_abs())).await;
    }
    let took = began.elapsed();
    stop.store(true, Relaxed);
    Measured {
        alone,
        beside: load.await,
        took,
        alone_for,
        removed,
        steps,
        longest,
    }
}

struct Bench<S> {
    world: World<S>,
    organization: Organization,
    webhook: Webhook,
    plan: Plan,
}

impl<S: Subject> Bench<S> {
    /// Posts new events and records their attempts until told to stop; the latencies, sorted.
    fn load(
        self: &Arc<Self>,
        stop: &Arc<AtomicBool>,
    ) -> impl Future<Output = Vec<Duration>> + use<S> {
        let callers: Vec<_> = (0..self.plan.callers)
            .map(|_| {
                let (bench, stop) = (Arc::clone(self), Arc::clone(stop));
                tokio::spawn(async move { bench.call(&stop).await })
            })
            .collect();
        async move {
            let mut all = Vec::new();
            for caller in callers {
                all.extend(caller.await.expect("a caller"));
            }
            all.sort_unstable();
            all
        }
    }

    async fn call(&self, stop: &AtomicBool) -> Vec<Duration> {
        let mut took = Vec::new();
        let mut tick = interval(Duration::from_millis(self.plan.every_ms.max(1)));
        let submission = self.world.submission(&self.organization, Vec::new()).await;
        while !stop.load(Relaxed) {
            if self.plan.every_ms > 0 {
                tick.tick().await;
            }
            let new = event(
                &self.world,
                &self.organization,
                &self.webhook,
                self.plan.data,
            );
            let job = job(&new);
            let mut submission = submission.clone();
            submission.events = vec![new];
            let began = Instant::now();
            let stored = self.world.store().enqueue(submission).await;
            took.push(began.elapsed());
            stored.expect("stored");
            let record = self.world.record(&job, 200, Next::Deliver);
            let recorded = self.world.store().record(vec![record].into()).await;
            recorded.expect("recorded");
        }
        took
    }
}

fn event<S: Subject>(
    world: &World<S>,
    organization: &Organization,
    webhook: &Webhook,
    data: usize,
) -> NewEvent {
    let mut event = world.event(organization);
    event.data = Bytes::from(format!("\"{}\"", "x".repeat(data)));
    world.to(event, &[webhook], Kind::Matched, true)
}

fn job(new: &NewEvent) -> Job {
    Job {
        delivery_id: new.deliveries[0].id,
        webhook_id: new.deliveries[0].webhook_id,
        kind: Kind::Matched,
        attempts: 0,
        created_at: new.event.created_at,
        event: Arc::clone(&new.event),
    }
}

impl Measured {
    /// For people.
    #[must_use]
    pub fn report(&self) -> String {
        let line = |what: &str, sorted: &[Duration], time: Duration| {
            format!(
                "{what}: {:.0} events/s, p50 {:?}, p99 {:?}, max {:?}\n",
                sorted.len() as f64 / time.as_secs_f64(),
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                sorted.last().copied().unwrap_or_default()
            )
        };
        let p99 = |sorted| quantile(sorted, 0.99).as_secs_f64();
        let rate = self.removed.events as f64 / self.took.as_secs_f64();
        line("ingest alone", &self.alone, self.alone_for)
            + &line("ingest beside retention", &self.beside, self.took)
            + &format!(
                "{:?} gone in {:?}: {rate:.0} events/s, {} steps, the longest {:?}\n\
                 p99 beside / alone: {:.2}",
                self.removed,
                self.took,
                self.steps,
                self.longest,
                p99(&self.beside) / p99(&self.alone)
            )
    }
}
