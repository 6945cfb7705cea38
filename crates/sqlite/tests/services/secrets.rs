//! Rotation of signing secrets.

use bellwire_core::{
    access::Access,
    time::{Clock as _, DAY, HOUR, SECOND},
    webhook::{Secret, Webhook},
};
use bellwire_testkit::builders::{SECRET, START};
use bellwire_testkit::service::by;

use crate::{URL, World, conflict, fields};

#[tokio::test]
async fn secrets_rotate_with_a_grace() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", URL).await;
    let first = webhook.secrets[0].value.clone();
    let rotated = service
        .rotate_secret(
            "acme",
            webhook.id,
            (HOUR, Some(SECRET.to_owned())),
            &Access::everything(),
            &by("ann"),
        )
        .await
        .unwrap();
    assert_eq!(rotated.revision, 2);
    let values = |webhook: &Webhook| -> Vec<String> {
        let signing = webhook.signing_secrets(world.kit.clock.now());
        signing
            .map(|secret: &Secret| secret.value.clone())
            .collect()
    };
    assert_eq!(values(&rotated), [SECRET.to_owned(), first]);
    assert_eq!(rotated.secrets[1].expires_at, Some(START + HOUR));
    let live = service.snapshot().route(webhook.id).unwrap();
    assert_eq!(live.webhook, rotated);
    world.kit.clock.advance(HOUR);
    assert_eq!(values(&rotated), [SECRET]);

    let again = service
        .rotate_secret(
            "acme",
            webhook.id,
            (DAY, Some(SECRET.to_owned())),
            &Access::everything(),
            &by("ann"),
        )
        .await;
    assert_eq!(fields(again), ["secret"]);
    for (grace, secret) in [(-1, None), (30 * DAY + 1, None), (0, Some("x".to_owned()))] {
        let wrong = service
            .rotate_secret(
                "acme",
                webhook.id,
                (grace, secret),
                &Access::everything(),
                &by("ann"),
            )
            .await;
        assert_eq!(fields(wrong).len(), 1);
    }
}

#[tokio::test]
async fn no_more_than_five_secrets_sign() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let webhook = world.kit.webhook("acme", URL).await;
    for _ in 0..4 {
        world.kit.clock.advance(SECOND);
        service
            .rotate_secret(
                "acme",
                webhook.id,
                (DAY, None),
                &Access::everything(),
                &by("ann"),
            )
            .await
            .unwrap();
    }
    let sixth = service
        .rotate_secret(
            "acme",
            webhook.id,
            (DAY, None),
            &Access::everything(),
            &by("ann"),
        )
        .await;
    assert_eq!(conflict(sixth), "too_many_secrets");
    let full = service.webhook("acme", webhook.id).await.unwrap();
    assert_eq!(full.secrets.len(), 5);
    assert_eq!(full.secrets[4].expires_at, Some(START + SECOND + DAY));

    // A secret that others may know: all before the new one end at once, whatever their grace.
    let alone = service
        .rotate_secret(
            "acme",
            webhook.id,
            (0, None),
            &Access::everything(),
            &by("ann"),
        )
        .await
        .unwrap();
    assert_eq!(alone.secrets.len(), 1);
    // Expired ones do not count.
    world.kit.clock.advance(2 * DAY);
    let rotated = service
        .rotate_secret(
            "acme",
            webhook.id,
            (DAY, None),
            &Access::everything(),
            &by("ann"),
        )
        .await
        .unwrap();
    assert_eq!(rotated.secrets.len(), 2);
}
