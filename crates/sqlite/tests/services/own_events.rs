//! Bellwire's own events: many are told in one go.

use bellwire_core::{
    ids::WebhookId,
    own_event::Kind,
    ports::{EventFilter, Query as _},
    service::NewWebhook,
};
use bellwire_testkit::service::by;
use std::time::Duration;

use crate::{World, enabled, with_url};

const WEBHOOKS: usize = 60;

async fn webhook(world: &World, slug: &str, new: NewWebhook) -> WebhookId {
    let by = by("ann");
    let made = world.kit.service.create_webhook(slug, new, &by);
    made.await.unwrap().0.id
}

fn ear() -> NewWebhook {
    NewWebhook {
        event_types: Some(vec!["webhook.*".to_owned()]),
        ..with_url("https://ear.example/")
    }
}

/// Types of the events of an organization.
async fn types(world: &World, slug: &str) -> Vec<String> {
    let service = &world.kit.service;
    let id = service
        .snapshot()
        .organization(slug)
        .unwrap()
        .organization
        .id;
    let filter = EventFilter::default();
    let time = Duration::from_secs(60);
    let page = world.store.events(id, &filter, None, 500, time).await;
    let items = page.unwrap().items.into_iter();
    items.map(|item| item.event.event_type).collect()
}

/// Sixty webhooks are switched off; telling their organization and the operator's takes two commits
/// and one that takes the notices, and nobody is told twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_told_in_one_go() {
    let world = World::new("standard").await;
    world.kit.organization("operations", "standard").await;
    let service = &world.kit.service;
    service.tell_operator(Some("operations".to_owned()));
    for slug in ["acme", "operations"] {
        webhook(&world, slug, ear()).await;
    }
    for number in 0..WEBHOOKS {
        let url = format!("https://hooks.example/{number}");
        let id = webhook(&world, "acme", with_url(&url)).await;
        world.patch(id, enabled(false)).await.unwrap();
    }
    let before = world.store.stats().commits;
    let told = service.tell().await.unwrap();
    assert_eq!(told.notices, WEBHOOKS);
    assert_eq!(told.events, vec![Kind::Disabled; 2 * WEBHOOKS]);
    let commits = world.store.stats().commits - before;
    // Two calls that are under way together share a commit if the second is there in time.
    assert!((3..=4).contains(&commits), "{commits} commits");
    for slug in ["acme", "operations"] {
        let types = types(&world, slug).await;
        assert_eq!(types, vec!["webhook.disabled"; WEBHOOKS], "{slug}");
    }
    assert_eq!(service.tell().await.unwrap().notices, 0);
}
