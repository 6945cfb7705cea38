//! Organizations, event types, channels, tokens.

use std::time::Duration;

use bellwire_core::{
    delivery::Kind,
    ids::OrganizationId,
    organization::{Channel, EventType},
    ports::Error,
    time::HOUR,
};
use serde_json::value::RawValue;

use super::{Subject, World};
use crate::people::any;

fn raw(text: &str) -> Option<Box<RawValue>> {
    Some(RawValue::from_string(text.to_owned()).expect("JSON"))
}

fn event_type<S: Subject>(
    world: &World<S>,
    organization_id: Option<OrganizationId>,
    name: &str,
) -> EventType {
    EventType {
        id: world.id(),
        organization_id,
        name: name.to_owned(),
        description: "Something happened.".to_owned(),
        schema: None,
        example: None,
        created_at: world.now,
        updated_at: world.now,
    }
}

fn channel<S: Subject>(world: &World<S>, key: &str) -> Channel {
    Channel {
        key: key.to_owned(),
        label: "Cool".to_owned(),
        kind: "account".to_owned(),
        created_at: world.now,
        updated_at: world.now,
    }
}

async fn generation<S: Subject>(world: &World<S>, id: OrganizationId) -> u64 {
    let record = world.store().load_organization(id).await.expect("read");
    record.expect("there").generation
}

/// Name, default profile and strictness can change; slug and id cannot.
pub async fn organizations_are_made_changed_and_deleted<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let mut cool = world.organization("cool").await;
    let former = cool.updated_at;
    world.now = world.now + HOUR;
    cool.name = "Cooler".to_owned();
    cool.default_profile = "wink".to_owned();
    cool.strict_event_types = true;
    cool.updated_at = world.now;
    world
        .store()
        .update_organization(cool.clone(), former, any())
        .await
        .expect("changed");
    let read = world
        .store()
        .load_organization(cool.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(read.organization, cool);
    world
        .store()
        .delete_organization(cool.id, world.now, any())
        .await
        .expect("deleted");
    let again = world
        .store()
        .delete_organization(cool.id, world.now, any())
        .await;
    assert!(
        matches!(again, Err(Error::NotFound("organization"))),
        "{again:?}"
    );
    let former = cool.updated_at;
    let changed = world.store().update_organization(cool, former, any()).await;
    assert!(
        matches!(changed, Err(Error::NotFound("organization"))),
        "{changed:?}"
    );
}

/// A slug that is used again reaches nothing of the organization that had it.
pub async fn a_slug_is_unique_and_free_after_a_deletion<S: Subject>(subject: S) {
    let world = World::new(subject);
    let old = world.organization("cool").await;
    let mut same = old.clone();
    same.id = world.id();
    let taken = world.store().create_organization(same, any()).await;
    assert!(matches!(taken, Err(Error::Taken("slug"))), "{taken:?}");
    let webhook = world.webhook(&old).await;
    world.enqueue(&old, &webhook).await;
    world
        .store()
        .create_channel(old.id, channel(&world, "account:a"), any())
        .await
        .expect("stored");
    world
        .store()
        .delete_organization(old.id, world.now, any())
        .await
        .expect("deleted");
    let new = world.organization("cool").await;
    for swept in [false, true] {
        if swept {
            world.sweep().await;
        }
        let all = world.store().load_organizations().await.expect("read");
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].organization, new);
        assert!(all[0].webhooks.is_empty() && all[0].channels.is_empty());
        let events = world
            .store()
            .events(new.id, &Default::default(), None, 10, Duration::MAX)
            .await;
        assert_eq!(events.expect("read").items, []);
        assert_eq!(
            world
                .store()
                .webhook(new.id, webhook.id)
                .await
                .expect("read"),
            None
        );
    }
}

/// Nobody sees it from then on; its rows go in chunks; the neighbours keep theirs.
pub async fn a_deleted_organization_is_gone_at_once_and_swept_behind<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let (ours, theirs) = (world.webhook(&cool).await, world.webhook(&warm).await);
    let events = (0..500)
        .map(|_| world.to(world.event(&cool), &[&ours], Kind::Matched, false))
        .collect::<Vec<_>>();
    let (event_id, delivery_id) = (events[0].event.id, events[0].deliveries[0].id);
    world.submit(&cool, events).await.expect("stored");
    let (_, kept) = world.enqueue(&warm, &theirs).await;
    world
        .store()
        .delete_organization(cool.id, world.now, any())
        .await
        .expect("deleted");
    let mut chunks = 0;
    loop {
        let store = world.store();
        assert!(
            store
                .load_organization(cool.id)
                .await
                .expect("read")
                .is_none()
        );
        assert_eq!(store.event(cool.id, event_id).await.expect("read"), None);
        assert_eq!(
            store.delivery(cool.id, delivery_id).await.expect("read"),
            None
        );
        assert_eq!(store.webhook(cool.id, ours.id).await.expect("read"), None);
        let listed = store
            .attempts(cool.id, ours.id, None, 5)
            .await
            .expect("read");
        assert_eq!(listed.items, []);
        assert!(world.claim(&ours, 5).await.is_empty());
        assert_eq!(store.next_due(ours.id).await.expect("asked"), None);
        let lanes = store.due_lanes().await.expect("asked");
        assert_eq!(lanes, [(theirs.id, world.now)]);
        if !store.sweep_deleted().await.expect("swept") {
            break;
        }
        chunks += 1;
        assert!(chunks < 1000, "a sweep comes to an end");
    }
    assert!(chunks > 1, "in chunks");
    assert_eq!(world.store().stats().pending, 1);
    assert_eq!(world.claim(&theirs, 5).await[0].delivery_id, kept);
}

