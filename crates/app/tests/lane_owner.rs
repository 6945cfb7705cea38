//! Two whole nodes over one PostgreSQL, both taking events in for the same webhook: a limit of
//! requests at once holds over both together, because one of them sends.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use bellwire::clock::SystemClock;
use bellwire_core::{
    access::Access,
    crypt::{Key, Keyring},
    entropy::Entropy,
    headers::HeaderList,
    ids::{EventId, WebhookId},
    outcome::{Outcome, Reply, Timing},
    ports::{Request, Sender, Store},
    profile::Profiles,
    service::{
        Incoming, NewOrganization, NewWebhook, Options as ServiceOptions, Parts as ServiceParts,
        Service, WebhookPatch,
    },
    snapshot::Snapshot,
    time::Clock,
    webhook::Overrides,
};
use bellwire_dispatch::{Dispatcher, Options, Parts};
use bellwire_postgres::Postgres;
use bellwire_testkit::{
    entropy::SeededEntropy, passwords::PlainPasswords, postgres::Server, service::by,
};
use bytes::Bytes;
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

const ORG: &str = "acme";
/// Far above what anything here takes, far below what a hanging test costs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events that each node takes in.
const EACH: usize = 60;
const LIMIT: usize = 2;

/// What the endpoint has seen of both nodes together.
#[derive(Clone, Debug, Default)]
struct Seen {
    under_way: usize,
    most: usize,
    answered: BTreeSet<String>,
    /// Requests so far, by node.
    from: [usize; 2],
}

/// The endpoint that both nodes send to. It answers as many requests as it is let.
struct Endpoint {
    seen: watch::Sender<Seen>,
    answers: Semaphore,
}

impl Endpoint {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            seen: watch::Sender::new(Seen::default()),
            answers: Semaphore::new(0),
        })
    }

    fn answer_all(&self) {
        self.answers.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    async fn wait_until(&self, what: &str, reached: impl FnMut(&Seen) -> bool) {
        let mut feed = self.seen.subscribe();
        let reached = timeout(PATIENCE, feed.wait_for(reached)).await;
        assert!(reached.is_ok(), "{what}: {:?}", self.seen());
    }
}

/// One node's way to it.
struct Way {
    endpoint: Arc<Endpoint>,
    node: usize,
}

