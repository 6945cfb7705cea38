//! Retention beside everything else: what is old goes by itself, what is pending does not.

use bellwire_core::{
    access::Access,
    audit::AuditFilter,
    delivery::State,
    ids::EventId,
    ports::{Retention, SLACK_US},
    service::Error,
    time::{DAY, HOUR, MINUTE},
};
use bellwire_dispatch::Options;
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

const GOOD: &str = "https://good.example/hook";
const BAD: &str = "https://bad.example/hook";

async fn world(on: On, retention: Retention) -> World {
    let options = Options {
        retention,
        ..Options::default()
    };
    World::with(on, options).await
}

/// The event's data; `None` when the event is gone.
async fn data(world: &World, event: EventId) -> Option<bytes::Bytes> {
    let organization = world.service().tenant(ORG).unwrap().organization.id;
    let detail = world.store().event(organization, event).await.unwrap();
    detail.map(|detail| detail.event.data)
}

/// A retry that lies beyond the limit keeps its event, across a crash too; its neighbours go. When
/// it is delivered, it goes.
async fn a_pending_retry_outlives_the_limit_and_goes_later(on: On) {
    let limits = Retention {
        events: Some(2 * HOUR),
        ..Retention::default()
    };
    let mut world = world(on, limits).await;
    let only = |event_type: &str| vec![event_type.to_owned()];
    world
        .webhook("advocate", GOOD, |new| {
            new.event_types = Some(only("user.created"))
        })
        .await;
    world
        .webhook("advocate", BAD, |new| {
            new.event_types = Some(only("user.deleted"))
        })
        .await;
    world.always(BAD, 500);
    // The end of a day, so that a store that removes days need not wait for it.
    world.pass(23 * HOUR).await;
    let gone = world.post("user.created", "{\"n\":1}").await;
    let kept = world.post("user.deleted", "{\"n\":2}").await;
    world.settle().await;
    assert_eq!(world.state(gone).await, State::Delivered);
    world.pass(SLACK_US + 4 * HOUR).await;
    assert_eq!(data(&world, gone).await, None);
    assert_eq!(data(&world, kept).await.unwrap(), "{\"n\":2}");
    assert_eq!(world.state(kept).await, State::Pending);

    world.restart().await;
    let before = world.got(BAD).len();
    world.always(BAD, 200);
    while world.got(BAD).len() == before {
        world.pass(10 * MINUTE).await;
    }
    assert_eq!(world.got(BAD).last().unwrap().json()["data"]["n"], 2);
    world.pass(2 * HOUR).await;
    assert_eq!(data(&world, kept).await, None);
}

/// Entries of the audit log go by themselves when they are older than the setting, and younger ones
/// stay.
async fn old_entries_of_the_audit_log_go(on: On) {
    let limits = Retention {
        audit: Some(3 * HOUR),
        ..Retention::default()
    };
    let world = world(on, limits).await;
    let actions = async || {
        let page = world
            .service()
            .audit(Some(ORG), AuditFilter::default(), None, 100);
        let entries = page.await.unwrap().items.into_iter();
        entries.map(|entry| entry.action).collect::<Vec<_>>()
    };
    world.webhook("standard", GOOD, |_| {}).await;
    world.pass(2 * HOUR).await;
    assert!(actions().await.contains(&"webhook.created".to_owned()));
    world.webhook("standard", BAD, |_| {}).await;
    world.pass(2 * HOUR).await;
    assert_eq!(actions().await, ["webhook.created"], "the younger one");
    world.pass(3 * HOUR).await;
    assert_eq!(actions().await, Vec::<String>::new());
}

/// The data goes by itself; what is gone is not sent again, and what comes later is.
async fn what_lost_its_data_cannot_be_sent_again(on: On) {
    let limits = Retention {
        payloads: Some(2 * HOUR),
        ..Retention::default()
    };
    let world = world(on, limits).await;
    world.webhook("standard", GOOD, |_| {}).await;
    let old = world.post("user.created", "{\"n\":1}").await;
    world.pass(DAY + 4 * HOUR).await;
    let young = world.post("user.created", "{\"n\":2}").await;
    world.settle().await;
    assert_eq!(data(&world, old).await.unwrap(), "");
    assert_eq!(world.state(old).await, State::Delivered);
    let refused = world
        .service()
        .resend_event(ORG, old, None, &Access::everything(), &by("test"))
        .await;
    assert!(
        matches!(
            refused,
            Err(Error::Conflict {
                code: "payload_removed",
                ..
            })
        ),
        "{refused:?}"
    );
    let resent = world
        .service()
        .resend_event(ORG, young, None, &Access::everything(), &by("test"))
        .await;
    assert_eq!(resent.unwrap().len(), 1);
    world.settle().await;
    assert_eq!(world.got(GOOD).len(), 3);
}

scenarios!(
    a_pending_retry_outlives_the_limit_and_goes_later,
    what_lost_its_data_cannot_be_sent_again,
    old_entries_of_the_audit_log_go,
);
