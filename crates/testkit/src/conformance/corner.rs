//! Stage 7, for those who may see some channels only.

use bellwire_core::{
    delivery::{Kind, State},
    policy::Next,
    ports::{Corner, EventFilter},
    time::MINUTE,
};

use super::{Subject, World, query::all_pages};

/// Who came for some channels sees events that carry one of them, as if others' deliveries had not
/// been made.
pub async fn a_corner_shows_nothing_of_others<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (own, others) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let mut ids = Vec::new();
    for (channels, webhooks) in [
        (&["account:x"][..], vec![&own, &others]),
        (&["account:y"], vec![&own, &others]),
        (&["account:y", "account:x"], vec![&others]),
        (&[], vec![&own]),
    ] {
        let mut event = world.event(&cool);
        event.channels = channels.iter().map(|&channel| channel.to_owned()).collect();
        ids.push(event.id);
        let new = world.to(event, &webhooks, Kind::Matched, false);
        world.submit(&cool, vec![new]).await.expect("stored");
        world.now = world.now + MINUTE;
    }
    for job in world.claim(&others, 10).await {
        world.attempt(&job, 200, Next::Deliver).await;
    }
    let corner = EventFilter {
        corner: Some(Corner {
            channels: vec!["account:x".to_owned(), "account:z".to_owned()],
            webhooks: vec![own.id],
        }),
        ..EventFilter::default()
    };
    for limit in [1, 10] {
        let seen = all_pages(&world, &cool, &corner, limit).await;
        assert_eq!(seen, [ids[2], ids[0]]);
    }
    let page = world
        .store()
        .events(cool.id, &corner, None, 10, std::time::Duration::MAX)
        .await
        .expect("read");
    for (summary, expected) in page.items.iter().zip([[0; 6], [1, 0, 0, 0, 0, 0]]) {
        assert_eq!(summary.deliveries, expected);
        assert_eq!(summary.updated_at, summary.event.created_at);
    }
    for (filter, expected) in [
        (
            EventFilter {
                states: vec![State::Delivered],
                ..corner.clone()
            },
            vec![],
        ),
        (
            EventFilter {
                webhook: Some(others.id),
                ..corner.clone()
            },
            vec![],
        ),
        (
            EventFilter {
                updated_since: Some(world.now),
                ..corner.clone()
            },
            vec![],
        ),
        (
            EventFilter {
                states: vec![State::Pending],
                ..corner.clone()
            },
            vec![ids[0]],
        ),
        (
            EventFilter {
                channel: Some("account:x".to_owned()),
                ..corner.clone()
            },
            vec![ids[2], ids[0]],
        ),
        // That an event is on a channel of others too is nothing to find out by asking for it.
        (
            EventFilter {
                channel: Some("account:y".to_owned()),
                ..corner
            },
            vec![],
        ),
    ] {
        assert_eq!(all_pages(&world, &cool, &filter, 10).await, expected);
    }
}