#[async_trait]
impl Sender for Way {
    async fn send(&self, request: Request) -> Reply {
        let id = request.headers.get("webhook-id").map(str::to_owned);
        self.endpoint.seen.send_modify(|seen| {
            seen.under_way += 1;
            seen.most = seen.most.max(seen.under_way);
            seen.from[self.node] += 1;
        });
        if let Ok(answer) = self.endpoint.answers.acquire().await {
            answer.forget();
        }
        self.endpoint.seen.send_modify(|seen| {
            seen.under_way -= 1;
            seen.answered.extend(id);
        });
        Reply {
            outcome: Outcome::status(200),
            started_at: SystemClock.now(),
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

struct Node {
    store: Postgres,
    service: Service,
    dispatcher: Dispatcher,
}

impl Node {
    async fn start(url: &str, endpoint: &Arc<Endpoint>, node: usize) -> Self {
        let keyring = Keyring::new(vec![Key::from_bytes([7; 32])]).expect("one key");
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(node as u64));
        let options = bellwire_postgres::Options::new(url);
        let store = Postgres::open(&options, keyring.clone(), Arc::clone(&entropy)).await;
        let store = store.expect("it opens");
        let port: Arc<dyn Store> = Arc::new(store.clone());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let sender: Arc<dyn Sender> = Arc::new(Way {
            endpoint: Arc::clone(endpoint),
            node,
        });
        let snapshot = Snapshot::default();
        let dispatcher = Dispatcher::new(Parts {
            store: Arc::clone(&port),
            snapshot: snapshot.clone(),
            sender: Arc::clone(&sender),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            options: Options::default(),
        });
        let service = Service::new(ServiceParts {
            store: port,
            lanes: Arc::new(dispatcher.clone()),
            sender,
            clock,
            entropy,
            keyring,
            passwords: Arc::new(PlainPasswords::default()),
            federation: None,
            profiles: Profiles::embedded(),
            snapshot,
            options: ServiceOptions::default(),
        });
        service.start().await.expect("it loads");
        dispatcher.start(service.clone());
        Self {
            store,
            service,
            dispatcher,
        }
    }

    /// Until a change that was made elsewhere is known here.
    async fn knows(&self, known: impl Fn(&Snapshot) -> bool) {
        let looked = async {
            while !known(self.service.snapshot()) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, looked).await.expect("it is known here");
    }

    async fn post(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            let incoming = Incoming {
                event_type: "booking.created".to_owned(),
                data: Bytes::from(format!("{{\"n\":{number}}}")),
                ..Incoming::default()
            };
            let posted = self.service.ingest(ORG, vec![incoming], None).await;
            let id: EventId = posted.expect("accepted")[0].event_id;
            ids.push(id.to_string());
        }
        ids
    }

    async fn stop(self) {
        assert!(self.dispatcher.stop(PATIENCE).await, "nothing is cut off");
        self.store.close().await;
    }
}

struct World {
    endpoint: Arc<Endpoint>,
    nodes: [Node; 2],
    webhook: WebhookId,
    _server: Server,
}

impl World {
    /// Two nodes and a webhook that both know.
    async fn new(limit: Option<usize>) -> Self {
        let server = Server::shared();
        let url = server.database();
        let options = bellwire_postgres::Options::new(&url);
        Postgres::migrate(&options).await.expect("it is migrated");
        let endpoint = Endpoint::new();
        let nodes = [
            Node::start(&url, &endpoint, 0).await,
            Node::start(&url, &endpoint, 1).await,
        ];
        let organization = NewOrganization {
            slug: ORG.to_owned(),
            name: Some("Acme".to_owned()),
            ..NewOrganization::default()
        };
        let service = &nodes[0].service;
        let made = service.create_organization(organization, &by("test")).await;
        made.expect("an organization");
        let new = NewWebhook {
            url: Some("https://customer.example/hook".to_owned()),
            profile: Some("standard".to_owned()),
            overrides: Some(overrides(limit)),
            ..NewWebhook::default()
        };
        let made = service.create_webhook(ORG, new, &by("test")).await;
        let webhook = made.expect("a webhook").0.id;
        for node in &nodes {
            node.knows(|snapshot| snapshot.route(webhook).is_some())
                .await;
        }
        Self {
            endpoint,
            nodes,
            webhook,
            _server: server,
        }
    }

    /// Both nodes take events in at the same time.
    async fn post(&self, each: usize) -> BTreeSet<String> {
        let [one, two] = &self.nodes;
        let (here, there) = tokio::join!(one.post(each), two.post(each));
        here.into_iter().chain(there).collect()
    }

    async fn all_arrived(&self, posted: &BTreeSet<String>) {
        self.endpoint
            .wait_until("everything arrives", |seen| {
                posted.is_subset(&seen.answered)
            })
            .await;
    }

    fn owners(&self) -> Vec<usize> {
        use bellwire_core::ports::Claim as _;
        (0..2)
            .filter(|node| self.nodes[*node].store.owns(self.webhook))
            .collect()
    }
}

fn overrides(limit: Option<usize>) -> Overrides {
    Overrides {
        max_concurrency: limit.map(|limit| limit as u16),
        ..Overrides::default()
    }
}

/// However many requests wait for their answer, there are never more than allowed; everything
/// arrives, from one node, whichever node took it in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_holds_over_all_nodes() {
    let world = World::new(Some(LIMIT)).await;
    // Nothing is answered yet: all that may be under way piles up.
    let mut posted = world.post(EACH).await;
    world
        .endpoint
        .wait_until("the limit is used", |seen| seen.under_way == LIMIT)
        .await;
    world.endpoint.answer_all();
    posted.extend(world.post(EACH).await);
    world.all_arrived(&posted).await;
    let seen = world.endpoint.seen();
    assert_eq!(seen.most, LIMIT, "{:?}", seen.from);
    assert_eq!(posted.len(), 4 * EACH);
    let owners = world.owners();
    assert_eq!(owners.len(), 1);
    assert_eq!(seen.from[1 - owners[0]], 0, "one of them sends");
    for node in world.nodes {
        node.stop().await;
    }
}

