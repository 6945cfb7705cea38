//! What the answers to "why" are made of: former revisions of a webhook, and a delivery with
//! everything that its requests were made of.

use bellwire_core::{
    outcome::Header,
    policy::{DisableReason, Next},
    time::{HOUR, MINUTE},
    webhook::{Disabled, Revision, Webhook},
};

use super::{Subject, World};
use crate::people::any;

/// What a revision of this webhook is.
fn revision(webhook: &Webhook) -> Revision {
    Revision {
        revision: webhook.revision,
        settings: webhook.settings.clone(),
        disabled: webhook.disabled.clone(),
        updated_at: webhook.updated_at,
        updated_by: webhook.updated_by.clone(),
    }
}

/// Settings, headers and reason of each revision, also after a crash, also of a tombstone; to nobody
/// of another organization.
pub async fn a_revision_is_what_a_webhook_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let first = world.webhook(&cool).await;
    world.now = world.now + MINUTE;
    let mut second = first.clone();
    second.revision = 2;
    second.settings.url = "https://example.com/second".to_owned();
    second.settings.profile = "advocate".to_owned();
    second.settings.headers = vec![Header {
        name: "x-second".to_owned(),
        value: "nobody may read this either".to_owned(),
    }];
    second.updated_at = world.now;
    second.updated_by = "bob@example.com".to_owned();
    let mut third = second.clone();
    third.revision = 3;
    third.disabled = Some(Disabled {
        reason: DisableReason::Manual,
        at: world.now,
    });
    for next in [&second, &third] {
        let changed = world
            .store()
            .update_webhook(next.clone(), false, any())
            .await;
        changed.expect("it is changed");
    }
    world.crash().await;
    let read = async |organization, number| {
        let found = world
            .store()
            .webhook_revision(organization, first.id, number)
            .await;
        found.expect("read")
    };
    for webhook in [&first, &second, &third] {
        let found = read(cool.id, webhook.revision).await;
        assert_eq!(found, Some(revision(webhook)));
        assert_eq!(read(warm.id, webhook.revision).await, None);
    }
    for number in [0, 4, u32::MAX] {
        assert_eq!(read(cool.id, number).await, None);
    }
    let deleted = world
        .store()
        .delete_webhook(cool.id, first.id, true, world.now, "ann", any())
        .await;
    deleted.expect("deleted");
    assert_eq!(read(cool.id, 2).await, Some(revision(&second)));
    let tombstone = read(cool.id, 4).await.expect("the newest one");
    assert!(tombstone.settings.headers.is_empty());
    assert_eq!(tombstone.updated_by, "ann");
    world.remove(&cool).await;
    let gone = world.store().webhook_revision(cool.id, first.id, 2).await;
    assert_eq!(gone.expect("read"), None);
}

/// The event whole, the attempts first to last; to nobody of another organization.
pub async fn a_delivery_is_read_with_its_event_and_attempts<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let webhook = world.webhook(&cool).await;
    let (event_id, id) = world.enqueue(&cool, &webhook).await;
    // Another delivery of the same event shows nothing of this one's.
    let (_, other) = world.enqueue(&cool, &webhook).await;
    for _ in 0..2 {
        let jobs = world.claim(&webhook, 10).await;
        for job in jobs.iter().filter(|job| job.delivery_id == id) {
            world
                .attempt(job, 500, Next::RetryAt(world.now + MINUTE))
                .await;
        }
        world.now = world.now + HOUR;
    }
    world.crash().await;
    let read = async |organization, id| {
        let found = world.store().delivery_detail(organization, id).await;
        found.expect("read")
    };
    let detail = read(cool.id, id).await.expect("it is there");
    let whole = world.store().event(cool.id, event_id).await;
    let whole = whole.expect("read").expect("there");
    assert_eq!(detail.event, whole.event);
    assert!(!detail.event.data.is_empty());
    assert_eq!(detail.view, whole.deliveries[0]);
    let numbers: Vec<u32> = detail.view.attempts.iter().map(|a| a.number).collect();
    assert_eq!(numbers, [1, 2]);
    let fresh = read(cool.id, other).await.expect("it is there");
    assert!(fresh.view.attempts.is_empty());
    assert_eq!(read(warm.id, id).await, None);
    assert_eq!(read(cool.id, world.id()).await, None);
    world.remove(&cool).await;
    let gone = world.store().delivery_detail(cool.id, id).await;
    assert_eq!(gone.expect("read"), None);
}
