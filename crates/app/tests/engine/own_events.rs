//! What Bellwire tells of webhooks and deliveries, through its own engine.

use bellwire_core::{
    access::Access,
    delivery::State,
    ids::WebhookId,
    ports::{EventFilter, Store},
    service::{NewOrganization, NewWebhook, WebhookPatch},
    time::{DAY, HOUR, MINUTE},
};
use bellwire_testkit::service::by;
use serde_json::Value;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![
    a_webhook_that_fails_recovers_and_is_disabled_is_told_of,
    a_delivery_that_fails_for_good_is_told_of,
    nobody_listens_and_nothing_is_stored,
    what_is_told_of_own_events_comes_to_an_end,
    the_operator_hears_of_every_organization,
    a_customer_hears_of_their_own_webhooks,
    what_was_not_told_before_a_crash_is_told_after_it,
];

const URL: &str = "https://customer.example/hook";
const EAR: &str = "https://ear.example/hook";

async fn ear(world: &World, patterns: &[&str], channels: &[&str]) -> WebhookId {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    world
        .webhook("standard", EAR, |new| {
            new.event_types = Some(texts(patterns));
            new.channels = Some(texts(channels));
        })
        .await
}

/// Type and data of what an endpoint was told.
fn told(world: &World, url: &str) -> Vec<(String, Value)> {
    world
        .got(url)
        .iter()
        .map(|got| {
            let body = got.json();
            let kind = body["type"].as_str().expect("a type").to_owned();
            if let Ok(entry) = world.service().event_type(None, &kind) {
                let validator = entry.validator.as_ref().expect("a schema");
                assert!(validator.is_valid(&body["data"]), "{body}");
            }
            (kind, body["data"].clone())
        })
        .collect()
}

fn kinds(world: &World, url: &str) -> Vec<String> {
    told(world, url).into_iter().map(|(kind, _)| kind).collect()
}

async fn enable(world: &World, webhook: WebhookId, enabled: bool) {
    let patch = WebhookPatch {
        enabled: Some(enabled),
        ..WebhookPatch::default()
    };
    world
        .service()
        .update_webhook(ORG, webhook, patch, &Access::everything(), &by("ann"))
        .await
        .unwrap();
    world.settle().await;
}

/// The whole story of one webhook, each chapter told once.
async fn a_webhook_that_fails_recovers_and_is_disabled_is_told_of(on: On) {
    let world = World::new(on).await;
    ear(&world, &["webhook.*"], &[]).await;
    let webhook = world
        .webhook("advocate", URL, |new| {
            new.event_types = Some(vec!["user.*".to_owned()]);
        })
        .await;
    world.always(URL, 500);
    for _ in 0..8 {
        world.post("user.created", "{\"secret\":\"payload\"}").await;
        world.settle().await;
    }
    assert_eq!(kinds(&world, EAR), ["webhook.failing"]);
    let (_, data) = told(&world, EAR).remove(0);
    assert_eq!(data["webhook"]["id"], webhook.to_string());
    assert_eq!(data["webhook"]["url"], URL);
    assert_eq!(data["organization"], ORG);
    assert_eq!(data["failures"]["server_errors"], 5);
    assert_eq!(data["last_attempt"]["status"], 500);
    assert!(!data.to_string().contains("payload"), "{data}");

    world.always(URL, 200);
    world.pass(HOUR).await;
    assert_eq!(kinds(&world, EAR)[1..], ["webhook.recovered"]);
    let (_, data) = told(&world, EAR).remove(1);
    assert_eq!(data["failures"]["total"], 8);

    world.always(URL, 404);
    world.batch("user.created", 1000).await;
    world.settle().await;
    assert!(!world.is_enabled(webhook));
    assert_eq!(
        kinds(&world, EAR)[2..],
        ["webhook.failing", "webhook.disabled"]
    );
    let (_, data) = told(&world, EAR).remove(3);
    assert_eq!(data["reason_code"], "too_many_errors");

    // Enabled again, and then switched off by hand, after a success.
    enable(&world, webhook, true).await;
    world.always(URL, 200);
    world.post("user.created", "{}").await;
    world.settle().await;
    enable(&world, webhook, false).await;
    assert_eq!(
        kinds(&world, EAR)[4..],
        ["webhook.recovered", "webhook.disabled"]
    );
    assert_eq!(told(&world, EAR)[5].1["reason_code"], "manual");
}