/// So that nothing is matched against a catalogue that is out of date.
pub async fn every_change_raises_the_generation<S: Subject>(subject: S) {
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let warm = world.organization("warm").await;
    let others = generation(&world, warm.id).await;
    let store = world.store();
    let mut last = generation(&world, cool.id).await;
    let mut webhook = world.unsaved(&cool, "https://example.com/hook");
    let own = event_type(&world, Some(cool.id), "a.b");
    for step in 0..11 {
        match step {
            0 => store
                .update_organization(cool.clone(), cool.updated_at, any())
                .await
                .expect("changed"),
            1 => drop(
                store
                    .create_webhook(webhook.clone(), false, any())
                    .await
                    .expect("stored"),
            ),
            2 => {
                webhook.revision += 1;
                drop(
                    store
                        .update_webhook(webhook.clone(), false, any())
                        .await
                        .expect("changed"),
                );
            }
            3 => store
                .create_event_type(own.clone(), any())
                .await
                .expect("stored"),
            4 => store
                .update_event_type(own.clone(), own.updated_at, any())
                .await
                .expect("changed"),
            5 => store
                .delete_event_type(Some(cool.id), own.id, any())
                .await
                .expect("deleted"),
            6 => store
                .create_channel(cool.id, channel(&world, "a:b"), any())
                .await
                .expect("stored"),
            7 => store
                .update_channel(cool.id, channel(&world, "a:b"), world.now, any())
                .await
                .expect("changed"),
            8 => store
                .delete_channel(cool.id, "a:b", any())
                .await
                .expect("deleted"),
            9 => world.switch(&webhook, false).await,
            _ => drop(
                store
                    .delete_webhook(cool.id, webhook.id, true, world.now, "ann", any())
                    .await
                    .expect("done"),
            ),
        }
        let now = generation(&world, cool.id).await;
        assert!(now > last, "step {step}");
        last = now;
    }
    assert_eq!(generation(&world, warm.id).await, others);
}

/// The platform's and each organization's own: the same name in each is no conflict.
pub async fn event_types_belong_to_their_catalogue<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let store = world.store();
    let mut types = Vec::new();
    for owner in [None, Some(cool.id), Some(warm.id)] {
        for name in ["b.two", "a.one"] {
            let event_type = event_type(&world, owner, name);
            store
                .create_event_type(event_type.clone(), any())
                .await
                .expect("stored");
            types.push(event_type);
        }
        let taken = store
            .create_event_type(event_type(&world, owner, "a.one"), any())
            .await;
        assert!(matches!(taken, Err(Error::Taken("name"))), "{taken:?}");
    }
    let platform = store.platform_event_types().await.expect("read");
    let names: Vec<_> = platform
        .iter()
        .map(|event_type| event_type.name.as_str())
        .collect();
    assert_eq!(names, ["a.one", "b.two"]);
    assert!(
        platform
            .iter()
            .all(|event_type| event_type.organization_id.is_none())
    );
    // Another catalogue's is not there.
    for wrong in [None, Some(warm.id)] {
        let refused = store.delete_event_type(wrong, types[2].id, any()).await;
        assert!(
            matches!(refused, Err(Error::NotFound("event type"))),
            "{refused:?}"
        );
        let moved = EventType {
            organization_id: wrong,
            ..types[2].clone()
        };
        let former = moved.updated_at;
        let refused = store.update_event_type(moved, former, any()).await;
        assert!(
            matches!(refused, Err(Error::NotFound("event type"))),
            "{refused:?}"
        );
    }
    store
        .delete_event_type(Some(cool.id), types[2].id, any())
        .await
        .expect("deleted");
    store
        .delete_event_type(None, types[0].id, any())
        .await
        .expect("deleted");
    let record = store
        .load_organization(cool.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.event_types.len(), 1);
    assert_eq!(record.event_types[0].id, types[3].id);
    let record = store
        .load_organization(warm.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.event_types.len(), 2);
    assert_eq!(store.platform_event_types().await.expect("read").len(), 1);
}

