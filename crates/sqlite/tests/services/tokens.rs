//! Tokens: accepted, revoked, gone with their organization.

use bellwire_core::{
    access::{Right, Role},
    ids::OrganizationId,
    ports::{Token, TokenScope},
    service::{Caller, NewToken, Service, Who},
    time::{DAY, MINUTE, SECOND},
};
use bellwire_testkit::service::by;

use crate::{World, fields, missing};

/// The token that is accepted, if one is.
async fn accepted(service: &Service, secret: &str) -> Option<Token> {
    let principal = service
        .authenticate_token(secret, &Caller::default())
        .await
        .unwrap()?;
    match principal.who {
        Who::Token(token) => Some((*token).clone()),
        who => panic!("{who:?}"),
    }
}

#[tokio::test]
async fn tokens_are_accepted_until_they_are_revoked() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let ann = by("ann");
    let nameless = NewToken::admin("");
    assert_eq!(
        fields(
            service
                .create_token(TokenScope::Platform, nameless, &ann)
                .await
        ),
        ["name"]
    );
    let (token, secret) = service
        .create_token(TokenScope::Platform, NewToken::admin("ci"), &ann)
        .await
        .unwrap();
    assert_eq!((&secret[..3], secret.len()), ("bw_", 46));
    assert_eq!(accepted(service, &secret).await, Some(token.clone()));
    for stranger in ["", "bw_", &secret[..45], &format!("bw_{}", "a".repeat(43))] {
        assert_eq!(accepted(service, stranger).await, None);
    }
    assert_eq!(
        service.tokens(None).await.unwrap(),
        std::slice::from_ref(&token)
    );
    assert_eq!(service.tokens(Some("acme")).await.unwrap(), []);
    assert_eq!(
        missing(service.revoke_token(Some("acme"), token.id, &ann).await),
        "token"
    );
    service.revoke_token(None, token.id, &ann).await.unwrap();
    assert_eq!(accepted(service, &secret).await, None);
    assert_eq!(
        missing(service.revoke_token(None, token.id, &ann).await),
        "token"
    );
}

#[tokio::test]
async fn a_token_revoked_by_another_process_stops_within_seconds() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let service = &world.kit.service;
    let (token, secret) = service
        .create_token(TokenScope::Platform, NewToken::admin("ci"), &by("ann"))
        .await
        .unwrap();
    assert!(accepted(service, &secret).await.is_some());
    other
        .service
        .revoke_token(None, token.id, &by("ann"))
        .await
        .unwrap();
    world.kit.clock.advance(5 * SECOND);
    assert_eq!(accepted(service, &secret).await, None);
}

#[tokio::test]
async fn a_token_revoked_elsewhere_stops_at_once_where_that_is_heard_of() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let service = &world.kit.service;
    let (token, secret) = service
        .create_token(TokenScope::Platform, NewToken::admin("ci"), &by("ann"))
        .await
        .unwrap();
    assert!(accepted(service, &secret).await.is_some());
    other
        .service
        .revoke_token(None, token.id, &by("ann"))
        .await
        .unwrap();
    service.forget();
    assert_eq!(accepted(service, &secret).await, None);
}

#[tokio::test]
async fn a_token_ends_with_its_organization() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let acme = service.tenant("acme").unwrap().organization.id;
    let scope = TokenScope::Organization(acme);
    let new = NewToken::admin("shop");
    let (token, secret) = service
        .create_token(scope, new.clone(), &by("ann"))
        .await
        .unwrap();
    assert_eq!(
        service.tokens(Some("acme")).await.unwrap(),
        std::slice::from_ref(&token)
    );
    assert_eq!(accepted(service, &secret).await, Some(token));
    service
        .delete_organization("acme", &by("ann"))
        .await
        .unwrap();
    assert_eq!(accepted(service, &secret).await, None);
    let gone = service.create_token(scope, new, &by("ann")).await;
    assert_eq!(missing(gone), "organization");
}

#[tokio::test]
async fn a_token_may_do_what_its_role_may_where_it_belongs() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let acme = service.tenant("acme").unwrap().organization.id;
    let elsewhere = OrganizationId::from_bytes([9; 16]);
    let may = async |scope, role, at| {
        let new = NewToken {
            role,
            ..NewToken::admin("x")
        };
        let (_, secret) = service.create_token(scope, new, &by("ann")).await.unwrap();
        let principal = service
            .authenticate_token(&secret, &Caller::default())
            .await
            .unwrap()
            .unwrap();
        [Right::Read, Right::Edit, Right::Produce, Right::Manage]
            .map(|right| principal.access.may(right, at))
    };
    let own = TokenScope::Organization(acme);
    assert_eq!(
        may(own, Role::Viewer, acme).await,
        [true, false, false, false]
    );
    assert_eq!(
        may(own, Role::Editor, acme).await,
        [true, true, true, false]
    );
    assert_eq!(may(own, Role::Admin, acme).await, [true; 4]);
    assert_eq!(may(own, Role::Admin, elsewhere).await, [false; 4]);
    let platform = TokenScope::Platform;
    assert_eq!(
        may(platform, Role::Viewer, elsewhere).await,
        [true, false, false, false]
    );
    assert_eq!(may(platform, Role::Admin, elsewhere).await, [true; 4]);
}

#[tokio::test]
async fn a_token_expires_to_the_moment() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let until = |expires_at| NewToken {
        expires_at: Some(expires_at),
        ..NewToken::admin("ci")
    };
    for end in [service.now(), service.now() + 4_000 * DAY] {
        let refused = service
            .create_token(TokenScope::Platform, until(end), &by("ann"))
            .await;
        assert_eq!(fields(refused), ["expires_at"]);
    }
    let (_, secret) = service
        .create_token(TokenScope::Platform, until(service.now() + DAY), &by("ann"))
        .await
        .unwrap();
    clock.advance(DAY - 1);
    assert!(accepted(service, &secret).await.is_some());
    clock.advance(1);
    assert_eq!(accepted(service, &secret).await, None, "though remembered");
    service.forget();
    assert_eq!(accepted(service, &secret).await, None);
}

#[tokio::test]
async fn when_a_token_was_used_is_gathered_and_told_together() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let (token, secret) = service
        .create_token(TokenScope::Platform, NewToken::admin("ci"), &by("ann"))
        .await
        .unwrap();
    let used = async || {
        let tokens = service.tokens(None).await.unwrap();
        tokens
            .iter()
            .find(|one| one.id == token.id)
            .unwrap()
            .last_used_at
    };
    let mut last = None;
    for _ in 0..12 {
        clock.advance(MINUTE / 12);
        last = Some(service.now());
        accepted(service, &secret).await.unwrap();
        assert_eq!(used().await, None, "no request writes");
    }
    service.note_token_uses().await.unwrap();
    assert_eq!(used().await, last);
    clock.advance(DAY);
    service.note_token_uses().await.unwrap();
    assert_eq!(used().await, last, "nobody used it since");
}