async fn a_delivery_that_fails_for_good_is_told_of(on: On) {
    let world = World::new(on).await;
    ear(&world, &["delivery.exhausted"], &[]).await;
    world.webhook("eventinsight", URL, |_| {}).await;
    world.always(URL, 503);
    let event = world.post("user.new", "{\"id\":1}").await;
    world.settle().await;
    assert_eq!(world.state(event).await, State::Failed);
    let told = told(&world, EAR);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1["event_id"], event.to_string());
    assert_eq!(told[0].1["event_type"], "user.new");
    assert_eq!(
        told[0].1["delivery_id"],
        world.deliveries(event).await[0].id.to_string()
    );
}

/// Who listens to everything does not hear these, and then they are not even made.
async fn nobody_listens_and_nothing_is_stored(on: On) {
    let world = World::new(on).await;
    ear(&world, &[], &[]).await;
    world.webhook("eventinsight", URL, |_| {}).await;
    world.always(URL, 410);
    for _ in 0..6 {
        world.post("user.new", "{\"id\":1}").await;
        world.settle().await;
    }
    world.pass(DAY).await;
    assert!(kinds(&world, EAR).iter().all(|kind| kind == "user.new"));
    assert_eq!(own_events(world.store().as_ref(), &world).await, 0);
}

async fn own_events(store: &dyn Store, world: &World) -> usize {
    let organization = world.service().tenant(ORG).unwrap().organization.id;
    let mut found = 0;
    for kind in bellwire_core::own_event::Kind::ALL {
        let filter = EventFilter {
            event_type: Some(kind.as_str().to_owned()),
            ..EventFilter::default()
        };
        let patience = std::time::Duration::from_secs(60);
        let page = store
            .events(organization, &filter, None, 100, patience)
            .await
            .unwrap();
        found += page.items.len();
    }
    found
}

/// The only ear is deaf: it is told of others, fails, is disabled, and that is the end of it.
async fn what_is_told_of_own_events_comes_to_an_end(on: On) {
    let world = World::new(on).await;
    let deaf = ear(&world, &["webhook.*", "delivery.*"], &[]).await;
    let other = "https://other-ear.example/hook";
    world
        .webhook("standard", other, |new| {
            new.event_types = Some(vec!["webhook.disabled".to_owned()]);
        })
        .await;
    world
        .webhook("eventinsight", URL, |new| {
            new.event_types = Some(vec!["user.new".to_owned()]);
        })
        .await;
    world.always(URL, 500);
    world.always(EAR, 500);
    for _ in 0..6 {
        world.post("user.new", "{\"id\":1}").await;
        world.settle().await;
    }
    world.pass(10 * DAY).await;
    // Six exhausted deliveries and a failing webhook, and none of their own making.
    assert_eq!(own_events(world.store().as_ref(), &world).await, 7);
    assert!(world.got(EAR).len() > 7, "each was tried again");
    assert_eq!(kinds(&world, other), Vec::<String>::new());

    world.always(EAR, 410);
    world.post("user.new", "{\"id\":2}").await;
    world.pass(10 * DAY).await;
    assert!(!world.is_enabled(deaf));
    assert_eq!(kinds(&world, other), ["webhook.disabled"]);
    assert_eq!(own_events(world.store().as_ref(), &world).await, 9);
}