/// Schema and example keep their spelling.
pub async fn schemas_and_examples_come_back_verbatim<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let store = world.store();
    let mut made = event_type(&world, None, "a.b");
    made.schema = raw("{\"z\": 1.10,  \"a\": {}}");
    store
        .create_event_type(made.clone(), any())
        .await
        .expect("stored");
    world.now = world.now + HOUR;
    made.example = raw("[12345678901234567890, 1e400]");
    made.description = "Ünusual".to_owned();
    made.updated_at = world.now;
    store
        .update_event_type(made.clone(), made.created_at, any())
        .await
        .expect("changed");
    let read = store.platform_event_types().await.expect("read").remove(0);
    let text = |raw: &Option<Box<RawValue>>| raw.as_ref().map(|raw| raw.get().to_owned());
    assert_eq!(text(&read.schema), text(&made.schema));
    assert_eq!(text(&read.example), text(&made.example));
    assert_eq!(read.description, made.description);
    assert_eq!(
        (read.created_at, read.updated_at),
        (made.created_at, made.updated_at)
    );
}

/// The key is the channel; label and kind are what a form shows.
pub async fn channels_are_made_changed_and_deleted<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let store = world.store();
    let mut made = channel(&world, "account:cool");
    store
        .create_channel(cool.id, made.clone(), any())
        .await
        .expect("stored");
    store
        .create_channel(warm.id, made.clone(), any())
        .await
        .expect("another organization's");
    let taken = store.create_channel(cool.id, made.clone(), any()).await;
    assert!(matches!(taken, Err(Error::Taken("key"))), "{taken:?}");
    world.now = world.now + HOUR;
    made.label = "Cooler".to_owned();
    made.kind = "conference".to_owned();
    made.updated_at = world.now;
    store
        .update_channel(cool.id, made.clone(), made.created_at, any())
        .await
        .expect("changed");
    let record = store
        .load_organization(cool.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.channels, [made.clone()]);
    store
        .delete_channel(cool.id, &made.key, any())
        .await
        .expect("deleted");
    let gone = store.delete_channel(cool.id, &made.key, any()).await;
    assert!(matches!(gone, Err(Error::NotFound("channel"))), "{gone:?}");
    let former = made.updated_at;
    let gone = store.update_channel(cool.id, made, former, any()).await;
    assert!(matches!(gone, Err(Error::NotFound("channel"))), "{gone:?}");
    let record = store
        .load_organization(warm.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(record.channels.len(), 1);
}

/// All of it is there after a crash, generations included.
pub async fn the_catalogue_survives_a_crash<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhooks = [world.webhook(&cool).await, world.webhook(&cool).await];
    let own = event_type(&world, Some(cool.id), "a.b");
    world
        .store()
        .create_event_type(own.clone(), any())
        .await
        .expect("stored");
    world
        .store()
        .create_channel(cool.id, channel(&world, "a:b"), any())
        .await
        .expect("stored");
    let before = generation(&world, cool.id).await;
    world.crash().await;
    let all = world.store().load_organizations().await.expect("read");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].organization, cool);
    assert_eq!(all[0].generation, before);
    assert_eq!(all[0].webhooks, webhooks);
    assert_eq!(all[0].event_types[0].id, own.id);
    assert_eq!(all[0].channels, [channel(&world, "a:b")]);
}

/// A change made from what was there before somebody else's is refused, and changes nothing.
pub async fn a_change_over_a_former_state_is_stale<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let store = world.store();
    let mut cool = world.organization("cool").await;
    let mut own = event_type(&world, Some(cool.id), "a.b");
    let mut platform = event_type(&world, None, "a.b");
    let mut made = channel(&world, "account:cool");
    for event_type in [&own, &platform] {
        let stored = store.create_event_type(event_type.clone(), any()).await;
        stored.expect("stored");
    }
    store
        .create_channel(cool.id, made.clone(), any())
        .await
        .expect("stored");
    let before = world.now;
    world.now = world.now + HOUR;
    for (at, text) in [(before, "first"), (before, "second")] {
        cool.name = text.to_owned();
        own.description = text.to_owned();
        platform.description = text.to_owned();
        made.label = text.to_owned();
        cool.updated_at = world.now;
        own.updated_at = world.now;
        platform.updated_at = world.now;
        made.updated_at = world.now;
        let last = generation(&world, cool.id).await;
        for answer in [
            store.update_organization(cool.clone(), at, any()).await,
            store.update_event_type(own.clone(), at, any()).await,
            store.update_event_type(platform.clone(), at, any()).await,
            store.update_channel(cool.id, made.clone(), at, any()).await,
        ] {
            match text {
                "first" => answer.expect("changed"),
                _ => assert!(matches!(answer, Err(Error::Stale)), "{answer:?}"),
            }
        }
        let raised = generation(&world, cool.id).await - last;
        assert_eq!(raised, if text == "first" { 3 } else { 0 });
    }
    let record = store.load_organization(cool.id).await.expect("read");
    let record = record.expect("there");
    assert_eq!(record.organization.name, "first");
    assert_eq!(record.event_types[0].description, "first");
    assert_eq!(record.channels[0].label, "first");
    let platform = store.platform_event_types().await.expect("read");
    assert_eq!(platform[0].description, "first");
}
