//! Resends in bulk: what a step does, what it leaves, and that nothing is sent twice.

mod choice;
mod life;

use bellwire_core::{
    delivery::{Delivery, Kind},
    ids::{DeliveryId, EventId},
    job::{CHUNK, Cursor, Filter, Job, Skipped, State},
    organization::Organization,
    policy::Next,
    ports::Stepped,
    time::SECOND,
    webhook::Webhook,
};

pub use self::{choice::*, life::*};
use super::{Subject, World};
use crate::people::any;

/// A job that is not stored yet.
fn unsaved<S: Subject>(world: &World<S>, organization: &Organization, filter: Filter) -> Job {
    Job {
        id: world.id(),
        organization_id: organization.id,
        filter,
        per_second: 100,
        state: State::Running,
        stop_reason: None,
        total: 7,
        total_complete: true,
        done: 0,
        skipped: Skipped::default(),
        cursor: Cursor::default(),
        next_at: world.now,
        created_at: world.now,
        created_by: "ann".to_owned(),
        updated_at: world.now,
        updated_by: "ann".to_owned(),
    }
}

/// The failed deliveries of a webhook.
fn of(webhook: &Webhook) -> Filter {
    Filter {
        webhook: Some(webhook.id),
        ..Filter::default()
    }
}

/// A stored job.
async fn start<S: Subject>(world: &World<S>, organization: &Organization, filter: Filter) -> Job {
    let job = unsaved(world, organization, filter);
    let other = world.store().create_job(job.clone(), any()).await;
    assert_eq!(other.expect("the job is stored"), None);
    job
}

async fn read<S: Subject>(world: &World<S>, job: &Job) -> Job {
    let found = world.store().job(job.organization_id, job.id).await;
    found.expect("the job is read").expect("it is there")
}

/// Ids for one step.
fn ids<S: Subject>(world: &World<S>) -> Vec<DeliveryId> {
    (0..CHUNK).map(|_| world.id()).collect()
}

async fn step<S: Subject>(world: &World<S>) -> Stepped {
    let stepped = world.store().step_job(world.now, ids(world)).await;
    stepped.expect("a step is done")
}

/// Steps, in their time, until no job is running; how many deliveries were made.
async fn run<S: Subject>(world: &mut World<S>) -> usize {
    let mut made = 0;
    for _ in 0..1_000 {
        let stepped = step(world).await;
        made += stepped.made.map_or(0, |(_, made)| made);
        match stepped.next_at {
            Some(next_at) => world.now = world.now.max(next_at),
            None => return made,
        }
    }
    panic!("the jobs do not end");
}

/// So many events whose only deliveries have failed.
async fn fail<S: Subject>(
    world: &mut World<S>,
    organization: &Organization,
    webhook: &Webhook,
    count: usize,
) -> Vec<(EventId, DeliveryId)> {
    let mut failed = Vec::new();
    for _ in 0..count {
        failed.push(world.enqueue(organization, webhook).await);
    }
    fail_pending(world, webhook).await;
    failed
}

/// Has everything that is pending of a webhook fail, a second from now.
async fn fail_pending<S: Subject>(world: &mut World<S>, webhook: &Webhook) -> usize {
    world.now = world.now + SECOND;
    let jobs = world.claim(webhook, 1_000).await;
    for job in &jobs {
        world.attempt(job, 500, Next::Fail).await;
    }
    jobs.len()
}

/// The deliveries of an event that were made by sending again.
async fn resent<S: Subject>(
    world: &World<S>,
    organization: &Organization,
    event: EventId,
) -> Vec<Delivery> {
    let detail = world.store().event(organization.id, event).await;
    let views = detail.expect("read").expect("there").deliveries;
    let deliveries = views.into_iter().map(|view| view.delivery);
    deliveries
        .filter(|delivery| delivery.kind == Kind::Resent)
        .collect()
}
