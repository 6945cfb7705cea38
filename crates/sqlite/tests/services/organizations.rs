//! Organizations: made, listed, changed, deleted.

use bellwire_core::{
    service::{NewOrganization, OrganizationPatch},
    time::HOUR,
};
use bellwire_testkit::builders::START;

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
        fields(service.create_organization(wrong, "ann").await),
        ["slug", "name", "default_profile"]
    );
    let taken = NewOrganization {
        slug: "acme".to_owned(),
        ..NewOrganization::default()
    };
    assert_eq!(
        conflict(service.create_organization(taken, "ann").await),
        "slug_taken"
    );

    world.kit.clock.advance(HOUR);
    let patch = OrganizationPatch {
        name: Some("Acme Travel".to_owned()),
        strict_event_types: Some(true),
        default_profile: None,
    };
    let changed = service
        .update_organization("acme", patch.clone(), "ann")
        .await
        .unwrap();
    assert_eq!(changed.updated_at, START + HOUR);
    assert_eq!(service.tenant("acme").unwrap().organization, changed);
    world.kit.clock.advance(HOUR);
    let again = service
        .update_organization("acme", patch, "ann")
        .await
        .unwrap();
    assert_eq!(again.updated_at, START + HOUR);

    let webhook = world.kit.webhook("acme", URL).await;
    service.delete_organization("acme").await.unwrap();
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
    let page = world.kit.service.organizations(None, 3);
    let slugs: Vec<_> = page
        .items
        .iter()
        .map(|t| t.organization.slug.as_str())
        .collect();
    assert_eq!(slugs, ["acme", "beta", "carat"]);
    let rest = world.kit.service.organizations(page.next.as_deref(), 3);
    assert_eq!(rest.items[0].organization.slug, "delta");
    assert_eq!(rest.next, None);
}
