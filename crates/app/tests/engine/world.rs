//! A whole Bellwire in virtual time: the real service, dispatcher and store, a clock that is moved
//! by hand, and endpoints that answer by a script. Nothing listens on a port.

use bellwire_testkit::{
    passwords::PlainPasswords,
    service::{by, keyring},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bellwire_core::{
    delivery::{Delivery, State},
    entropy::Entropy,
    headers::HeaderList,
    ids::{EventId, WebhookId},
    outcome::{Answer, Outcome, Reply, Timing},
    ports::{Health, Request, Sender, Store},
    profile::Profiles,
    service::{
        Incoming, NewOrganization, NewWebhook, Options as ServiceOptions, Parts as ServiceParts,
        Service,
    },
    snapshot::Snapshot,
    time::{Clock, DurationUs, Time},
};
use bellwire_dispatch::{Dispatcher, Options, Parts};
use bellwire_testkit::{clock::FakeClock, entropy::SeededEntropy};
use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::stores::{Disk, On};

/// The organization of every scenario.
pub(crate) const ORG: &str = "acme";

/// 2026-01-01T00:00:00Z: where every scenario begins.
pub(crate) const START: Time = Time::from_millis(1_767_225_600_000);

/// How long a restart may take, in the time of the machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets the other tasks have the thread, and other threads the processor.
async fn a_moment() {
    tokio::task::yield_now().await;
    std::thread::yield_now();
}

/// One request that an endpoint got.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// When.
    pub(crate) at: Time,
    /// What.
    pub(crate) request: Request,
}

impl Got {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.request.body).expect("a body is JSON")
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.request.headers.get(name).unwrap_or_default()
    }
}

type Script = Box<dyn FnMut(usize) -> Outcome + Send>;

/// Endpoints that answer at once, by a script; 200 where there is none.
pub(crate) struct Endpoints {
    clock: FakeClock,
    scripts: Mutex<HashMap<String, (usize, Script)>>,
    got: Mutex<Vec<Got>>,
    /// Closed while endpoints are to keep everybody waiting.
    gate: Semaphore,
}

#[async_trait]
impl Sender for Endpoints {
    async fn send(&self, request: Request) -> Reply {
        let at = self.clock.now();
        let _open = self.gate.acquire().await;
        let url = request.url.to_string();
        self.got.lock().unwrap().push(Got { at, request });
        let outcome = match self.scripts.lock().unwrap().get_mut(&url) {
            Some((count, script)) => {
                *count += 1;
                script(*count)
            }
            None => Outcome::status(200),
        };
        Reply {
            outcome,
            started_at: at,
            timing: Timing::default(),
            address: None,
            detail: None,
            response_headers: HeaderList::default(),
            excerpt: Bytes::new(),
            truncated: false,
        }
    }

    fn forget(&self, _: WebhookId) {}
}

/// What a crash takes away.
struct Running {
    service: Service,
    dispatcher: Dispatcher,
}

/// Everything.
pub(crate) struct World {
    /// The time.
    pub(crate) clock: FakeClock,
    /// The receiving side.
    pub(crate) endpoints: Arc<Endpoints>,
    running: Option<Running>,
    options: Options,
    disk: Disk,
}

impl World {
    /// A world over this store, with one organization.
    pub(crate) async fn new(on: On) -> Self {
        Self::with(on, Options::default()).await
    }

