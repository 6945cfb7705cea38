//! A provider that is slow, broken, away, or changes its keys.

use std::sync::Arc;

use bellwire_core::time::{HOUR, SECOND};
use serde_json::json;

use crate::{
    forge::{Answer, Key, Wrong},
    installation::Installation,
};

fn answering(answer: Answer) -> Wrong {
    Wrong {
        answer,
        ..Wrong::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_rightly_signs_nobody_in() {
    let installation = Installation::start().await;
    for (status, why, answer) in [
        (503, "it answers with status 500", Answer::Status(500)),
        (503, "it takes too long", Answer::Silence),
        (503, "it answers with more than 256 KiB", Answer::Huge),
        // A secret goes to where the provider said, and nowhere else.
        (503, "it answers with status 307", Answer::Elsewhere),
        (403, "it answers with status 404", Answer::Status(404)),
        (
            503,
            "does not take `oidc.client_id`",
            Answer::Denied("invalid_client"),
        ),
    ] {
        installation.forge.wrong(answering(answer));
        let mut browser = installation.browser();
        let seen = installation.sign_in(&mut browser);
        assert_eq!(seen.status, status, "{why}: {}", seen.text);
        installation.assert_refused(&mut browser, &seen, why).await;
    }
    assert_eq!(installation.forge.asked("/elsewhere"), 0);
    assert_eq!(installation.users().await, []);
    installation.forge.wrong(Wrong::default());
    assert!(
        installation
            .sign_in(&mut installation.browser())
            .has_session()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_is_left_alone_for_a_moment_and_then_asked_again() {
    let installation = Installation::start().await;
    let away = Wrong {
        away: true,
        ..Wrong::default()
    };
    installation.forge.wrong(away.clone());
    let mut browser = installation.browser();
    for _ in 0..20 {
        let seen = browser.get("/sign-in/oidc");
        assert_eq!(seen.status, 503);
        assert!(seen.text.contains("does not answer"), "{}", seen.text);
        assert_eq!(seen.cookies, [""; 0]);
    }
    assert_eq!(installation.forge.asked("metadata"), 1);
    installation.forge.wrong(Wrong::default());
    installation.kit.clock.advance(2 * SECOND);
    assert!(installation.sign_in(&mut browser).has_session());

    // What is known is believed for an hour, and not longer.
    installation.forge.wrong(away);
    installation.kit.clock.advance(HOUR - SECOND);
    assert_eq!(browser.get("/sign-in/oidc").status, 303);
    installation.kit.clock.advance(SECOND);
    assert_eq!(browser.get("/sign-in/oidc").status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_the_one_that_is_configured_is_none() {
    for (name, value, why) in [
        ("issuer", json!("https://evil.example"), "letter for letter"),
        ("token_endpoint", json!("http://id.example/t"), "not https"),
        ("jwks_uri", json!(null), "not the description of a provider"),
    ] {
        let installation = Installation::start().await;
        installation.forge.wrong(Wrong {
            metadata: Some(Arc::new(move |document| document[name] = value.clone())),
            ..Wrong::default()
        });
        let seen = installation.browser().get("/sign-in/oidc");
        assert_eq!(seen.status, 503);
        assert!(
            seen.text.contains("Sign-in is not set up rightly"),
            "{}",
            seen.text
        );
        assert!(seen.text.contains(why), "{}", seen.text);
    }
}

/// A key that nobody knows is looked for at once, and then not again for ten seconds, whatever comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_changes_its_keys() {
    let installation = Installation::start().await;
    let forge = &installation.forge;
    let (old, new) = (Key::new("one"), Key::new("two"));
    forge.keys(&old, &[&old]);
    let mut browser = installation.browser();
    assert!(installation.sign_in(&mut browser).has_session());

    forge.keys(&new, &[&old, &new]);
    assert!(installation.sign_in(&mut browser).has_session(), "at once");
    assert_eq!(forge.asked("keys"), 2);

    // One that the provider does not name proves nothing, and is no way to have it asked each time.
    let stray = Key::new("three");
    forge.keys(&stray, &[&old, &new]);
    for _ in 0..5 {
        let mut browser = installation.browser();
        let seen = installation.sign_in(&mut browser);
        assert!(
            seen.text.contains("a key that the provider does not name"),
            "{}",
            seen.text
        );
        assert!(!seen.has_session());
    }
    assert_eq!(forge.asked("keys"), 2);
    forge.keys(&stray, &[&stray]);
    installation.kit.clock.advance(10 * SECOND);
    assert!(installation.sign_in(&mut browser).has_session());
    assert_eq!(forge.asked("keys"), 3);
}

/// A key that was lost is withdrawn, and is good for an hour at most after that.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_withdrawn_is_soon_worth_nothing() {
    let installation = Installation::start().await;
    let forge = &installation.forge;
    let (lost, new) = (Key::new("lost"), Key::new("new"));
    forge.keys(&lost, &[&lost]);
    let mut browser = installation.browser();
    assert!(installation.sign_in(&mut browser).has_session());
    forge.keys(&lost, &[&new]);
    installation.kit.clock.advance(HOUR);
    let mut thief = installation.browser();
    let seen = installation.sign_in(&mut thief);
    assert_eq!(seen.status, 403);
    assert!(
        seen.text.contains("a key that the provider does not name"),
        "{}",
        seen.text
    );
    assert!(!seen.has_session());
}
