//! Ways back that are not the one that was begun: another browser's, an old one, one that was gone
//! before. And where they lead.

use bellwire_core::{service::SIGN_IN_US, time::MINUTE};

use crate::{
    browser::Browser,
    installation::{Installation, me},
};

const TICKET: &str = "__Host-bellwire-sign-in";

/// WNK-2: a user signs in through a separate identity service and is where they wanted to be.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_and_is_where_they_wanted_to_be() {
    let installation = Installation::start().await;
    let mut browser = installation.browser();
    let begun = browser.get("/sign-in/oidc?return_to=/portal/acme%3Ftab%3D1");
    assert_eq!(begun.status, 303);
    let line = &begun.cookies[0];
    assert!(
        line.starts_with("__Host-bellwire-sign-in=")
            && line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"),
        "{line}"
    );
    let asked = begun.next();
    let of = |name: &str| {
        let value = asked.query_pairs().find(|(other, _)| other == name);
        value
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    assert_eq!(of("scope"), "openid email");
    assert_eq!(
        of("redirect_uri"),
        "https://hooks.example.test/sign-in/oidc/callback"
    );
    assert_eq!(
        [
            of("state").len(),
            of("nonce").len(),
            of("code_challenge").len()
        ],
        [43; 3]
    );
    let back = browser.get(asked.as_str()).next();
    let seen = browser.get(back.as_str());
    assert_eq!(
        (seen.status, seen.location.as_deref()),
        (303, Some("/portal/acme?tab=1"))
    );
    assert!(seen.has_session());
    assert_eq!(browser.cookie(TICKET), None, "the ticket is used up");
    let me = me(&mut browser);
    assert_eq!(me["user"]["email"], "ann@example.com");
    assert_eq!(me["user"]["name"], "Ann");
    // What is known of the provider is asked for once.
    assert!(installation.sign_in(&mut browser).has_session());
    assert_eq!(installation.forge.asked("metadata"), 1);
    assert_eq!(installation.forge.asked("keys"), 1);
    assert_eq!(installation.users().await.len(), 1, "the same user");
}

/// Somebody who is made to open an attacker's way back would be signed in as the attacker.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_with_somebody_elses_answer() {
    let installation = Installation::start().await;
    let mut attacker = installation.browser();
    let back = installation.to_the_provider_and_back(&mut attacker);

    let mut victim = installation.browser();
    let seen = victim.get(&back);
    assert_eq!(seen.status, 410);
    let why = "No sign-in is under way in this browser";
    installation.assert_refused(&mut victim, &seen, why).await;

    // Also while the victim's own sign-in is under way.
    installation.to_the_provider_and_back(&mut victim);
    let seen = victim.get(&back);
    assert_eq!(seen.status, 403);
    let why = "belongs to another sign-in than the one that this browser began last";
    installation.assert_refused(&mut victim, &seen, why).await;
    assert!(
        attacker.get(&back).has_session(),
        "where it was begun, it works"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_works_once() {
    let installation = Installation::start().await;
    let mut browser = installation.browser();
    let back = installation.to_the_provider_and_back(&mut browser);
    let ticket = browser.cookie(TICKET).expect("a ticket").to_owned();
    assert!(browser.get(&back).has_session());
    let mut again = installation.browser();
    again.hold(TICKET, &ticket);
    let seen = again.get(&back);
    assert_eq!(seen.status, 410);
    assert!(seen.text.contains("was used before"), "{}", seen.text);
    assert!(!seen.has_session());
    assert_eq!(again.get("/api/v1/session").status, 401);
    let user = installation.user("ann@example.com").await;
    let sessions = installation.kit.service.sessions(user.id).await;
    assert_eq!(sessions.expect("read").len(), 1);
    // The provider was not asked about it.
    assert_eq!(installation.forge.asked("/token"), 1);
}

/// Ten copies of a browser come back with the same answer at once.
#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_come_back_with_one_answer_at_once_one_is_signed_in() {
    let installation = Installation::start().await;
    let mut browser = installation.browser();
    let back = installation.to_the_provider_and_back(&mut browser);
    let all: Vec<_> = (0..10)
        .map(|_| {
            let (mut copy, back): (Browser, String) = (browser.clone(), back.clone());
            tokio::spawn(async move { copy.get(&back) })
        })
        .collect();
    let mut signed_in = 0;
    for one in all {
        let seen = one.await.expect("no panic");
        assert!(
            [303, 403, 410].contains(&seen.status),
            "{}: {}",
            seen.status,
            seen.text
        );
        signed_in += u32::from(seen.has_session());
    }
    assert_eq!(signed_in, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_for_ten_minutes_and_only_as_it_was() {
    let installation = Installation::start().await;
    let mut browser = installation.browser();
    let back = installation.to_the_provider_and_back(&mut browser);
    let ticket = browser.cookie(TICKET).expect("a ticket").to_owned();

    let mut other = if ticket.ends_with('A') { "B" } else { "A" }.to_owned();
    other.insert_str(0, &ticket[..ticket.len() - 1]);
    for altered in [&other, "x", "bws_x", &ticket[1..]] {
        let mut browser = installation.browser();
        browser.hold(TICKET, altered);
        let seen = browser.get(&back);
        let why = "belongs to another sign-in";
        installation.assert_refused(&mut browser, &seen, why).await;
    }

    installation.kit.clock.advance(SIGN_IN_US);
    let seen = browser.get(&back);
    assert_eq!(seen.status, 410);
    let why = "took longer than ten minutes";
    installation.assert_refused(&mut browser, &seen, why).await;
    assert_eq!(installation.forge.asked("/token"), 0);

    let back = installation.to_the_provider_and_back(&mut browser);
    installation.kit.clock.advance(SIGN_IN_US - 6 * MINUTE);
    assert!(browser.get(&back).has_session());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_another_host_and_no_program_that_looks_uses_an_answer_up() {
    let installation = Installation::start().await;
    let mut browser = installation.browser();
    for elsewhere in [
        "https://evil.example/",
        "//evil.example/",
        "/%5Cevil.example/",
        "%09//evil.example",
        "portal",
        "",
    ] {
        let seen = browser.get(&format!("/sign-in/oidc?return_to={elsewhere}"));
        assert_eq!(seen.status, 400, "{elsewhere}");
        assert!(
            seen.text.contains("a path of this server is expected"),
            "{}",
            seen.text
        );
        assert_eq!(seen.location, None);
        assert_eq!(seen.cookies, [""; 0]);
    }
    let seen = browser.get("/sign-in/oidc?return=/portal");
    assert_eq!(seen.status, 400);
    assert!(seen.text.contains("unknown parameter"), "{}", seen.text);
    // Where nobody said where to, it is the front page.
    let begun = browser.get("/sign-in/oidc");
    let back = browser.get(begun.next().as_str()).next();
    let twice = format!("{back}&state=another");
    let seen = browser.get(&twice);
    assert_eq!(seen.status, 400);
    assert!(seen.text.contains("given more than once"), "{}", seen.text);
    assert_eq!(browser.head(back.as_str()), 405);
    let seen = browser.get(back.as_str());
    assert_eq!((seen.status, seen.location.as_deref()), (303, Some("/")));
}
