//! temporary
use std::sync::Arc;
use bellwire_core::{crypt::{Key, Keyring}, delivery::{Attempt, Kind}, entropy::Entropy as _, ids::*, outcome::*, policy::*, ports::*, time::Time};
use bellwire_testkit::{builders, entropy::SeededEntropy};
use bellwire_sqlite::{Options, Sqlite};
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&Options::new(dir.path().join("x.db")), Keyring::new(vec![Key::from_bytes([1; 32])]).unwrap(), Arc::new(SeededEntropy::new(7))).unwrap();
    drive(Arc::new(store), args[1].parse().unwrap(), args[2].parse().unwrap(), || 0).await;
}
async fn drive(store: Arc<dyn Store>, concurrency: usize, events: usize, statements: impl Fn() -> u64) {
    let world_now = Time::from_micros(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros() as i64);
    let ids = Arc::new(IdSource::default());
    let entropy = SeededEntropy::new(9);
    let new = move |ids: &IdSource, e: u64| -> uuid::Uuid { let id: EventId = ids.next(Time::from_micros(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros() as i64), e); uuid::Uuid::from_bytes(*id.as_bytes()) };
    let entropy = Arc::new(entropy);
    let slug = format!("o{}", entropy.u64());
    let organization = builders::organization(&slug).at(world_now).build();
    let mut organization = organization; organization.id = OrganizationId::from_bytes(*new(&ids, rand_u64()).as_bytes()); organization.slug = format!("o{}", organization.id);
    store.create_organization(organization.clone()).await.unwrap();
    let mut webhooks = Vec::new();
    for _ in 0..16 {
        let mut w = builders::webhook(organization.id).build();
        w.id = WebhookId::from_bytes(*new(&ids, rand_u64()).as_bytes());
        store.create_webhook(w.clone(), false).await.unwrap();
        webhooks.push(w);
    }
    let generation = store.load_organization(organization.id).await.unwrap().unwrap().generation;
    for round in 0..3 {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Record>(4096);
        let recorder = { let store = store.clone(); tokio::spawn(async move {
            let mut batch = Vec::new(); let mut n = 0; let mut calls = 0;
            while receiver.recv_many(&mut batch, 128).await > 0 { n += batch.len(); calls += 1; store.record(std::mem::take(&mut batch)).await.unwrap(); }
            (n, calls)
        })};
        let before = (store.stats(), statements());
        let began = std::time::Instant::now();
        let mut tasks = Vec::new();
        for task in 0..concurrency {
            let (store, ids, webhooks, sender) = (store.clone(), ids.clone(), webhooks.clone(), sender.clone());
            let organization = organization.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..events / concurrency {
                    let now = Time::from_micros(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros() as i64);
                    let webhook = &webhooks[(n + task) % webhooks.len()];
                    let mut event = builders::event(organization.id).at(now).data(vec![b'1'; 400]).build();
                    event.id = EventId::from_bytes(*new(&ids, rand_u64()).as_bytes());
                    let id = DeliveryId::from_bytes(*new(&ids, rand_u64()).as_bytes());
                    let event = Arc::new(event);
                    let submission = Submission { organization_id: organization.id, generation, key: None, now, idempotency_ttl: 1_000_000,
                        events: vec![NewEvent { event: event.clone(), fingerprint: None, deliveries: vec![NewDelivery { id, webhook_id: webhook.id, kind: Kind::Matched, claimed: true }] }] };
                    store.enqueue(submission).await.unwrap();
                    sender.send(Record { attempt: Attempt { delivery_id: id, number: 1, event_id: event.id, webhook_id: webhook.id, organization_id: organization.id, revision: 1, at: now,
                        answer: Answer::Status(200), timing: Timing { total_us: 900, first_byte_us: Some(800), ..Timing::default() }, url: webhook.settings.url.clone(), address: Some("127.0.0.1:8080".parse().unwrap()), detail: None, body_sha256: [7; 32],
                        request_headers: (0..6).map(|n| Header { name: format!("webhook-{n}"), value: "v".repeat(30) }).collect(), response_headers: vec![Header { name: "content-type".into(), value: "text/plain".into() }], excerpt: bytes::Bytes::from_static(b"ok"), truncated: false, retry_at: None },
                        next: Next::Deliver, tally: Some(Tally { class: Class::Success, rule: Arc::default() }), now }).await.ok().unwrap();
                }
            }));
        }
        drop(sender);
        for task in tasks { task.await.unwrap(); }
        let (recorded, calls) = recorder.await.unwrap();
        let took = began.elapsed().as_secs_f64();
        let (stats, sent) = (store.stats(), statements());
        println!("round {round}: {:.0} events/s, {recorded} recorded in {calls} calls, {} commits, {:.2} statements per event+delivery, pending {}", recorded as f64 / took, stats.commits - before.0.commits, (sent - before.1) as f64 / recorded as f64, stats.pending);
    }
}
fn rand_u64() -> u64 { use std::hash::{BuildHasher, Hasher}; std::collections::hash_map::RandomState::new().build_hasher().finish() }
