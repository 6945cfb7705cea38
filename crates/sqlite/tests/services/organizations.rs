//! Organizations: made, listed, changed, deleted.

use bellwire_core::{
    access::Access,
    service::{
        ChannelPatch, EventTypePatch, NewChannel, NewEventType, NewOrganization, OrganizationPatch,
    },
    time::HOUR,
};
use bellwire_testkit::{builders::START, service::by};
use serde_json::value::RawValue;

use crate::{URL, World, conflict, fields, missing};

#[tokio::test]
async fn organizations_are_made_changed_and_deleted() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let wrong = NewOrganization {
        slug: "Not A Slug".to_owned(),
        name: Some(String::new()),
        default_profile: Some("nope".to_owned()),
        strict_event_types: None,
    };
    assert_eq!(
        fields(service.create_organization(wrong, &by("ann")).await),
        ["slug", "name", "default_profile"]
    );
    let taken = NewOrganization {
        slug: "acme".to_owned(),
        ..NewOrganization::default()
    };
    assert_eq!(
        conflict(service.create_organization(taken, &by("ann")).await),
        "slug_taken"
    );

    world.kit.clock.advance(HOUR);
    let patch = OrganizationPatch {
        name: Some("Acme Travel".to_owned()),
        strict_event_types: Some(true),
        ..OrganizationPatch::default()
    };
    let changed = service
        .update_organization("acme", patch.clone(), &by("ann"))
        .await
        .unwrap();
    assert_eq!(changed.updated_at, START + HOUR);
    assert_eq!(service.tenant("acme").unwrap().organization, changed);
    world.kit.clock.advance(HOUR);
    let again = service
        .update_organization("acme", patch, &by("ann"))
        .await
        .unwrap();
    assert_eq!(again.updated_at, START + HOUR);

    // Everything that is wrong is told at once, also of how its pages look.
    let wrong = OrganizationPatch {
        name: Some(String::new()),
        accent: Some(Some("red".to_owned())),
        logo: Some(Some("<svg/>".into())),
        ..OrganizationPatch::default()
    };
    assert_eq!(
        fields(service.update_organization("acme", wrong, &by("ann")).await),
        ["appearance.accent", "appearance.logo", "name"]
    );

    let webhook = world.kit.webhook("acme", URL).await;
    service
        .delete_organization("acme", &by("ann"))
        .await
        .unwrap();
    assert_eq!(missing(service.tenant("acme")), "organization");
    assert!(service.snapshot().route(webhook.id).is_none());
    assert_eq!(world.kit.sender.forgotten(), [webhook.id]);
    // The slug is free again, and what was there does not come back with it.
    world.kit.organization("acme", "wink").await;
    assert_eq!(
        missing(service.webhook("acme", webhook.id).await),
        "webhook"
    );
}

#[tokio::test]
async fn organizations_are_listed_in_pages() {
    let world = World::new("standard").await;
    for slug in ["delta", "beta", "carat"] {
        world.kit.organization(slug, "standard").await;
    }
    let page = world
        .kit
        .service
        .organizations(&Access::everything(), None, 3);
    let slugs: Vec<_> = page
        .items
        .iter()
        .map(|t| t.organization.slug.as_str())
        .collect();
    assert_eq!(slugs, ["acme", "beta", "carat"]);
    let rest = world
        .kit
        .service
        .organizations(&Access::everything(), page.next.as_deref(), 3);
    assert_eq!(rest.items[0].organization.slug, "delta");
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn changes_of_two_processes_at_once_are_both_kept() {
    let world = World::new("standard").await;
    let one = &world.kit.service;
    let channel = NewChannel {
        key: "account:cool".to_owned(),
        ..NewChannel::default()
    };
    one.create_channel("acme", channel, &by("ann"))
        .await
        .unwrap();
    for slug in [None, Some("acme")] {
        let event_type = NewEventType {
            name: "booking.created".to_owned(),
            ..NewEventType::default()
        };
        one.create_event_type(slug, event_type, &by("ann"))
            .await
            .unwrap();
    }
    let other = world.other_process().await;
    let two = &other.service;
    two.start().await.unwrap();

    // The other one never heard of the change that it is about to step on.
    let name = OrganizationPatch {
        name: Some("Acme Travel".to_owned()),
        ..OrganizationPatch::default()
    };
    let strict = OrganizationPatch {
        strict_event_types: Some(true),
        ..OrganizationPatch::default()
    };
    one.update_organization("acme", name, &by("ann"))
        .await
        .unwrap();
    let both = two.update_organization("acme", strict, &by("bob")).await;
    let both = both.unwrap();
    assert!(both.strict_event_types && both.name == "Acme Travel");

    let label = ChannelPatch {
        label: Some("Cool".to_owned()),
        ..ChannelPatch::default()
    };
    let kind = ChannelPatch {
        kind: Some("customer".to_owned()),
        ..ChannelPatch::default()
    };
    let key = "account:cool";
    one.update_channel("acme", key, label, &by("ann"))
        .await
        .unwrap();
    let both = two
        .update_channel("acme", key, kind, &by("ann"))
        .await
        .unwrap();
    assert_eq!((&*both.label, &*both.kind), ("Cool", "customer"));

    for slug in [None, Some("acme")] {
        let described = EventTypePatch {
            description: Some("A booking was made.".to_owned()),
            ..EventTypePatch::default()
        };
        let example = EventTypePatch {
            example: Some(RawValue::from_string("{}".to_owned()).ok()),
            ..EventTypePatch::default()
        };
        let name = "booking.created";
        one.update_event_type(slug, name, described, &by("ann"))
            .await
            .unwrap();
        let both = two
            .update_event_type(slug, name, example, &by("ann"))
            .await
            .unwrap();
        assert_eq!(both.description, "A booking was made.");
        assert!(both.example.is_some());
    }
}
