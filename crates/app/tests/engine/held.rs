//! A webhook whose profile is not configured any more: everything else works, its deliveries wait.

use bellwire_core::{
    access::Access,
    delivery::State,
    service::{Error, TestEvent, WebhookPatch},
    time::{HOUR, MINUTE},
};
use bellwire_testkit::service::by;

use crate::{
    stores::{On, scenarios},
    world::{ORG, World},
};

scenarios![deliveries_wait_until_the_webhook_has_a_profile_again];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

async fn deliveries_wait_until_the_webhook_has_a_profile_again(on: On) {
    let mut world = World::new(on).await;
    let held = world.webhook("standard", URL, |_| {}).await;
    world.webhook("advocate", OTHER, |_| {}).await;
    world.always(URL, 500);
    let before = world.post("user.created", "{}").await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1);

    // As if its profile had been of a file that is not there any more.
    let sql = r#"UPDATE webhooks
        SET settings = replace(settings, '"profile":"standard"', '"profile":"house"')"#;
    world.disk().run(sql, sql);
    world.restart().await;
    world.always(URL, 200);
    let after = world.post("user.created", "{}").await;
    world.pass(HOUR).await;
    assert_eq!(world.got(URL).len(), 1, "nothing is sent to it");
    assert_eq!(world.got(OTHER).len(), 2, "and everything to the others");
    for event in [before, after] {
        let states = world.deliveries(event).await;
        let states = states.iter().map(|one| (one.webhook_id == held, one.state));
        let mut states: Vec<_> = states.collect();
        states.sort_by_key(|(is_held, _)| *is_held);
        assert_eq!(states, [(false, State::Delivered), (true, State::Pending)]);
    }

    let service = world.service();
    let webhook = service.webhook(ORG, held).await.unwrap();
    let problem = service.problem(&webhook).expect("there is one");
    assert!(problem.contains("`house`"), "{problem}");
    let tested = service
        .test_webhook(ORG, held, TestEvent::default(), &by("test"))
        .await;
    let Err(Error::Conflict { code, .. }) = tested else {
        panic!("{tested:?}");
    };
    assert_eq!(code, "profile_missing");

    let patch = WebhookPatch {
        profile: Some("standard".to_owned()),
        ..WebhookPatch::default()
    };
    let mended = service
        .update_webhook(ORG, held, patch, &Access::everything(), &by("test"))
        .await;
    assert_eq!(service.problem(&mended.unwrap()), None);
    world.pass(MINUTE).await;
    assert_eq!(world.got(URL).len(), 3, "what has waited");
    assert!(
        world
            .deliveries(before)
            .await
            .iter()
            .all(|one| one.state == State::Delivered)
    );
}
