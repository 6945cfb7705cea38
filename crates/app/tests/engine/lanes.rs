//! Lanes: bounded memory, paging from the store, one endpoint hurting only itself.

use bellwire_core::{
    delivery::State,
    outcome::Outcome,
    ports::Lanes as _,
    time::{HOUR, MINUTE},
};
use bellwire_dispatch::Options;

use crate::{
    stores::{On, scenarios},
    world::{Got, World},
};

scenarios![
    what_does_not_fit_a_lane_is_paged_in_and_arrives_once,
    a_thousand_retries_of_one_webhook_do_not_hide_anothers,
    what_is_pending_beyond_the_lanes_survives_a_restart,
    a_place_given_back_makes_room_for_what_waits_in_the_store,
    webhooks_with_a_backlog_take_turns,
    a_backlog_of_heavy_events_is_paged_in_without_a_pause,
];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

async fn what_does_not_fit_a_lane_is_paged_in_and_arrives_once(on: On) {
    let options = Options {
        lane_size: 4,
        webhook_concurrency: 1,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    world.webhook("standard", URL, |_| {}).await;
    world.batch("a.b", 500).await;
    world.settle().await;
    let mut numbers: Vec<i64> = world
        .got(URL)
        .iter()
        .map(|got| got.json()["data"]["n"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers.len(), 500);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 500, "each once");
    assert_eq!(world.store().stats().pending, 0);
}

async fn a_thousand_retries_of_one_webhook_do_not_hide_anothers(on: On) {
    let options = Options {
        lane_size: 8,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    world
        .webhook("advocate", URL, |new| {
            new.event_types = Some(vec!["a.b".to_owned()])
        })
        .await;
    world
        .webhook("advocate", OTHER, |new| {
            new.event_types = Some(vec!["c.d".to_owned()])
        })
        .await;
    world.always(URL, 500);
    world.batch("a.b", 1000).await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1000);
    world.answer(OTHER, |number| {
        Outcome::status(if number == 1 { 500 } else { 200 })
    });
    let event = world.post("c.d", "{}").await;
    world.pass(HOUR + MINUTE).await;
    assert_eq!(world.times(OTHER), [0, HOUR]);
    assert_eq!(world.state(event).await, State::Delivered);
    assert_eq!(world.got(URL).len(), 2000);
}

async fn what_is_pending_beyond_the_lanes_survives_a_restart(on: On) {
    let options = Options {
        lane_size: 4,
        ..Options::default()
    };
    let mut world = World::with(on, options).await;
    world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    world.batch("a.b", 300).await;
    world.settle().await;
    world.always(URL, 200);
    world.restart().await;
    assert_eq!(world.store().stats().pending, 300);
    world.pass(HOUR).await;
    assert_eq!(world.store().stats().pending, 0);
    assert_eq!(world.got(URL).len(), 600);
}

/// A place that was kept for nothing (a repeat stores nothing) is what a backlog waits for.
async fn a_place_given_back_makes_room_for_what_waits_in_the_store(on: On) {
    let options = Options {
        lane_size: 4,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    let webhook = world.webhook("standard", URL, |_| {}).await;
    let reserve = |_| world.dispatcher().reserve(webhook).expect("there is room");
    let places: Vec<_> = (0..4).map(reserve).collect();
    let event = world.post("a.b", "{}").await;
    world.settle().await;
    assert_eq!(world.state(event).await, State::Pending);
    drop(places);
    world.settle().await;
    assert_eq!(world.state(event).await, State::Delivered);
}

async fn webhooks_with_a_backlog_take_turns(on: On) {
    let options = Options {
        lane_size: 2,
        ..Options::default()
    };
    let world = World::with(on, options).await;
    let urls: Vec<String> = (0..80)
        .map(|n| format!("https://customer{n}.example/hook"))
        .collect();
    for url in &urls {
        world.webhook("standard", url, |_| {}).await;
    }
    world.batch("a.b", 20).await;
    world.settle().await;
    let all = world.all();
    let places = |url: &str| -> Vec<usize> {
        let of = |(place, got): (usize, &Got)| (got.request.url.as_str() == url).then_some(place);
        all.iter().enumerate().filter_map(of).collect()
    };
    for url in &urls {
        assert_eq!(places(url).len(), 20);
    }
    // Two of each are sent without the store. Then come the third and fourth of each, and nobody's
    // fifth before them.
    assert!(places(&urls[79])[2] < places(&urls[0])[4]);
}

/// Heavy events come in by several claims, none of which waits for the walk.
async fn a_backlog_of_heavy_events_is_paged_in_without_a_pause(on: On) {
    let options = Options {
        lane_size: 64,
        ..Options::default()
    };
    let mut world = World::with(on, options).await;
    world.webhook("advocate", URL, |_| {}).await;
    world.always(URL, 500);
    for _ in 0..40 {
        let data = format!("\"{}\"", "x".repeat(1_000_000));
        world.post("a.b", &data).await;
    }
    world.settle().await;
    world.restart().await;
    world.always(URL, 200);
    world.pass(HOUR).await;
    assert_eq!(world.store().stats().pending, 0);
    assert_eq!(world.times(URL).split_off(40), [HOUR; 40]);
}
