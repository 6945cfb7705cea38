//! Tokens: accepted, revoked, gone with their organization.

use bellwire_core::{ports::TokenScope, time::SECOND};

use crate::{World, fields, missing};

#[tokio::test]
async fn tokens_are_accepted_until_they_are_revoked() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    assert_eq!(
        fields(service.create_token(TokenScope::Platform, "").await),
        ["name"]
    );
    let (token, secret) = service
        .create_token(TokenScope::Platform, "ci")
        .await
        .unwrap();
    assert_eq!((&secret[..3], secret.len()), ("bw_", 46));
    let known = service.authenticate(&secret).await.unwrap();
    assert_eq!(known, Some(token.clone()));
    for stranger in ["", "bw_", &secret[..45], &format!("bw_{}", "a".repeat(43))] {
        assert_eq!(service.authenticate(stranger).await.unwrap(), None);
    }
    assert_eq!(
        service.tokens(None).await.unwrap(),
        std::slice::from_ref(&token)
    );
    assert_eq!(service.tokens(Some("acme")).await.unwrap(), []);
    assert_eq!(
        missing(service.revoke_token(Some("acme"), token.id).await),
        "token"
    );
    service.revoke_token(None, token.id).await.unwrap();
    assert_eq!(service.authenticate(&secret).await.unwrap(), None);
    assert_eq!(missing(service.revoke_token(None, token.id).await), "token");
}

#[tokio::test]
async fn a_token_revoked_by_another_process_stops_within_seconds() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let service = &world.kit.service;
    let (token, secret) = service
        .create_token(TokenScope::Platform, "ci")
        .await
        .unwrap();
    assert!(service.authenticate(&secret).await.unwrap().is_some());
    other.service.revoke_token(None, token.id).await.unwrap();
    world.kit.clock.advance(5 * SECOND);
    assert_eq!(service.authenticate(&secret).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_ends_with_its_organization() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let acme = service.tenant("acme").unwrap().organization.id;
    let scope = TokenScope::Organization(acme);
    let (token, secret) = service.create_token(scope, "shop").await.unwrap();
    assert_eq!(
        service.tokens(Some("acme")).await.unwrap(),
        std::slice::from_ref(&token)
    );
    assert_eq!(service.authenticate(&secret).await.unwrap(), Some(token));
    service.delete_organization("acme").await.unwrap();
    assert_eq!(service.authenticate(&secret).await.unwrap(), None);
    let gone = service.create_token(scope, "late").await;
    assert_eq!(missing(gone), "organization");
}
