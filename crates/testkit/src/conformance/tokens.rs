//! Bearer tokens: found by the hash of their secret, revoked by who may.

use bellwire_core::{
    access::Role,
    ids::TokenId,
    ports::{Error, Token, TokenScope},
    time::{DAY, MINUTE},
};

use super::{Subject, World};
use crate::people::any;

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
            role: [Role::Admin, Role::Editor, Role::Viewer][usize::from(byte) - 1],
            expires_at: (byte == 2).then_some(world.now + DAY),
            last_used_at: None,
        };
        store
            .create_token(token.clone(), any())
            .await
            .expect("stored");
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
    let revoke = |scope, id: TokenId| store.revoke_token(scope, id, world.now, any());
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
    let refused = store.create_token(unknown, any()).await;
    assert!(
        matches!(refused, Err(Error::NotFound("organization"))),
        "{refused:?}"
    );
    store
        .delete_organization(cool.id, world.now, any())
        .await
        .expect("deleted");
    assert_eq!(store.token_by_hash([2; 32]).await.expect("read"), None);
    world.sweep().await;
    assert_eq!(store.tokens(None).await.expect("read").len(), 2);
}

/// The last use moves forward, never back, of many tokens at once.
pub async fn the_last_use_of_tokens_moves_forward<S: Subject>(subject: S) {
    let world = World::new(subject);
    let store = world.store();
    let mut ids = Vec::new();
    for byte in 0..3 {
        let token = Token {
            id: world.id(),
            scope: TokenScope::Platform,
            role: Role::Viewer,
            name: "a token".to_owned(),
            sha256: [byte; 32],
            created_at: world.now,
            revoked_at: None,
            expires_at: None,
            last_used_at: None,
        };
        ids.push(token.id);
        let created = store.create_token(token, any()).await;
        created.expect("stored");
    }
    let at = |minutes| world.now + minutes * MINUTE;
    let used = vec![
        (ids[0], at(5)),
        (ids[1], at(2)),
        (ids[0], at(9)),
        (ids[0], at(7)),
        (world.id(), at(1)),
    ];
    store.touch_tokens(used).await.expect("noted");
    store.touch_tokens(Vec::new()).await.expect("nothing to do");
    let used = vec![(ids[0], at(8)), (ids[1], at(3))];
    store.touch_tokens(used).await.expect("noted");
    let mut last_used = Vec::new();
    for byte in 0..3 {
        let token = store.token_by_hash([byte; 32]).await.expect("read");
        last_used.push(token.and_then(|token| token.last_used_at));
    }
    assert_eq!(last_used, [Some(at(9)), Some(at(3)), None]);
}
