//! Resends in bulk: at their rate, halted and ended by hand, stopped with their webhook, gone on with
//! after a crash, and never twice.

use std::collections::BTreeMap;

use bellwire_core::{
    access::Access,
    delivery::State as Delivered,
    ids::{JobId, WebhookId},
    job::{Change, Job, State, StopReason},
    service::{Error, JobFilter, NewJob, WebhookPatch},
    time::{Clock as _, HOUR, MINUTE, SECOND},
};
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![
    a_job_keeps_its_rate,
    a_job_is_halted_goes_on_faster_and_is_ended,
    a_job_stops_with_its_webhook,
    a_restart_goes_on_with_a_job,
    what_was_sent_again_already_is_not_sent_again,
    what_a_job_sends_and_fails_again_is_for_the_next_job,
    a_paused_webhook_holds_what_a_job_makes,
];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

/// A webhook whose endpoint refuses everything, which the profile of Apigee takes for an answer.
async fn failing(world: &World, url: &str) -> WebhookId {
    world.always(url, 400);
    world
        .webhook("apigee", url, |new| new.direct = Some(false))
        .await
}

/// So many events that fail at once, and an endpoint that is well again.
async fn outage(world: &World, url: &str, count: usize) -> WebhookId {
    let webhook = failing(world, url).await;
    world.batch("a.b", count).await;
    world.pass(MINUTE).await;
    world.always(url, 200);
    webhook
}

async fn start(world: &World, webhook: WebhookId, per_second: u32) -> Result<Job, Error> {
    let new = NewJob {
        filter: JobFilter {
            webhook: Some(webhook),
            ..JobFilter::default()
        },
        per_second,
    };
    let service = world.service();
    service
        .start_job(ORG, new, &Access::everything(), &by("ann"))
        .await
}

async fn change(world: &World, job: JobId, change: Change) -> Result<Job, Error> {
    let service = world.service();
    service
        .change_job(ORG, job, change, &Access::everything(), &by("ann"))
        .await
}

async fn read(world: &World, job: JobId) -> Job {
    let found = world.service().job(ORG, job, &Access::everything()).await;
    found.expect("the job is there")
}

/// How often each event arrived at an endpoint since so many requests.
fn arrived(world: &World, url: &str, since: usize) -> BTreeMap<String, usize> {
    let mut events = BTreeMap::new();
    for got in &world.got(url)[since..] {
        let body = String::from_utf8_lossy(&got.request.body).into_owned();
        *events.entry(body).or_default() += 1;
    }
    events
}

/// A hundred and fifty at thirty a second: five seconds, evenly.
async fn a_job_keeps_its_rate(on: On) {
    let world = World::new(on).await;
    let webhook = outage(&world, URL, 150).await;
    let before = world.got(URL).len();
    let began = world.clock.now();
    let job = start(&world, webhook, 30).await.expect("it is started");
    assert_eq!((job.total, job.total_complete), (150, true));
    world.pass(10 * SECOND).await;
    let times: Vec<i64> = world.got(URL)[before..]
        .iter()
        .map(|got| got.at.since(began))
        .collect();
    assert_eq!(times.len(), 150);
    for second in 0..5 {
        let within = |at: &&i64| (second * SECOND..(second + 1) * SECOND).contains(*at);
        assert_eq!(times.iter().filter(within).count(), 30, "second {second}");
    }
    assert_eq!(times[..3], [0, 0, 0]);
    assert_eq!(times[3..6], [SECOND / 10; 3]);
    let job = read(&world, job.id).await;
    assert_eq!((job.state, job.done), (State::Finished, 150));
    assert!(
        arrived(&world, URL, before)
            .values()
            .all(|count| *count == 1)
    );
}

async fn a_job_is_halted_goes_on_faster_and_is_ended(on: On) {
    let world = World::new(on).await;
    let webhook = outage(&world, URL, 100).await;
    let before = world.got(URL).len();
    let sent = |world: &World| world.got(URL).len() - before;
    let job = start(&world, webhook, 10).await.expect("it is started").id;
    world.pass(SECOND - 1).await;
    assert_eq!(sent(&world), 10);
    change(&world, job, Change::Pause).await.expect("halted");
    world.pass(HOUR).await;
    assert_eq!(sent(&world), 10);
    let refused = start(&world, webhook, 10).await;
    assert!(
        matches!(&refused, Err(Error::Conflict { code: "job_overlap", message })
                 if message.contains(&job.to_string())),
        "{refused:?}"
    );
    change(&world, job, Change::Rate(20)).await.expect("faster");
    change(&world, job, Change::Resume)
        .await
        .expect("it goes on");
    world.pass(2 * SECOND - 1).await;
    assert_eq!(sent(&world), 50);
    let ended = change(&world, job, Change::Cancel).await.expect("ended");
    assert_eq!((ended.state, ended.done), (State::Cancelled, 50));
    world.pass(HOUR).await;
    assert_eq!(sent(&world), 50);
    let refused = change(&world, job, Change::Resume).await;
    assert!(
        matches!(
            refused,
            Err(Error::Conflict {
                code: "job_over",
                ..
            })
        ),
        "{refused:?}"
    );
    // The next job sends what this one did not, and nothing else.
    let next = start(&world, webhook, 100).await.expect("it is started");
    world.pass(MINUTE).await;
    assert_eq!(read(&world, next.id).await.done, 50);
    assert!(
        arrived(&world, URL, before)
            .values()
            .all(|count| *count == 1)
    );
}

