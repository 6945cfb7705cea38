//! Stages 4 to 6 in one process: lanes, the workers that empty them, the pager that fills them
//! from the store, the recorder behind them.
//!
//! Cast:
//! - a **lane** holds one webhook's deliveries in memory ([`crate::lane`]);
//! - a **worker** is a task that holds one place in flight of a lane: it sends the lane's next
//!   delivery until there is none ([`crate::worker`]);
//! - the **recorder** writes what happened, many attempts to a commit ([`crate::recorder`]);
//! - the **pager** knows which webhooks have due work in the store, and claims it when their lanes
//!   have room ([`crate::pager`]).
//!
//! Workers never wait for a commit: they hand the record over and go on. When the store cannot
//! write, the recorder's queue fills and the workers stop with it, so memory stays bounded.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bellwire_core::{
    entropy::Entropy,
    ids::WebhookId,
    ports::{Retention, Sender, Store},
    service::Service,
    snapshot::{Route, Snapshot, Tenant},
    time::Clock,
    webhook::Webhook,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, mpsc};

use crate::{
    changes, jobs,
    lane::{Bounds, Held, Lane, Wants},
    metrics::Metrics,
    own_events,
    pace::Rate,
    pager::{self, Page},
    recorder, statistics, sweep, worker,
};

/// What the operator can set.
#[derive(Debug, Clone)]
pub struct Options {
    /// Requests at once, in all; 4 when it is less.
    pub max_in_flight: usize,
    /// Requests at once for a webhook that does not say otherwise.
    pub webhook_concurrency: usize,
    /// Deliveries in memory per webhook.
    pub lane_size: usize,
    /// Payload bytes in memory, in all, above which lanes take no more than one at a time.
    pub queued_bytes: usize,
    /// The `user-agent` of every request.
    pub user_agent: String,
    /// How long things are kept.
    pub retention: Retention,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_in_flight: 2048,
            webhook_concurrency: 64,
            lane_size: 512,
            queued_bytes: 64 << 20,
            user_agent: concat!("Bellwire/", env!("CARGO_PKG_VERSION")).to_owned(),
            retention: Retention::default(),
        }
    }
}

/// What a [`Dispatcher`] works with.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The catalogue in memory, shared with the service.
    pub snapshot: Snapshot,
    /// What sends.
    pub sender: Arc<dyn Sender>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for jitter.
    pub entropy: Arc<dyn Entropy>,
    /// What the operator set.
    pub options: Options,
}

/// The dispatcher: a cheap clone, and the [`Lanes`](bellwire_core::ports::Lanes) of this process.
#[derive(Clone)]
pub struct Dispatcher(pub(crate) Arc<Inner>);

/// What is told to the pager, the recorder, the teller of own events and the runner of jobs.
type Inboxes = (
    mpsc::UnboundedReceiver<Page>,
    mpsc::Receiver<bellwire_core::ports::Record>,
    mpsc::UnboundedReceiver<()>,
    mpsc::UnboundedReceiver<()>,
);

pub(crate) struct Inner {
    pub(crate) parts: Parts,
    pub(crate) metrics: Metrics,
    pub(crate) lanes: Mutex<HashMap<WebhookId, Arc<Lane>>>,
    pages: mpsc::UnboundedSender<Page>,
    pub(crate) records: mpsc::Sender<bellwire_core::ports::Record>,
    pub(crate) tells: mpsc::UnboundedSender<()>,
    pub(crate) jobs: mpsc::UnboundedSender<()>,
    inboxes: Mutex<Option<Inboxes>>,
    pub(crate) permits: Arc<Semaphore>,
    /// Endpoints that let us wait share half of those permits, so that however many of them hang,
    /// the others have the other half.
    pub(crate) suspect_permits: Arc<Semaphore>,
    /// For lanes that have nothing else out: what bursts to endpoints that turn out to hang cannot
    /// take away from the others.
    pub(crate) first_permits: Arc<Semaphore>,
    /// Taken away on stop: the service holds the lanes, and so would hold itself alive.
    pub(crate) service: Mutex<Option<Service>>,
    pub(crate) stopping: AtomicBool,
    /// Told when stopping begins.
    pub(crate) stop: Notify,
    /// Workers running, and records not yet on disk: what a graceful stop waits for.
    busy: AtomicUsize,
    idle: Notify,
    queued_bytes: AtomicUsize,
    pub(crate) sweep: Notify,
    /// Something was recorded, and counted with it.
    pub(crate) counted: Notify,
    tasks: Mutex<Vec<tokio::task::JoinHandle<()>>>,
}

