//! Event types: the platform's and an organization's own, with schemas and examples.

use bellwire_core::{
    own_event,
    service::{EventTypePatch, NewEventType},
    time::HOUR,
};
use bellwire_testkit::builders::{START, raw};
use bellwire_testkit::service::by;

use crate::{World, conflict, fields, missing};

fn named(name: &str) -> NewEventType {
    NewEventType {
        name: name.to_owned(),
        ..NewEventType::default()
    }
}

#[tokio::test]
async fn an_organization_sees_its_own_event_types_and_the_platforms() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    for name in ["a.one", "c.three"] {
        service
            .create_event_type(None, named(name), &by("ann"))
            .await
            .unwrap();
    }
    let own = NewEventType {
        description: Some("ours".to_owned()),
        ..named("c.three")
    };
    service
        .create_event_type(Some("acme"), own, &by("ann"))
        .await
        .unwrap();
    service
        .create_event_type(Some("acme"), named("b.two"), &by("ann"))
        .await
        .unwrap();
    let list = |slug, after: Option<&str>, limit| {
        let page = service.event_types(slug, after, limit).unwrap();
        let names: Vec<String> = page
            .items
            .iter()
            // Bellwire's own come behind these.
            .filter(|entry| !own_event::is_reserved(&entry.event_type.name))
            .map(|entry| {
                let own = entry.event_type.organization_id.is_some();
                format!("{}{}", entry.event_type.name, if own { "!" } else { "" })
            })
            .collect();
        (names.join(" "), page.next)
    };
    assert_eq!(list(None, None, 10), ("a.one c.three".to_owned(), None));
    assert_eq!(
        list(Some("acme"), None, 10),
        ("a.one b.two! c.three!".to_owned(), None)
    );
    assert_eq!(
        list(Some("acme"), None, 2),
        ("a.one b.two!".to_owned(), Some("b.two".to_owned()))
    );
    assert_eq!(
        list(Some("acme"), Some("b.two"), 2),
        ("c.three!".to_owned(), Some("delivery.exhausted".to_owned()))
    );
    assert_eq!(
        conflict(
            service
                .create_event_type(Some("acme"), named("b.two"), &by("ann"))
                .await
        ),
        "event_type_taken"
    );
    assert_eq!(
        conflict(
            service
                .delete_event_type(Some("acme"), "a.one", &by("ann"))
                .await
        ),
        "platform_event_type"
    );
    service
        .delete_event_type(Some("acme"), "c.three", &by("ann"))
        .await
        .unwrap();
    assert_eq!(list(Some("acme"), None, 10).0, "a.one b.two! c.three");
    service
        .delete_event_type(None, "c.three", &by("ann"))
        .await
        .unwrap();
    assert_eq!(list(Some("acme"), None, 10).0, "a.one b.two!");
    assert_eq!(
        missing(service.delete_event_type(None, "b.two", &by("ann")).await),
        "event type"
    );
}

#[tokio::test]
async fn schemas_and_examples_are_checked_and_hold_at_once() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let wrong = NewEventType {
        description: Some("\0".to_owned()),
        schema: Some(raw(r#"{"type":"strin"}"#)),
        ..named("no name")
    };
    assert_eq!(
        fields(service.create_event_type(None, wrong, &by("ann")).await),
        ["name", "description", "schema"]
    );
    let schema =
        r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}"#;
    let misfit = NewEventType {
        schema: Some(raw(schema)),
        example: Some(raw(r#"{"id": "seven"}"#)),
        ..named("booking.created")
    };
    assert_eq!(
        fields(
            service
                .create_event_type(Some("acme"), misfit, &by("ann"))
                .await
        ),
        ["example.id"]
    );

    assert_eq!(world.post_event("booking.created", "{}").await.unwrap(), 0);
    let fits = NewEventType {
        schema: Some(raw(schema)),
        example: Some(raw(r#"{"id": 7, "price": 1.10}"#)),
        ..named("booking.created")
    };
    let stored = service
        .create_event_type(Some("acme"), fits, &by("ann"))
        .await
        .unwrap();
    assert!(!fields(world.post_event("booking.created", "{}").await).is_empty());
    let read = service.event_type(Some("acme"), "booking.created").unwrap();
    assert_eq!(read.event_type.id, stored.id);
    assert_eq!(read.event_type.schema.as_ref().unwrap().get(), schema);
    assert_eq!(
        read.event_type.example.as_ref().unwrap().get(),
        r#"{"id": 7, "price": 1.10}"#
    );

    // The example alone is changed, and still has to fit.
    let patch = EventTypePatch {
        example: Some(Some(raw("[]"))),
        ..EventTypePatch::default()
    };
    let refused = service
        .update_event_type(Some("acme"), "booking.created", patch, &by("ann"))
        .await;
    assert_eq!(fields(refused), ["example"]);
    world.kit.clock.advance(HOUR);
    let patch = EventTypePatch {
        schema: Some(None),
        example: Some(None),
        ..EventTypePatch::default()
    };
    let changed = service
        .update_event_type(Some("acme"), "booking.created", patch.clone(), &by("ann"))
        .await
        .unwrap();
    assert!(changed.schema.is_none() && changed.example.is_none());
    assert_eq!(changed.updated_at, START + HOUR);
    assert!(world.post_event("booking.created", "{}").await.is_ok());
    world.kit.clock.advance(HOUR);
    let same = service
        .update_event_type(Some("acme"), "booking.created", patch, &by("ann"))
        .await
        .unwrap();
    assert_eq!(same.updated_at, START + HOUR);
}
