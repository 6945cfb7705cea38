//! A repeat of an accepted request gets the first answer, whatever has become of the rules since.

use bellwire_core::{
    ports::{Idempotency, Receipt},
    service::{
        Error, EventTypePatch, Incoming, MAX_BATCH, MAX_DELIVERIES, NewEventType, OrganizationPatch,
    },
};
use bellwire_testkit::service::by;
use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{URL, World, fields};

const TYPE: &str = "booking.created";

fn event(id: Option<&str>, data: &'static str) -> Incoming {
    Incoming {
        event_type: TYPE.to_owned(),
        data: Bytes::from_static(data.as_bytes()),
        external_id: id.map(str::to_owned),
        ..Incoming::default()
    }
}

fn key(fingerprint: u8) -> Option<Idempotency> {
    Some(Idempotency {
        key: "k1".to_owned(),
        fingerprint: [fingerprint; 32],
    })
}

async fn post(
    world: &World,
    events: Vec<Incoming>,
    key: Option<Idempotency>,
) -> Result<Vec<Receipt>, Error> {
    world.kit.service.ingest("acme", events, key).await
}

/// From now on nothing of what the tests post is right.
async fn tighten(world: &World) {
    let service = &world.kit.service;
    let schema = RawValue::from_string(r#"{"required": ["total"]}"#.to_owned());
    let patch = EventTypePatch {
        schema: Some(schema.ok()),
        ..EventTypePatch::default()
    };
    let changed = service
        .update_event_type(Some("acme"), TYPE, patch, &by("ann"))
        .await;
    changed.unwrap();
}

async fn world() -> World {
    let world = World::new("standard").await;
    let new = NewEventType {
        name: TYPE.to_owned(),
        ..NewEventType::default()
    };
    let made = world
        .kit
        .service
        .create_event_type(Some("acme"), new, &by("ann"))
        .await;
    made.unwrap();
    world
}

#[tokio::test]
async fn by_its_key() {
    let world = world().await;
    let first = post(&world, vec![event(None, "{}")], key(1)).await.unwrap();
    tighten(&world).await;
    let again = post(&world, vec![event(None, "{}")], key(1)).await.unwrap();
    assert!(again[0].repeated && !first[0].repeated);
    assert_eq!(again[0].event_id, first[0].event_id);
    // The same key for something else is no repeat, and neither is another key.
    let other = post(&world, vec![event(None, "{}")], key(2)).await;
    assert_eq!(fields(other), ["data"]);
    let none = post(&world, vec![event(None, "{}")], None).await;
    assert_eq!(fields(none), ["data"]);
}

#[tokio::test]
async fn by_the_ids_of_its_events() {
    let world = world().await;
    let stored = vec![event(Some("a"), "{}"), event(Some("b"), r#"{"b": 1}"#)];
    let first = post(&world, stored.clone(), None).await.unwrap();
    tighten(&world).await;
    let again = post(&world, stored, None).await.unwrap();
    for (again, first) in again.iter().zip(&first) {
        assert!(again.repeated);
        assert_eq!(again.event_id, first.event_id);
    }
    // Beside a new event that is right; but not beside one that is wrong.
    let new = event(Some("c"), r#"{"total": 1}"#);
    let mixed = post(&world, vec![event(Some("a"), "{}"), new], None).await;
    let mixed = mixed.unwrap();
    assert!(mixed[0].repeated && !mixed[1].repeated);
    let wrong = post(
        &world,
        vec![event(Some("a"), "{}"), event(Some("d"), "{}")],
        None,
    )
    .await;
    assert_eq!(fields(wrong), ["events[0].data", "events[1].data"]);
    // The same id with other data was not accepted before.
    let other = post(&world, vec![event(Some("a"), r#"{"a": 1}"#)], None).await;
    assert_eq!(fields(other), ["data"]);
}

#[tokio::test]
async fn of_a_type_that_is_in_no_catalogue_any_more() {
    let world = world().await;
    let first = post(&world, vec![event(Some("a"), "{}")], None).await;
    let service = &world.kit.service;
    let deleted = service
        .delete_event_type(Some("acme"), TYPE, &by("ann"))
        .await;
    deleted.unwrap();
    let strict = OrganizationPatch {
        strict_event_types: Some(true),
        ..OrganizationPatch::default()
    };
    let changed = service
        .update_organization("acme", strict, &by("ann"))
        .await;
    changed.unwrap();
    let again = post(&world, vec![event(Some("a"), "{}")], None).await;
    assert_eq!(again.unwrap()[0].event_id, first.unwrap()[0].event_id);
    let other = post(&world, vec![event(Some("b"), "{}")], None).await;
    assert_eq!(fields(other), ["type"]);
}

/// Many events for many webhooks are one transaction, so there is an end to it.
#[tokio::test]
async fn a_request_comes_to_a_limited_number_of_deliveries() {
    let world = world().await;
    let webhooks = MAX_DELIVERIES / MAX_BATCH;
    for number in 0..webhooks {
        let url = format!("https://hooks.example/{number}");
        world.kit.webhook("acme", &url).await;
    }
    let many: Vec<Incoming> = (0..MAX_BATCH)
        .map(|number| event(Some(&number.to_string()), "{}"))
        .collect();
    let first = post(&world, many.clone(), key(1)).await.unwrap();
    assert!(first.iter().all(|one| one.matched as usize == webhooks));
    world.kit.webhook("acme", URL).await;
    // A repeat, by its key or by its ids, stores nothing.
    for key in [key(1), None] {
        let again = post(&world, many.clone(), key).await.unwrap();
        assert!(again.iter().all(|one| one.repeated));
    }
    let mut others = many;
    others[0].external_id = None;
    let refused = post(&world, others, None).await;
    let Err(Error::TooLarge(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        why.contains("21000") && why.contains("fewer events"),
        "{why}"
    );
}