/// Requests at once for one webhook while more than half of all permits are taken.
const CROWDED_CONCURRENCY: usize = 4;
/// How many records may wait for the disk before workers wait too.
const RECORDS_WAITING: usize = 1024;

impl Dispatcher {
    /// A dispatcher that holds lanes but sends nothing until [`Dispatcher::start`].
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (pages, pages_inbox) = mpsc::unbounded_channel();
        let (records, records_inbox) = mpsc::channel(RECORDS_WAITING);
        let (tells, tells_inbox) = mpsc::unbounded_channel();
        let (jobs, jobs_inbox) = mpsc::unbounded_channel();
        let max = parts.options.max_in_flight.max(4);
        Self(Arc::new(Inner {
            metrics: Metrics::default(),
            lanes: Mutex::default(),
            pages,
            records,
            tells,
            jobs,
            inboxes: Mutex::new(Some((pages_inbox, records_inbox, tells_inbox, jobs_inbox))),
            permits: Arc::new(Semaphore::new(max - max / 2)),
            suspect_permits: Arc::new(Semaphore::new(max / 4)),
            first_permits: Arc::new(Semaphore::new(max / 2)),
            service: Mutex::default(),
            stopping: AtomicBool::new(false),
            stop: Notify::new(),
            busy: AtomicUsize::new(0),
            idle: Notify::new(),
            queued_bytes: AtomicUsize::new(0),
            sweep: Notify::new(),
            counted: Notify::new(),
            tasks: Mutex::default(),
            parts,
        }))
    }

    /// Starts sending: what is pending in the store is found and goes on. `service` is told to
    /// refresh an organization when a webhook disables itself.
    ///
    /// Must be called once, within a tokio runtime.
    pub fn start(&self, service: Service) {
        let Some((pages, records, tells, jobs)) = self.0.inboxes.lock().take() else {
            return;
        };
        *self.0.service.lock() = Some(service.clone());
        let tasks = [
            tokio::spawn(recorder::run(self.clone(), records)),
            tokio::spawn(pager::run(self.clone(), pages)),
            tokio::spawn(sweep::run(self.clone())),
            tokio::spawn(statistics::run(self.clone())),
            tokio::spawn(jobs::run(self.clone(), service.clone(), jobs)),
            tokio::spawn(own_events::run(self.clone(), service.clone(), tells)),
            tokio::spawn(changes::run(self.clone(), service)),
        ];
        self.0.tasks.lock().extend(tasks);
    }

    /// Stops: no new attempt begins, what is in flight may finish within `grace`, everything
    /// finished is recorded, everything else stays pending in the store. True when nothing had to
    /// be cut off.
    pub async fn stop(&self, grace: Duration) -> bool {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.0.stop.notify_waiters();
        let lanes: Vec<Arc<Lane>> = self.0.lanes.lock().values().cloned().collect();
        let unsent: Vec<Held> = lanes.iter().flat_map(|lane| lane.drain()).collect();
        let ids: Vec<_> = unsent.iter().map(|held| held.job.delivery_id).collect();
        if let Err(error) = self.0.parts.store.retire(&ids).await {
            tracing::warn!(%error, "claims could not be given back; they end with this process");
        }
        let clean = tokio::time::timeout(grace, self.settled()).await.is_ok();
        for task in self.0.tasks.lock().drain(..) {
            task.abort();
        }
        self.0.service.lock().take();
        clean
    }

    /// Whether nothing is being sent, recorded or claimed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.0.busy.load(Ordering::SeqCst) == 0
    }

    /// Resolves when nothing is being sent or recorded. What waits in the store for a later time
    /// does not count.
    pub async fn settled(&self) {
        loop {
            let idle = self.0.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.is_settled() {
                return;
            }
            idle.await;
        }
    }

    /// Counters and gauges.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Deliveries in memory: queued, and in flight.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        self.0
            .lanes
            .lock()
            .values()
            .map(|lane| lane.load())
            .fold((0, 0), |sum, load| (sum.0 + load.0, sum.1 + load.1))
    }

    pub(crate) fn lane(&self, webhook_id: WebhookId) -> Arc<Lane> {
        let mut lanes = self.0.lanes.lock();
        Arc::clone(
            lanes
                .entry(webhook_id)
                .or_insert_with(|| Arc::new(Lane::new())),
        )
    }

    /// Forgets lanes that hold nothing.
    pub(crate) fn forget_idle_lanes(&self) {
        // A lane that somebody else holds may be about to get a delivery.
        // One that counts what it sends is kept for as long as it has to: another one in its place
        // would begin without a burst.
        let counts =
            |id: &WebhookId, lane: &Lane| lane.is_paced() && self.bounds(*id).rate.is_some();
        self.0
            .lanes
            .lock()
            .retain(|id, lane| Arc::strong_count(lane) > 1 || !lane.is_idle() || counts(id, lane));
    }

    /// The lanes that there are of an organization.
    pub(crate) fn lanes_of(&self, tenant: &Tenant) -> Vec<(Arc<Route>, Arc<Lane>)> {
        let lanes = self.0.lanes.lock();
        let found = |route: &Arc<Route>| {
            Some((Arc::clone(route), Arc::clone(lanes.get(&route.webhook.id)?)))
        };
        tenant.routes.iter().filter_map(found).collect()
    }

    pub(crate) fn bounds(&self, webhook_id: WebhookId) -> Bounds {
        let parts = &self.0.parts;
        let options = &parts.options;
        let route = parts.snapshot.route(webhook_id);
        let webhook = route.as_ref().map(|route| &route.webhook);
        let own = webhook.and_then(|webhook| webhook.settings.overrides.max_concurrency);
        let exclusive = webhook.is_some_and(Webhook::is_exclusive);
        let elsewhere = exclusive && !parts.store.owns(webhook_id);
        // Whoever does not send has nothing to count.
        let here = webhook.filter(|_| exclusive && !elsewhere);
        let full = self.0.queued_bytes.load(Ordering::Relaxed) >= options.queued_bytes;
        Bounds {
            now: parts.clock.now(),
            size: options.lane_size,
            full,
            held: route.as_ref().is_some_and(|route| route.held),
            concurrency: match own.map_or(options.webhook_concurrency, usize::from) {
                most if self.is_crowded() => most.min(CROWDED_CONCURRENCY),
                most => most,
            },
            exclusive,
            elsewhere,
            paused: webhook.is_some_and(Webhook::is_paused),
            rate: here.and_then(Webhook::rate).map(|limit| Rate {
                limit,
                lease: parts.store.lease(),
            }),
            drain: here
                .and_then(|webhook| webhook.drain)
                .map(|drain| drain.up_to),
        }
    }

    /// Whether more than half of the permits are taken. Who answers at once needs few of them;
    /// endpoints that hang must not take the other half too before their first time-out gives them
    /// away.
    fn is_crowded(&self) -> bool {
        self.0.permits.available_permits() < self.0.parts.options.max_in_flight / 4
    }

    /// Does what a lane wants.
    pub(crate) fn serve(&self, webhook_id: WebhookId, lane: &Arc<Lane>, wants: Wants) {
        for held in wants.start {
            self.begin();
            tokio::spawn(worker::run(self.clone(), Arc::clone(lane), held));
        }
        if wants.page {
            self.page(Page::Hungry(webhook_id));
        }
        if let Some(at) = wants.wake_at {
            self.page(Page::Token(webhook_id, at));
        }
        if let Some(up_to) = wants.drained {
            self.end_drain(webhook_id, lane, up_to);
        }
    }

    /// Tells the pager, which counts as busy until it has acted on it.
    pub(crate) fn page(&self, page: Page) {
        self.begin();
        if self.0.pages.send(page).is_err() {
            // Stopped: the next process finds what is due by itself.
            self.end(1);
        }
    }

    /// One more thing that a graceful stop waits for.
    pub(crate) fn begin(&self) {
        self.0.busy.fetch_add(1, Ordering::SeqCst);
    }

    /// `count` fewer of them.
    pub(crate) fn end(&self, count: usize) {
        if count > 0 && self.0.busy.fetch_sub(count, Ordering::SeqCst) == count {
            self.0.idle.notify_waiters();
        }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }

    pub(crate) fn queued(&self, jobs: &[Held]) {
        let bytes = jobs.iter().map(Held::bytes).sum();
        self.0.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn unqueued(&self, held: &Held) {
        self.0
            .queued_bytes
            .fetch_sub(held.bytes(), Ordering::Relaxed);
    }
}