async fn the_operator_hears_of_every_organization(on: On) {
    let world = World::new(on).await;
    world.service().tell_operator(Some("ops".to_owned()));
    world.webhook("eventinsight", URL, |_| {}).await;
    world.always(URL, 500);
    // Named, and not there yet.
    world.post("user.new", "{\"id\":1}").await;
    world.settle().await;
    let ops = NewOrganization {
        slug: "ops".to_owned(),
        ..NewOrganization::default()
    };
    let service = world.service();
    service.create_organization(ops, &by("ann")).await.unwrap();
    let new = NewWebhook {
        url: Some(EAR.to_owned()),
        event_types: Some(vec!["delivery.exhausted".to_owned()]),
        channels: Some(vec![format!("organization:{ORG}")]),
        ..NewWebhook::default()
    };
    service
        .create_webhook("ops", new, &by("ann"))
        .await
        .unwrap();
    world.post("user.new", "{\"id\":2}").await;
    world.settle().await;
    let told = told(&world, EAR);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1["organization"], ORG);
    assert_eq!(own_events(world.store().as_ref(), &world).await, 0);
}

/// A webhook with channels hears of webhooks whose channels are all its own.
async fn a_customer_hears_of_their_own_webhooks(on: On) {
    let world = World::new(on).await;
    ear(&world, &["delivery.exhausted"], &["account:a", "account:b"]).await;
    world.always(URL, 500);
    for (number, (channels, hears)) in [
        (&["account:a"][..], true),
        (&["account:a", "account:b"], true),
        (&["account:a", "account:c"], false),
        (&["account:c"], false),
        (&[], false),
    ]
    .into_iter()
    .enumerate()
    {
        let channels: Vec<String> = channels.iter().map(|&text| text.to_owned()).collect();
        let url = format!("{URL}/{number}");
        let own = channels.clone();
        let webhook = world
            .webhook("eventinsight", &url, |new| {
                new.event_types = Some(vec!["user.new".to_owned()]);
                new.channels = Some(own);
            })
            .await;
        world.always(&url, 500);
        let before = kinds(&world, EAR).len();
        world
            .post_as("user.new", "{\"id\":1}", |new| new.webhooks = vec![webhook])
            .await;
        world.settle().await;
        let after = kinds(&world, EAR).len();
        assert!(after - before >= usize::from(hears), "{channels:?}");
        enable(&world, webhook, false).await;
    }
    let about: Vec<String> = told(&world, EAR)
        .iter()
        .map(|(_, data)| data["webhook"]["url"].to_string())
        .collect();
    assert!(
        about
            .iter()
            .all(|url| url.contains("/0") || url.contains("/1")),
        "{about:?}"
    );
}

/// A notice that was written, and taken, and not told: the process died.
async fn what_was_not_told_before_a_crash_is_told_after_it(on: On) {
    let mut world = World::new(on).await;
    ear(&world, &["webhook.disabled"], &[]).await;
    let webhook = world.webhook("advocate", URL, |_| {}).await;
    let organization = world.service().tenant(ORG).unwrap().organization.id;
    let stored = world.store().webhook(organization, webhook).await.unwrap();
    let mut next = stored.unwrap();
    next.revision += 1;
    next.disabled = Some(bellwire_core::webhook::Disabled {
        reason: bellwire_core::policy::DisableReason::Manual,
        at: world.service().now(),
    });
    let service = world.service();
    let notice = bellwire_core::own_event::Notice::of_hand(
        service.new_id(),
        &next,
        Default::default(),
        service.now(),
    );
    let entry = bellwire_testkit::people::any();
    let store = world.store().clone();
    store
        .update_webhook_and_tell(next, false, entry, Some(notice))
        .await
        .unwrap();
    let taken = store.take_notices(world.service().now(), 10).await;
    assert_eq!(taken.unwrap().len(), 1);
    drop(store);
    world.restart().await;
    assert_eq!(kinds(&world, EAR), Vec::<String>::new());
    world.pass(10 * MINUTE).await;
    assert_eq!(kinds(&world, EAR), ["webhook.disabled"]);
}
