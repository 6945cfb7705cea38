//! Sending a stored event again: to whom, and to whom not.

use bellwire_core::{
    delivery::{Kind, State},
    ids::{EventId, WebhookId},
    policy::Next,
    ports::{Error, NewDelivery},
    time::HOUR,
};

use super::{Subject, World};
use crate::people::any;

fn again<S: Subject>(world: &World<S>, webhook_id: WebhookId, kind: Kind) -> NewDelivery {
    NewDelivery {
        id: world.id(),
        webhook_id,
        kind,
        claimed: false,
    }
}

/// A new delivery of the same event, beside what there was.
pub async fn a_resend_adds_a_delivery<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event_id, first) = world.enqueue(&cool, &webhook).await;
    let job = world.claim(&webhook, 1).await.remove(0);
    world.attempt(&job, 200, Next::Deliver).await;
    world.now = world.now + HOUR;
    let new = again(&world, webhook.id, Kind::Resent);
    let held = NewDelivery {
        claimed: true,
        ..again(&world, webhook.id, Kind::Resent)
    };
    let event = world
        .store()
        .enqueue_again(cool.id, event_id, vec![new, held], world.now)
        .await;
    assert_eq!(event.expect("stored").id, event_id);
    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    let shown: Vec<_> = detail
        .deliveries
        .iter()
        .map(|view| (view.delivery.id, view.delivery.state, view.delivery.kind))
        .collect();
    assert_eq!(
        shown,
        [
            (first, State::Delivered, Kind::Matched),
            (new.id, State::Pending, Kind::Resent),
            (held.id, State::Pending, Kind::Resent),
        ]
    );
    let given = world.claim(&webhook, 5).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [new.id]
    );
    assert_eq!(
        (given[0].event.id, given[0].created_at),
        (event_id, world.now)
    );
    world.attempt(&given[0], 200, Next::Deliver).await;
    assert_eq!(world.state(&cool, new.id).await, State::Delivered);
}

/// Resending to a disabled or deleted webhook is a conflict, and adds nothing at all.
pub async fn a_resend_needs_an_enabled_webhook<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let (webhook, off) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let deleted = world.webhook(&cool).await;
    let (event_id, _) = world.enqueue(&cool, &webhook).await;
    world.switch(&off, false).await;
    let done = world
        .store()
        .delete_webhook(cool.id, deleted.id, true, world.now, "ann", any())
        .await;
    done.expect("deleted");
    for refused in [&off, &deleted] {
        let news = vec![
            again(&world, webhook.id, Kind::Resent),
            again(&world, refused.id, Kind::Resent),
        ];
        let answer = world
            .store()
            .enqueue_again(cool.id, event_id, news, world.now)
            .await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{answer:?}");
    }
    let detail = world
        .store()
        .event(cool.id, event_id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(detail.deliveries.len(), 1);
}

/// Another organization's event, or webhook, does not exist.
pub async fn a_resend_needs_the_organizations_own<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let (ours, theirs) = (world.webhook(&cool).await, world.webhook(&warm).await);
    let (event_id, _) = world.enqueue(&cool, &ours).await;
    let new = again(&world, theirs.id, Kind::Resent);
    for (organization, event_id) in [(&warm, event_id), (&warm, world.id::<EventId>())] {
        let answer = world
            .store()
            .enqueue_again(organization.id, event_id, vec![new], world.now)
            .await;
        assert!(
            matches!(answer, Err(Error::NotFound("event"))),
            "{answer:?}"
        );
    }
    for webhook_id in [theirs.id, world.id::<WebhookId>()] {
        let new = again(&world, webhook_id, Kind::Resent);
        let answer = world
            .store()
            .enqueue_again(cool.id, event_id, vec![new], world.now)
            .await;
        assert!(
            matches!(answer, Err(Error::NotFound("webhook"))),
            "{answer:?}"
        );
    }
}

/// Tests go to disabled webhooks; nothing goes to a tombstone.
pub async fn a_test_reaches_a_disabled_webhook_but_no_deleted_one<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let (event_id, _) = world.enqueue(&cool, &webhook).await;
    world.switch(&webhook, false).await;
    let test = again(&world, webhook.id, Kind::Test);
    let stored = world
        .store()
        .enqueue_again(cool.id, event_id, vec![test], world.now)
        .await;
    stored.expect("stored");
    let given = world.claim(&webhook, 5).await;
    assert_eq!(
        given.iter().map(|job| job.delivery_id).collect::<Vec<_>>(),
        [test.id]
    );
    let done = world
        .store()
        .delete_webhook(cool.id, webhook.id, true, world.now, "ann", any())
        .await;
    done.expect("deleted");
    let test = again(&world, webhook.id, Kind::Test);
    let refused = world
        .store()
        .enqueue_again(cool.id, event_id, vec![test], world.now)
        .await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

/// An event can go to a webhook that did not exist when it happened.
pub async fn a_resend_may_go_to_a_webhook_made_later<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let new = world.to(world.event(&cool), &[], Kind::Matched, false);
    let event_id = new.event.id;
    world.submit(&cool, vec![new]).await.expect("stored");
    world.now = world.now + HOUR;
    let later = world.webhook(&cool).await;
    let new = again(&world, later.id, Kind::Resent);
    let stored = world
        .store()
        .enqueue_again(cool.id, event_id, vec![new], world.now)
        .await;
    stored.expect("stored");
    world.crash().await;
    assert_eq!(world.claim(&later, 5).await[0].event.id, event_id);
}
