//! Answers of a provider that are not to be trusted: each is refused, says why, and signs nobody in.

use std::{collections::HashMap, sync::Arc};

use bellwire_core::service::Provisioning;
use serde_json::{Value, json};

use crate::{
    forge::{Answer, Sign, Wrong},
    installation::{Installation, me},
};

fn claims(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Wrong {
    Wrong {
        claims: Some(Arc::new(change)),
        ..Wrong::default()
    }
}

fn said(name: &'static str, value: Value) -> Wrong {
    claims(move |said| said[name] = value.clone())
}

fn signed(sign: Sign) -> Wrong {
    Wrong {
        sign,
        ..Wrong::default()
    }
}

fn returned(change: impl Fn(&mut HashMap<&'static str, String>) + Send + Sync + 'static) -> Wrong {
    Wrong {
        returned: Some(Arc::new(change)),
        ..Wrong::default()
    }
}

/// WNK-2: what comes back from the identity service is believed only when it is what was asked for,
/// from whom it was asked. And a provider that answers rightly right after is believed.
#[tokio::test(flavor = "multi_thread")]
async fn no_forged_answer_signs_anybody_in() {
    let installation = Installation::start().await;
    let with_none = |name: &'static str| {
        claims(move |said| {
            said.as_object_mut().expect("claims").remove(name);
        })
    };
    let forged: Vec<(u16, &str, Wrong)> = vec![
        (
            403,
            "of another issuer",
            said("iss", json!("https://evil.example")),
        ),
        (
            403,
            "for another audience",
            said("aud", json!("another client")),
        ),
        (
            403,
            "for another audience",
            said("aud", json!(["bellwire", "another client"])),
        ),
        (
            403,
            "for another audience",
            said("azp", json!("another client")),
        ),
        (
            403,
            "has expired",
            claims(|said| said["exp"] = json!(said["iat"].as_i64().unwrap() - 60)),
        ),
        (
            403,
            "of a time to come",
            claims(|said| said["iat"] = json!(said["iat"].as_i64().unwrap() + 61)),
        ),
        (403, "has no end", with_none("exp")),
        (403, "its nonce is wrong", said("nonce", json!("another"))),
        (403, "its nonce is wrong", with_none("nonce")),
        (403, "whom it is about", with_none("sub")),
        (403, "signed by `none`", signed(Sign::No)),
        (403, "signed by `HS256`", signed(Sign::Shared)),
        (
            403,
            "signature of the ID token is wrong",
            signed(Sign::Impostor),
        ),
        (
            403,
            "signature of the ID token is wrong",
            signed(Sign::Altered),
        ),
        (
            403,
            "belongs to another sign-in",
            returned(|it| it.insert("state", "another".to_owned()).map_or((), drop)),
        ),
        (
            403,
            "belongs to another sign-in",
            returned(|it| it.remove("state").map_or((), drop)),
        ),
        (
            403,
            "from another provider",
            returned(|it| {
                it.insert("iss", "https://evil.example".to_owned())
                    .map_or((), drop)
            }),
        ),
        (
            403,
            "does not say which provider",
            returned(|it| it.remove("iss").map_or((), drop)),
        ),
        (
            403,
            "does not take the code",
            returned(|it| it.insert("code", "another".to_owned()).map_or((), drop)),
        ),
        (
            403,
            "sent no code",
            returned(|it| it.remove("code").map_or((), drop)),
        ),
        (
            403,
            "you, or a rule of its own, said no",
            returned(|it| {
                *it = HashMap::from([
                    ("state", it["state"].clone()),
                    ("error", "access_denied".to_owned()),
                ])
            }),
        ),
        (
            403,
            "what it gives for the code is no ID token",
            Wrong {
                answer: Answer::Text("<html>"),
                ..Wrong::default()
            },
        ),
        (
            403,
            "the ID token is none",
            Wrong {
                answer: Answer::Text(r#"{"id_token": "x"}"#),
                ..Wrong::default()
            },
        ),
    ];
    for (status, why, wrong) in forged {
        installation.forge.wrong(wrong);
        let mut browser = installation.browser();
        let seen = installation.sign_in(&mut browser);
        assert_eq!(seen.status, status, "{why}: {}", seen.text);
        installation.assert_refused(&mut browser, &seen, why).await;
        assert!(
            seen.text.contains("href=\"/sign-in/oidc\""),
            "{}",
            seen.text
        );
        assert_eq!(browser.cookie("__Host-bellwire-sign-in"), None, "{why}");
    }
    assert_eq!(installation.users().await, [], "nobody was made");
    installation.forge.wrong(Wrong::default());
    let mut browser = installation.browser();
    let seen = installation.sign_in(&mut browser);
    assert_eq!(
        seen.location.as_deref(),
        Some("/portal/acme"),
        "{}",
        seen.text
    );
    assert_eq!(me(&mut browser)["user"]["email"], "ann@example.com");
}

/// Whoever is let in by an address must have it for sure.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_theirs_for_sure_lets_nobody_in() {
    let installation = Installation::start().await;
    let user = |email: Value, verified: Value| {
        let mut user = json!({"sub": "1"});
        for (name, value) in [("email", email), ("email_verified", verified)] {
            if !value.is_null() {
                user[name] = value;
            }
        }
        installation.forge.user(user);
    };
    let (ann, none) = (json!("ann@example.com"), Value::Null);
    for (email, verified, why) in [
        (
            none.clone(),
            json!(true),
            "does not tell your e-mail address",
        ),
        (json!(""), json!(true), "does not tell your e-mail address"),
        (
            ann.clone(),
            json!(false),
            "has not verified that ann@example.com is your",
        ),
        (
            ann.clone(),
            json!("false"),
            "has not verified that ann@example.com is your",
        ),
        (
            ann.clone(),
            json!(1),
            "has not verified that ann@example.com is your",
        ),
        (
            ann.clone(),
            none.clone(),
            "does not say whether it has verified",
        ),
        (
            json!("no address"),
            json!(true),
            "says what no user can have",
        ),
    ] {
        user(email, verified);
        let mut browser = installation.browser();
        let seen = installation.sign_in(&mut browser);
        installation.assert_refused(&mut browser, &seen, why).await;
    }
    assert_eq!(installation.users().await, []);

    // Of a provider that says nothing, the operator may vouch; of one that says no, nobody can.
    let trusting = Installation::with(Provisioning {
        trust_email: true,
        ..Provisioning::default()
    })
    .await;
    trusting
        .forge
        .user(json!({"sub": "1", "email": ann, "email_verified": false}));
    let mut browser = trusting.browser();
    let seen = trusting.sign_in(&mut browser);
    let why = "has not verified";
    trusting.assert_refused(&mut browser, &seen, why).await;
    trusting.forge.user(json!({"sub": "1", "email": ann}));
    assert!(trusting.sign_in(&mut browser).has_session());
}

/// What the token leaves out is asked for, and must be about the same one.
#[tokio::test(flavor = "multi_thread")]
async fn userinfo_about_somebody_else_is_not_believed() {
    let installation = Installation::start().await;
    installation.forge.user(json!({"sub": "1"}));
    let tells = |userinfo: Value| {
        installation.forge.wrong(Wrong {
            userinfo: Some(userinfo),
            ..Wrong::default()
        });
    };
    tells(json!({"sub": "2", "email": "ann@example.com", "email_verified": true}));
    let mut browser = installation.browser();
    let seen = installation.sign_in(&mut browser);
    let why = "its UserInfo is about somebody else";
    installation.assert_refused(&mut browser, &seen, why).await;
    tells(json!({"sub": "1", "email": "ann@example.com", "email_verified": true}));
    assert!(installation.sign_in(&mut browser).has_session());
    assert_eq!(installation.forge.asked("userinfo"), 2);
    assert_eq!(
        installation.user("ann@example.com").await.name,
        "ann@example.com"
    );
}
