//! Bearer tokens: found by the hash of their secret, revoked by who may.

use bellwire_core::{
    ids::TokenId,
    ports::{Error, Token, TokenScope},
    time::MINUTE,
};

use super::{Subject, World};

/// Found by the hash of its secret; revoked by who may, once.
pub async fn tokens_are_found_by_hash_and_revoked_once<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let store = world.store();
    let mut tokens = Vec::new();
    for (byte, scope) in [
        (1, TokenScope::Platform),
        (2, TokenScope::Organization(cool.id)),
        (3, TokenScope::Organization(warm.id)),
    ] {
        let token = Token {
            id: world.id(),
            scope,
            name: format!("token {byte}"),
            sha256: [byte; 32],
            created_at: world.now,
            revoked_at: None,
        };
        store.create_token(token.clone()).await.expect("stored");
        assert_eq!(
            store.token_by_hash([byte; 32]).await.expect("read"),
            Some(token.clone())
        );
        tokens.push(token);
        world.now = world.now + MINUTE;
    }
    assert_eq!(store.token_by_hash([9; 32]).await.expect("read"), None);
    let newest_first: Vec<_> = tokens.iter().rev().cloned().collect();
    assert_eq!(store.tokens(None).await.expect("read"), newest_first);
    assert_eq!(
        store.tokens(Some(cool.id)).await.expect("read"),
        [tokens[1].clone()]
    );
    let revoke = |scope, id: TokenId| store.revoke_token(scope, id, world.now);
    assert!(
        !revoke(Some(warm.id), tokens[1].id).await.expect("answered"),
        "not theirs"
    );
    assert!(
        !revoke(Some(warm.id), tokens[0].id).await.expect("answered"),
        "not theirs"
    );
    assert!(revoke(Some(cool.id), tokens[1].id).await.expect("answered"));
    assert!(
        !revoke(None, tokens[1].id).await.expect("answered"),
        "only once"
    );
    assert!(revoke(None, tokens[2].id).await.expect("answered"));
    let read = store
        .token_by_hash([2; 32])
        .await
        .expect("read")
        .expect("still named");
    assert_eq!(read.revoked_at, Some(world.now));
    let unknown = Token {
        id: world.id(),
        scope: TokenScope::Organization(world.id()),
        sha256: [8; 32],
        ..tokens[0].clone()
    };
    let refused = store.create_token(unknown).await;
    assert!(
        matches!(refused, Err(Error::NotFound("organization"))),
        "{refused:?}"
    );
    store
        .delete_organization(cool.id, world.now)
        .await
        .expect("deleted");
    assert_eq!(store.token_by_hash([2; 32]).await.expect("read"), None);
    world.sweep().await;
    assert_eq!(store.tokens(None).await.expect("read").len(), 2);
}