    /// A world whose dispatcher is set otherwise.
    pub(crate) async fn with(on: On, options: Options) -> Self {
        let disk = Disk::new(on).await;
        let clock = FakeClock::new(START);
        let endpoints = Arc::new(Endpoints {
            clock: clock.clone(),
            scripts: Mutex::default(),
            got: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let running = open(&disk, &clock, Arc::clone(&endpoints), &options)
            .await
            .expect("the store opens");
        let organization = NewOrganization {
            slug: ORG.to_owned(),
            name: Some("Acme".to_owned()),
            ..NewOrganization::default()
        };
        running
            .service
            .create_organization(organization, &by("test"))
            .await
            .unwrap();
        let world = Self {
            clock,
            endpoints,
            running: Some(running),
            options,
            disk,
        };
        world.settle().await;
        world
    }

    /// As after a crash: everything in memory is gone, the database is opened again.
    pub(crate) async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            // What is in flight at a crash is cut off, not finished.
            running.dispatcher.stop(Duration::ZERO).await;
            let store = Arc::downgrade(running.service.store());
            drop(running);
            // Until the last task that was cut off has let go of it; some are on other threads.
            let began = Instant::now();
            while store.strong_count() > 0 && began.elapsed() < PATIENCE {
                a_moment().await;
            }
            assert_eq!(store.strong_count(), 0, "somebody still has the store");
        }
        self.disk.abandon();
        // A file is free again once the threads of the former store have ended.
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            a_moment().await;
            let endpoints = Arc::clone(&self.endpoints);
            self.running = open(&self.disk, &self.clock, endpoints, &self.options).await;
            if self.running.is_some() {
                break;
            }
        }
        assert!(self.running.is_some(), "the store does not open again");
        self.settle().await;
    }

    /// Where the data is.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The use cases.
    pub(crate) fn service(&self) -> &Service {
        &self.running().service
    }

    /// The dispatcher.
    pub(crate) fn dispatcher(&self) -> &Dispatcher {
        &self.running().dispatcher
    }

    /// The store.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.service().store()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it is running")
    }

    /// Makes a webhook of this profile at this URL, set further by `set`.
    pub(crate) async fn webhook(
        &self,
        profile: &str,
        url: &str,
        set: impl FnOnce(&mut NewWebhook),
    ) -> WebhookId {
        let mut new = NewWebhook {
            url: Some(url.to_owned()),
            profile: Some(profile.to_owned()),
            name: Some("hook".to_owned()),
            ..NewWebhook::default()
        };
        set(&mut new);
        self.service()
            .create_webhook(ORG, new, &by("test"))
            .await
            .unwrap()
            .0
            .id
    }

    /// Has an endpoint answer by a script, which gets the number of the request, from 1.
    pub(crate) fn answer(&self, url: &str, script: impl FnMut(usize) -> Outcome + Send + 'static) {
        self.endpoints
            .scripts
            .lock()
            .unwrap()
            .insert(url.to_owned(), (0, Box::new(script)));
    }

    /// Has an endpoint always answer this status.
    pub(crate) fn always(&self, url: &str, status: u16) {
        self.answer(url, move |_| Outcome::status(status));
    }

    /// Has every endpoint keep its callers waiting until [`World::answer_all`].
    pub(crate) fn hold(&self) {
        self.endpoints.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Ends a [`World::hold`].
    pub(crate) fn answer_all(&self) {
        self.endpoints.gate.add_permits(Semaphore::MAX_PERMITS);
    }

    /// Posts an event.
    pub(crate) async fn post(&self, event_type: &str, data: &str) -> EventId {
        self.post_as(event_type, data, |_| {}).await
    }

    /// Posts an event, set further by `set`.
    pub(crate) async fn post_as(
        &self,
        event_type: &str,
        data: &str,
        set: impl FnOnce(&mut Incoming),
    ) -> EventId {
        let mut incoming = Incoming {
            event_type: event_type.to_owned(),
            data: Bytes::from(data.to_owned()),
            ..Incoming::default()
        };
        set(&mut incoming);
        let receipts = self
            .service()
            .ingest(ORG, vec![incoming], None)
            .await
            .unwrap();
        receipts[0].event_id
    }

    /// Posts so many events in one call, numbered from 0 in `n`.
    pub(crate) async fn batch(&self, event_type: &str, count: usize) {
        let incoming = (0..count)
            .map(|number| Incoming {
                event_type: event_type.to_owned(),
                data: Bytes::from(format!("{{\"n\":{number}}}")),
                ..Incoming::default()
            })
            .collect();
        self.service().ingest(ORG, incoming, None).await.unwrap();
    }

    /// Lets everything that is due now happen.
    pub(crate) async fn settle(&self) {
        loop {
            // The pager, the sweep and the jobs: asleep, they have nothing left to do at this time.
            self.clock.wait_for_sleepers(3).await;
            self.running().dispatcher.settled().await;
            if self.clock.sleepers() >= 3 && self.running().dispatcher.is_settled() {
                return;
            }
        }
    }

    /// Lets time pass, stopping wherever somebody wakes.
    pub(crate) async fn pass(&self, time: DurationUs) {
        let end = self.clock.now() + time;
        self.settle().await;
        while let Some(next) = self.clock.earliest_sleeper().filter(|next| *next <= end) {
            self.clock.advance_to(next);
            self.settle().await;
        }
        self.clock.advance_to(end);
        self.settle().await;
    }

    /// What the endpoint at this URL got.
    pub(crate) fn got(&self, url: &str) -> Vec<Got> {
        let got = self.endpoints.got.lock().unwrap();
        got.iter()
            .filter(|got| got.request.url.as_str() == url)
            .cloned()
            .collect()
    }

    /// What all endpoints got, in order.
    pub(crate) fn all(&self) -> Vec<Got> {
        self.endpoints.got.lock().unwrap().clone()
    }

    /// When the endpoint at this URL got requests, in microseconds since the start.
    pub(crate) fn times(&self, url: &str) -> Vec<DurationUs> {
        self.got(url)
            .iter()
            .map(|got| got.at.since(START))
            .collect()
    }

    /// The deliveries of an event.
    pub(crate) async fn deliveries(&self, event: EventId) -> Vec<Delivery> {
        let organization = self.service().tenant(ORG).unwrap().organization.id;
        let detail = self
            .store()
            .event(organization, event)
            .await
            .unwrap()
            .unwrap();
        detail
            .deliveries
            .into_iter()
            .map(|view| view.delivery)
            .collect()
    }

    /// The state of the only delivery of an event.
    pub(crate) async fn state(&self, event: EventId) -> State {
        let deliveries = self.deliveries(event).await;
        assert_eq!(
            deliveries.len(),
            1,
            "one delivery is expected: {deliveries:?}"
        );
        deliveries[0].state
    }

    /// The answers to the only delivery of an event, first to last.
    pub(crate) async fn answers(&self, event: EventId) -> Vec<Answer> {
        let organization = self.service().tenant(ORG).unwrap().organization.id;
        let detail = self
            .store()
            .event(organization, event)
            .await
            .unwrap()
            .unwrap();
        detail.deliveries[0]
            .attempts
            .iter()
            .map(|attempt| attempt.answer)
            .collect()
    }

    /// Whether a webhook is enabled.
    pub(crate) fn is_enabled(&self, webhook: WebhookId) -> bool {
        self.service()
            .snapshot()
            .route(webhook)
            .is_some_and(|route| route.webhook.is_enabled())
    }

    /// A webhook's health.
    pub(crate) async fn health(&self, webhook: WebhookId) -> Health {
        self.store().health(&[webhook]).await.unwrap().remove(0)
    }
}

async fn open(
    disk: &Disk,
    clock: &FakeClock,
    endpoints: Arc<Endpoints>,
    options: &Options,
) -> Option<Running> {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
    let store = disk.open(&entropy).await?;
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let snapshot = Snapshot::default();
    let dispatcher = Dispatcher::new(Parts {
        store: Arc::clone(&store),
        snapshot: snapshot.clone(),
        sender: endpoints.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        options: options.clone(),
    });
    let service = Service::new(ServiceParts {
        store,
        lanes: Arc::new(dispatcher.clone()),
        sender: endpoints,
        clock,
        entropy,
        keyring: keyring(),
        passwords: Arc::new(PlainPasswords::default()),
        federation: None,
        profiles: Profiles::embedded(),
        snapshot,
        options: ServiceOptions {
            allow_http_loopback: true,
            ..ServiceOptions::default()
        },
    });
    service.start().await.unwrap();
    dispatcher.start(service.clone());
    Some(Running {
        service,
        dispatcher,
    })
}
