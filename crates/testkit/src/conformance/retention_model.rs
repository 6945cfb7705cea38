//! Retention against a model: whatever comes in whatever order, nothing that is pending goes.

use std::collections::BTreeMap;

use bellwire_core::{
    delivery::State,
    entropy::Entropy as _,
    ids::{DeliveryId, EventId},
    organization::Organization,
    policy::Next,
    ports::Retention,
    time::{DAY, HOUR, Time},
};

use super::{
    Subject, World,
    retention::{event_there, later, pass, resend, send},
};
use crate::entropy::SeededEntropy;

/// What is known of an event of the random run.
struct Known {
    created_at: Time,
    /// Deliveries by their number of attempts; those that have ended are taken out.
    open: BTreeMap<DeliveryId, u32>,
}

/// Whatever comes in whatever order: what is pending is whole, what is young is there, and in the end
/// all that is old goes.
pub async fn nothing_pending_is_ever_removed<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let random = SeededEntropy::new(20);
    let below = |n: u64| random.u64() % n;
    let cool = world.organization("cool").await;
    let webhooks = [world.webhook(&cool).await, world.webhook(&cool).await];
    let limits = Retention {
        events: Some(9 * DAY),
        payloads: Some(4 * DAY),
        attempts: Some(2 * DAY),
        audit: None,
    };
    let mut known: BTreeMap<EventId, Known> = BTreeMap::new();
    for round in 0..140_u32 {
        world.now = world.now + (below(12) as i64) * HOUR;
        let webhook = &webhooks[below(2) as usize];
        match below(6) {
            0 | 1 => {
                let (event, delivery) = world.enqueue(&cool, webhook).await;
                let open = BTreeMap::from([(delivery, 0)]);
                let created_at = world.now;
                known.insert(event, Known { created_at, open });
            }
            2 => {
                let event = known.keys().nth(below(known.len() as u64 + 1) as usize);
                if let Some(event) = event.copied()
                    && let Ok(delivery) = resend(&world, &cool, event, webhook).await
                    && let Some(known) = known.get_mut(&event)
                {
                    known.open.insert(delivery, 0);
                }
            }
            3 | 4 => {
                for job in world.claim(webhook, 1 + below(3) as usize).await {
                    assert_eq!(job.event.data, "{\"n\":1}", "round {round}");
                    let open = &mut known.get_mut(&job.event.id).expect("known").open;
                    assert_eq!(open.get(&job.delivery_id), Some(&job.attempts));
                    if below(2) == 0 {
                        world.attempt(&job, 200, Next::Deliver).await;
                        open.remove(&job.delivery_id);
                    } else {
                        let at = world.now + (below(15 * 24) as i64) * HOUR;
                        world.attempt(&job, 500, Next::RetryAt(at)).await;
                        open.insert(job.delivery_id, job.attempts + 1);
                    }
                }
            }
            _ if below(3) == 0 => drop(pass(&world, &limits).await),
            _ => {
                for _ in 0..below(6) {
                    let step = world.store().retain(&limits, world.now).await;
                    step.expect("a step works");
                }
            }
        }
        if round % 10 == 9 {
            check(&world, &cool, &known).await;
        }
    }
    // Everything comes to its end, and goes.
    world.now = world.now + 20 * DAY;
    for webhook in &webhooks {
        send(&world, webhook, 200, Next::Deliver).await;
    }
    world.now = world.now + later(&limits);
    // The rest of a pass that was begun above, and a whole one.
    for _ in 0..2 {
        pass(&world, &limits).await;
    }
    for id in known.keys() {
        assert!(!event_there(&world, &cool, *id).await, "{id}");
    }
    let stats = world.store().stats();
    assert_eq!(stats.pending, 0);
}

async fn check<S: Subject>(
    world: &World<S>,
    cool: &Organization,
    known: &BTreeMap<EventId, Known>,
) {
    for (id, event) in known {
        let detail = world.store().event(cool.id, *id).await.expect("read");
        let age = world.now.since(event.created_at);
        if !event.open.is_empty() {
            let detail = detail.expect("it has a pending delivery");
            assert_eq!(detail.event.data, "{\"n\":1}");
            for (delivery, count) in &event.open {
                let view = detail
                    .deliveries
                    .iter()
                    .find(|v| v.delivery.id == *delivery);
                let view = view.expect("it is pending");
                assert_eq!(view.delivery.state, State::Pending);
                assert_eq!(view.attempts.len() as u32, *count, "{delivery}");
            }
        } else if age < 9 * DAY {
            let detail = detail.expect("it is young");
            assert!(age >= 4 * DAY || !detail.event.is_payload_removed());
        }
    }
}