/// Without a limit each node sends what it took in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_limit_both_nodes_send() {
    let world = World::new(None).await;
    let posted = world.post(EACH).await;
    world
        .endpoint
        .wait_until("both have requests under way", |seen| {
            seen.from.iter().all(|sent| *sent > LIMIT)
        })
        .await;
    world.endpoint.answer_all();
    world.all_arrived(&posted).await;
    assert_eq!(world.owners(), [0_usize; 0]);
    for node in world.nodes {
        node.stop().await;
    }
}

/// The owner stops in order, in the middle: the other goes on at once, and still within the limit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_owner_stops_the_other_goes_on() {
    let World {
        endpoint,
        nodes,
        webhook,
        _server,
    } = World::new(Some(LIMIT)).await;
    let [one, two] = nodes;
    let mut posted = one.post(EACH).await;
    endpoint
        .wait_until("the first owns it", |seen| seen.from[0] == LIMIT)
        .await;
    posted.extend(two.post(EACH).await);
    let (stopping, answering) = (one.stop(), async {
        // What is under way is finished, and nothing begins meanwhile.
        endpoint.answer_all();
    });
    tokio::join!(stopping, answering);
    endpoint
        .wait_until("everything arrives", |seen| {
            posted.iter().all(|id| seen.answered.contains(id))
        })
        .await;
    let seen = endpoint.seen();
    assert_eq!(seen.most, LIMIT, "{:?}", seen.from);
    assert!(seen.from[1] >= EACH, "{:?}", seen.from);
    use bellwire_core::ports::Claim as _;
    assert!(two.store.owns(webhook));
    two.stop().await;
}

/// A limit that is set while both nodes hold deliveries: one of them becomes the owner, the other
/// gives back what it has not sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_is_set_later_clears_the_lanes_of_the_others() {
    let world = World::new(None).await;
    let mut posted = world.post(EACH).await;
    world
        .endpoint
        .wait_until("both send", |seen| seen.from.iter().all(|sent| *sent > 0))
        .await;
    let patch = WebhookPatch {
        overrides: Some(overrides(Some(LIMIT))),
        ..WebhookPatch::default()
    };
    let service = &world.nodes[0].service;
    let test = by("test");
    let everything = Access::everything();
    let changed = service.update_webhook(ORG, world.webhook, patch, &everything, &test);
    changed.await.expect("the limit is set");
    // Nothing has been answered, and yet what waits in a lane that is not its node's any more goes.
    let cleared = async {
        loop {
            let waiting: Vec<usize> = world
                .nodes
                .iter()
                .map(|node| node.dispatcher.load().0)
                .collect();
            if let [owner] = world.owners()[..]
                && waiting[1 - owner] == 0
            {
                return owner;
            }
            tokio::task::yield_now().await;
        }
    };
    let owner = timeout(PATIENCE, cleared).await.expect("one lane is left");
    let other = 1 - owner;
    let before = world.endpoint.seen().from[other];
    posted.extend(world.post(EACH).await);
    world.endpoint.answer_all();
    world.all_arrived(&posted).await;
    let seen = world.endpoint.seen();
    assert_eq!(seen.from[other], before, "it sends nothing any more");
    for node in world.nodes {
        node.stop().await;
    }
}
