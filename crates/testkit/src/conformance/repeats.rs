//! Stage 3, asked and not done: whether a request was accepted before.

use bellwire_core::{
    delivery::Kind,
    organization::Organization,
    ports::{Asked, Idempotency, Receipt, Repeats, Submission},
};

use super::{Subject, World, world::fingerprint};

fn key(text: &str, body: &[u8]) -> Option<Idempotency> {
    Some(Idempotency {
        key: text.to_owned(),
        fingerprint: fingerprint(body),
    })
}

/// What was accepted is told by key and by external id, within the time that they are remembered,
/// and only for the same.
pub async fn what_was_accepted_is_told_by_key_and_by_id<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let mut event = world.event(&cool);
    event.external_id = Some("a".to_owned());
    let new = world.to(event, &[], Kind::Matched, false);
    let fingerprint = new.fingerprint.expect("it has an id");
    let submission = Submission {
        key: key("k", b"x"),
        ..world.submission(&cool, vec![new]).await
    };
    let ttl = submission.idempotency_ttl;
    let first = world.store().enqueue(submission).await.expect("stored");
    let asked = |organization: &Organization, body: &[u8], now| Asked {
        organization_id: organization.id,
        key: key("k", body),
        ids: vec![
            ("a".to_owned(), fingerprint),
            ("a".to_owned(), [0; 32]),
            ("b".to_owned(), fingerprint),
        ],
        now,
        idempotency_ttl: ttl,
    };
    let store = world.store();
    let told = store.repeats(asked(&cool, b"x", world.now)).await;
    let answer = vec![Receipt {
        repeated: true,
        ..first[0].clone()
    }];
    let expected = Repeats {
        answer: Some(answer),
        ids: vec![true, false, false],
    };
    assert_eq!(told.expect("told"), expected);
    let told = store.repeats(asked(&cool, b"y", world.now)).await;
    assert_eq!(told.expect("told").answer, None, "another request");
    let told = store.repeats(asked(&warm, b"x", world.now)).await;
    let nothing = Repeats {
        answer: None,
        ids: vec![false; 3],
    };
    assert_eq!(told.expect("told"), nothing, "another organization");
    world.now = world.now + ttl;
    let told = store.repeats(asked(&cool, b"x", world.now)).await;
    assert_eq!(told.expect("told"), nothing, "forgotten");
}