async fn a_job_stops_with_its_webhook(on: On) {
    let world = World::new(on).await;
    let (off, gone) = (
        outage(&world, URL, 50).await,
        outage(&world, OTHER, 50).await,
    );
    let first = start(&world, off, 10).await.expect("it is started").id;
    let second = start(&world, gone, 10).await.expect("it is started").id;
    world.pass(SECOND - 1).await;
    let patch = |enabled| WebhookPatch {
        enabled: Some(enabled),
        ..WebhookPatch::default()
    };
    let service = world.service();
    service
        .update_webhook(ORG, off, patch(false), &Access::everything(), &by("ann"))
        .await
        .expect("disabled");
    service
        .delete_webhook(ORG, gone, true, &by("ann"))
        .await
        .expect("deleted");
    world.pass(MINUTE).await;
    for (job, reason) in [
        (first, StopReason::WebhookDisabled),
        (second, StopReason::WebhookDeleted),
    ] {
        let job = read(&world, job).await;
        assert_eq!((job.state, job.stop_reason), (State::Stopped, Some(reason)));
        assert_eq!(job.done, 10, "what was made is still counted");
    }
    for (webhook, expected) in [(off, "webhook_disabled"), (gone, "webhook_deleted")] {
        let refused = start(&world, webhook, 10).await;
        assert!(
            matches!(&refused, Err(Error::Conflict { code, .. }) if *code == expected),
            "{refused:?}"
        );
    }
    service
        .update_webhook(ORG, off, patch(true), &Access::everything(), &by("ann"))
        .await
        .expect("enabled");
    world.pass(HOUR).await;
    assert_eq!(read(&world, first).await.state, State::Stopped);
}

async fn a_restart_goes_on_with_a_job(on: On) {
    let mut world = World::new(on).await;
    let webhook = outage(&world, URL, 60).await;
    let before = world.got(URL).len();
    let job = start(&world, webhook, 10).await.expect("it is started").id;
    for _ in 0..5 {
        world.pass(SECOND).await;
        world.restart().await;
    }
    world.pass(MINUTE).await;
    let job = read(&world, job).await;
    assert_eq!((job.state, job.done), (State::Finished, 60));
    let arrived = arrived(&world, URL, before);
    assert_eq!(arrived.len(), 60);
    assert!(arrived.values().all(|count| *count == 1));
}

async fn what_was_sent_again_already_is_not_sent_again(on: On) {
    let world = World::new(on).await;
    let webhook = failing(&world, URL).await;
    let (by_hand, left) = (world.post("a.b", "1").await, world.post("a.b", "2").await);
    world.pass(MINUTE).await;
    world.always(URL, 200);
    let before = world.got(URL).len();
    let access = Access::everything();
    world
        .service()
        .resend_event(ORG, by_hand, Some(webhook), &access, &by("ann"))
        .await
        .expect("sent again");
    world.settle().await;
    let job = start(&world, webhook, 10).await.expect("it is started");
    world.pass(MINUTE).await;
    let job = read(&world, job.id).await;
    assert_eq!((job.done, job.skipped.sent_again), (1, 1));
    assert_eq!(world.got(URL).len(), before + 2);
    for event in [by_hand, left] {
        assert_eq!(world.deliveries(event).await.len(), 2);
    }
}

async fn what_a_job_sends_and_fails_again_is_for_the_next_job(on: On) {
    let world = World::new(on).await;
    let webhook = outage(&world, URL, 20).await;
    world.always(URL, 400);
    let first = start(&world, webhook, 5).await.expect("it is started");
    world.pass(MINUTE).await;
    assert_eq!(read(&world, first.id).await.done, 20);
    world.always(URL, 200);
    let before = world.got(URL).len();
    let second = start(&world, webhook, 5).await.expect("it is started");
    world.pass(MINUTE).await;
    let second = read(&world, second.id).await;
    assert_eq!((second.done, second.skipped.sent_again), (20, 20));
    assert!(
        arrived(&world, URL, before)
            .values()
            .all(|count| *count == 1)
    );
}

async fn a_paused_webhook_holds_what_a_job_makes(on: On) {
    let world = World::new(on).await;
    let webhook = outage(&world, URL, 20).await;
    let before = world.got(URL).len();
    crate::pausing::pause(&world, webhook).await;
    let job = start(&world, webhook, 100).await.expect("it is started");
    world.pass(MINUTE).await;
    assert_eq!(read(&world, job.id).await.done, 20);
    assert_eq!(world.got(URL).len(), before);
    crate::pausing::resume(&world, webhook, None).await;
    world.pass(MINUTE).await;
    assert_eq!(world.got(URL).len(), before + 20);
    let event = world.post("a.b", "1").await;
    world.settle().await;
    assert_eq!(world.state(event).await, Delivered::Delivered);
}
